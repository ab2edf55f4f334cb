"""The list of feeds in the store: its order, its pages, its words, its counts."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.domain.models import FeedSpec, Outlet
from bot.errors import BadInput
from bot.store import feedlist, feeds
from bot.store.database import Database
from bot.store.feedlist import FeedCount, FeedFilter, FeedPlace
from bot.store.feeds import GAP, FeedEvent
from bot.store.schema import feeds as rows
from tests.support import newsstand
from tests.support.clock import NOON

HOUR = timedelta(hours=1)
MANY = 23
ALL = FeedFilter()


async def stock(db: Database, *made: dict[str, object]) -> None:
    async with db.write() as tx:
        for each in made:
            await tx.execute(insert(rows), [each])


async def stock_one_of_each(db: Database) -> None:
    await stock(
        db,
        newsstand.row("Well", last_success_at=NOON),
        newsstand.row("Gapped", last_success_at=NOON),
        newsstand.row("New"),
        newsstand.row("Retired", retired=True, failures=1),
        newsstand.row("Silent", last_success_at=NOON, silent_after=NOON - HOUR),
        newsstand.row("Failing", failures=2),
        newsstand.row("Gone", enabled=False, failures=2),
        newsstand.row("Healed", last_success_at=NOON),
    )
    async with db.write() as tx:
        await feeds.note(tx, FeedEvent(2, GAP, NOON - HOUR, ""))
        await feeds.note(tx, FeedEvent(8, GAP, NOON - 25 * HOUR, ""))


async def names(db: Database, wanted: FeedFilter = ALL) -> list[str]:
    async with db.read() as tx:
        return [each.spec.outlet.name for each in await feedlist.page(tx, NOON, wanted)]


async def test_those_in_trouble_come_first(db: Database) -> None:
    await stock_one_of_each(db)
    assert await names(db) == ["Failing", "Silent", "Retired", "Gapped", "New", "Healed", "Well"]
    assert await names(db, FeedFilter(troubled=True)) == ["Failing", "Silent", "Retired", "Gapped"]
    async with db.read() as tx:
        assert await feedlist.count(tx, NOON) == FeedCount(7, 4)
        assert await feedlist.moods(tx, NOON) == {
            "failing": 1,
            "silent": 1,
            "retired": 1,
            "new": 1,
            "well": 3,
        }


@pytest.mark.parametrize("mood", feedlist.MOODS)
async def test_a_mood_leaves_out_all_others(db: Database, mood: str) -> None:
    await stock_one_of_each(db)
    expected = ["Gapped", "Healed", "Well"] if mood == "well" else [mood.title()]
    assert await names(db, FeedFilter(mood=mood)) == expected


async def test_pages_join_without_loss_or_double_also_where_names_are_the_same(db: Database) -> None:
    made = [newsstand.row(f"Krant {number}", failures=number % 3) for number in range(MANY)]
    await stock(db, *(each | {"words": "krant"} for each in made))
    async with db.read() as tx:
        whole = [each.id for each in await feedlist.page(tx, NOON)]
        seen: list[int] = []
        place: FeedPlace | None = None
        while found := await feedlist.page(tx, NOON, FeedFilter(after=place), limit=5):
            seen += [each.id for each in found]
            place = FeedPlace.parse(str(found[-1].place))
        skipped = [each.id for each in await feedlist.page(tx, NOON, limit=5, skip=7)]
    assert seen == whole
    assert len(set(whole)) == MANY
    assert skipped == whole[7:12]


async def test_a_page_goes_on_where_it_ended_when_that_feed_is_healed_meanwhile(db: Database) -> None:
    await stock(db, *(newsstand.row(f"Krant {number}", failures=1) for number in range(4)))
    async with db.write() as tx:
        [_, second] = await feedlist.page(tx, NOON, limit=2)
        await tx.execute(rows.update().where(rows.c.id == second.id).values(failures=0))
    behind = await names(db, FeedFilter(after=second.place))
    assert behind == ["Krant 2", "Krant 3", "Krant 1"]


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "1.x", "12.3", "1.1 ", "1." + "9" * 13, "١.١"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        FeedPlace.parse(text)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["cafe"], True),
        (["post", "cafe"], True),
        (["uitgever"], True),
        (["binnenland"], True),
        (["feeds.cafe.example/a"], True),
        (["nieuw.example"], True),
        (["caf_"], False),
        (["%"], False),
        (["geheim"], False),
        (["sleutel"], False),
        (["cafe", "zeppelin"], False),
        (["cafe"] * 3_000, True),
        ([f"{number}" for number in range(3_000)], False),
    ],
)
async def test_a_feed_is_found_by_name_owner_title_and_address_and_by_no_secret(
    db: Database, words: list[str], found: bool
) -> None:
    url = "https://anna:geheim@feeds.cafe.example/a?key=sleutel"
    async with db.write() as tx:
        spec = FeedSpec(url, Outlet("CAFÉ-Post", "Uitgever"), "nl", "Binnenland")
        feed_id, _ = await feeds.add(tx, spec, NOON, HOUR)
        await feeds.move(tx, feed_id, "https://bert:geheim@nieuw.example/b?key=sleutel")
    assert bool(await names(db, FeedFilter(words))) is found


async def test_a_feed_is_found_by_what_it_is_called_now(db: Database) -> None:
    async with db.write() as tx:
        await feeds.configure(tx, [FeedSpec("https://a.example/rss", Outlet("Oud", "o"))], NOON, HOUR)
        await feeds.move(tx, 1, "https://b.example/rss")
        await feeds.configure(tx, [FeedSpec("https://a.example/rss", Outlet("Nieuw", "o"))], NOON, HOUR)
        assert await tx.scalar(select(rows.c.words)) == "nieuw o https://a.example/rss https://b.example/rss"
        await feeds.move_back(tx, 1)
        assert await tx.scalar(select(rows.c.words)) == "nieuw o https://a.example/rss"


async def test_what_an_older_version_wrote_is_found_after_the_next_start(db: Database) -> None:
    await stock(db, newsstand.row("Krant", words="", origin="chat"))
    assert await names(db, FeedFilter(["krant"])) == []
    async with db.write() as tx:
        await feeds.configure(tx, [], NOON, HOUR)
    assert await names(db, FeedFilter(["krant"])) == ["Krant"]


async def test_feeds_of_a_host_are_those_whose_address_names_it(db: Database) -> None:
    hosts = ("feeds.kust.example", "kust.example", "zeekust.example", "kust.example.org")
    urls = [f"https://{host}/rss" for host in hosts]
    async with db.write() as tx:
        for url in urls:
            await feeds.add(tx, FeedSpec(url, Outlet("Krant", "k")), NOON, HOUR)
        found = [spec.url for spec in await feedlist.of_site(tx, ["kust.example"])]
    assert set(urls[:2]) <= set(found)
    assert urls[2] not in found


async def test_what_happened_is_told_of_each_feed_the_newest_first(db: Database) -> None:
    await stock(db, newsstand.row("A"), newsstand.row("B"), newsstand.row("C"))
    async with db.write() as tx:
        for number in range(6):
            await feeds.note(tx, FeedEvent(1 + number % 2, "broken", NOON + number * HOUR, str(number)))
        happened = await feedlist.happened(tx, [1, 3], NOON + HOUR, 5)
        last = await feedlist.happened(tx, [1, 2], NOON, 1)
    assert {feed: [event.detail for event in events] for feed, events in happened.items()} == {1: ["4", "2"]}
    assert {feed: [event.detail for event in events] for feed, events in last.items()} == {1: ["4"], 2: ["5"]}
