"""From a feed document to the ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.models import DeliveryKind, DeliveryState, FeedSpec, Outlet
from bot.store import books, feeds, owing, stories
from tests.support.newsroom import Newsroom, place, report

NAVO = "NAVO stuurt schepen naar de Oostzee"
DAY = ("Nieuw hoofdkwartier van de NAVO komt in Sofia", "Hackers leggen de website van de NAVO plat", NAVO)


async def test_an_item_on_a_followed_topic_is_owed_to_the_chat(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    intake = await room.take(feed, [report(NAVO, 1, room.clock.now())])
    assert (intake.new, intake.matched, intake.alerts) == (1, 1, 1)


async def test_an_item_on_no_topic_is_stored_and_owed_to_nobody(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    intake = await room.take(feed, [report("Zwolle krijgt nieuw zwembad", 1, room.clock.now())])
    assert (intake.new, intake.matched, intake.alerts) == (1, 0, 0)


async def test_the_same_document_twice_is_taken_in_once(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    document = [report(NAVO, 1, room.clock.now())]
    await room.take(feed, document)
    again = await room.take(feed, document)
    assert (again.new, again.edited, again.alerts, again.updates) == (0, 0, 0, 0)


async def test_a_chat_that_follows_two_matching_topics_is_told_once(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    await room.manager.subscribe(place(), "rutte")
    intake = await room.take(feed, [report("Mark Rutte opent NAVO-top in Den Haag", 1, room.clock.now())])
    assert intake.alerts == 1


async def test_the_same_headline_of_two_outlets_is_one_story(room: Newsroom) -> None:
    first, second = await room.add_feed("Krant", "een"), await room.add_feed("Blad", "twee")
    await room.manager.subscribe(place(), "nato")
    now = room.clock.now()
    await room.take(first, [report(NAVO, 1, now, site="een")])
    await room.deliver()
    intake = await room.take(second, [report(NAVO, 1, now, site="twee")])
    assert (intake.alerts, intake.updates) == (0, 1)


async def test_a_corrected_headline_edits_what_was_sent(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    now = room.clock.now()
    await room.take(feed, [report(NAVO, 1, now)])
    await room.deliver()
    intake = await room.take(feed, [report("NAVO stuurt zes schepen naar de Oostzee", 1, now)])
    assert (intake.new, intake.edited, intake.alerts, intake.updates) == (0, 1, 0, 1)


async def test_an_article_stays_one_when_its_address_and_then_its_date_change(room: Newsroom) -> None:
    feed = await room.add_feed()
    now = room.clock.now()
    first = replace(report(NAVO, 1, now), guid="", url="https://proef.example/nieuws/navo-oefent")
    moved = replace(first, url="https://proef.example/buitenland/oefening")
    redated = replace(moved, published=now + timedelta(minutes=10))
    taken = [await room.take(feed, [document]) for document in (first, moved, redated)]
    assert [(intake.new, intake.edited) for intake in taken] == [(1, 0), (0, 0), (0, 0)]


async def test_what_was_seen_before_the_subscription_is_not_told_later(room: Newsroom) -> None:
    feed = await room.add_feed()
    document = [report(NAVO, 1, room.clock.now())]
    await room.take(feed, document)
    await room.manager.subscribe(place(), "nato")
    assert (await room.take(feed, document)).alerts == 0


async def test_history_is_not_told_as_news(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    assert (await room.take(feed, [report(NAVO, 1, room.clock.now() - timedelta(hours=30))])).alerts == 0


async def test_the_first_poll_of_a_feed_tells_nothing_that_was_there_before(room: Newsroom) -> None:
    await room.manager.subscribe(place(), "nato")
    old = room.clock.now() - timedelta(hours=1)
    feed = await room.add_feed(first=[report(NAVO, 1, old), report("NAVO oefent", 2, room.clock.now())])
    assert room.first.new == 2
    assert room.first.alerts == 1
    assert feed.state.last_success_at is not None


async def test_a_passing_mention_stays_below_the_threshold(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    text = " ".join(["De gemeente Zwolle verbouwt het station en de straten eromheen."] * 12)
    intake = await room.take(
        feed,
        [report("Station van Zwolle gaat op de schop", 1, room.clock.now(), f"{text} Ook de NAVO keek mee.")],
    )
    assert (intake.matched, intake.alerts) == (1, 0)


async def test_when_the_transaction_fails_nothing_of_it_remains(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    document = [report(NAVO, 1, room.clock.now())]

    async def broken(*_: object) -> int:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(owing, "owe", broken)
        with pytest.raises(OSError, match="disk full"):
            await room.take(feed, document)
    intake = await room.take(feed, document)
    assert (intake.new, intake.alerts) == (1, 1)
    async with room.database.read() as tx:
        (story,) = await stories.latest(tx, ["topic:nato"], 5)
        (line,) = await books.of_story(tx, story.id)
    assert (line.kind, line.state) == (DeliveryKind.ALERT, DeliveryState.PENDING)


async def test_a_feed_whose_window_moved_on_between_polls_is_noticed(room: Newsroom) -> None:
    feed = await room.add_feed()
    now = room.clock.now()
    await room.take(
        feed, [report(f"Bericht {n}", n, now - timedelta(minutes=20 - n)) for n in range(5, 0, -1)]
    )
    room.clock.advance(timedelta(hours=2))
    later = room.clock.now()
    intake = await room.take(
        feed, [report(f"Bericht {n}", n, later - timedelta(minutes=60 - n)) for n in range(25, 20, -1)]
    )
    assert intake.overflowed


@pytest.mark.parametrize("link", ["", "https://proef.example/"])
async def test_articles_without_an_address_of_their_own_are_each_told(room: Newsroom, link: str) -> None:
    """What leads there is the front page, without the secrets that stand in the address of a feed."""
    spec = FeedSpec("https://jan:geheim@proef.example/rss?key=geheim", Outlet("Proefkrant", "proef"), "nl")
    async with room.database.write() as tx:
        await feeds.configure(tx, [spec], room.clock.now(), timedelta(minutes=5))
    due, now = await room.due(spec), room.clock.now()
    await room.take(due, [])
    await room.manager.subscribe(place(), "nato")
    document = [replace(report(title, 1, now), url=link, guid=title) for title in DAY]
    assert (await room.take(due, document)).alerts == len(DAY)
    await room.deliver()
    assert {card.url for _, message, _ in room.paper.sent if (card := message.card)} == {
        "https://proef.example/"
    }


@pytest.mark.parametrize("never", [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
async def test_an_item_with_the_date_of_a_program_that_has_none_is_told(
    room: Newsroom, never: datetime
) -> None:
    feed = await room.add_feed(first=[report("NAVO vergaderde", 9, never)])
    await room.manager.subscribe(place(), "nato")
    intake = await room.take(feed, [report(NAVO, 1, never), report("NAVO vergaderde", 9, never)])
    assert (intake.new, intake.alerts) == (1, 1)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=30)])
async def test_the_first_document_of_a_feed_that_dates_everything_now_is_no_flood(
    room: Newsroom, ahead: timedelta
) -> None:
    await room.manager.subscribe(place(), "nato")
    room.clock.advance(timedelta(days=1))
    at = room.clock.now() + ahead
    feed = await room.add_feed(first=[report(title, number, at) for number, title in enumerate(DAY)])
    assert (room.first.new, room.first.alerts) == (len(DAY), 0)
    later = report("NAVO-generaal neemt afscheid", 9, room.clock.now())
    assert (await room.take(feed, [later])).alerts == 1
