"""Search: stories are found by any form of their words, and nothing typed is ever an error."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, table, update

from bot.errors import CommandError
from bot.services import search as service
from bot.services.retention import Retention
from bot.services.search import Searcher
from bot.store import schema, search
from bot.store.database import Transaction
from tests.support.newsroom import Newsroom, report

STRIKE = "Havenarbeiders in Rotterdam leggen het werk neer"


async def filled(room: Newsroom) -> Searcher:
    feed = await room.add_feed()
    now = room.clock.now()
    await room.take(
        feed,
        [
            report(STRIKE, 1, now, "De havens liggen stil, zegt de vakbond over de stakingen."),
            report("Kabinet verlaagt de tarieven voor elektriciteit", 2, now - timedelta(hours=2)),
            report("NAVO oefent op de Waddenzee", 3, now - timedelta(hours=3), "Schepen uit zes landen."),
        ],
    )
    english = await room.add_feed("Proof Post", "proof", language="en")
    await room.take(
        english, [report("Dockers walk out in Rotterdam harbour over elections", 4, now, site="proof")]
    )
    searcher = Searcher(room.database, room.clock)
    await searcher.tick()
    return searcher


async def titles(searcher: Searcher, typed: str) -> list[str]:
    return [found.hit.title for found in await searcher.stories(typed)]


async def indexed(tx: Transaction) -> int:
    """How many items the index of this database holds."""
    index = table("item_search" if tx.dialect.name == "sqlite" else "item_vectors")
    return await tx.scalar(select(func.count()).select_from(index)) or 0


@pytest.mark.parametrize(
    "typed", ["haven stakingen", "HAVENS staking", "werken haven", '"havens liggen stil"']
)
async def test_any_form_of_a_dutch_word_finds_it(room: Newsroom, typed: str) -> None:
    assert STRIKE in await titles(await filled(room), typed)


@pytest.mark.parametrize("typed", ["docker walking", "election", '"rotterdam harbour"'])
async def test_any_form_of_an_english_word_finds_it(room: Newsroom, typed: str) -> None:
    assert await titles(await filled(room), typed) == ["Dockers walk out in Rotterdam harbour over elections"]


async def test_all_words_are_wanted_and_a_phrase_in_its_order(room: Newsroom) -> None:
    searcher = await filled(room)
    assert await titles(searcher, "navo rotterdam") == []
    assert await titles(searcher, '"stil liggen havens"') == []


async def test_one_language_can_be_asked_for(room: Newsroom) -> None:
    searcher = await filled(room)
    assert len(await searcher.stories("rotterdam")) == 2
    (found,) = await searcher.stories("rotterdam lang:en")
    assert (found.hit.outlet, found.hit.url) == ("Proof Post", "https://proof.example/artikel/4")
    assert [hit.title for hit in await searcher.items("rotterdam", language="nl")] == [STRIKE]


async def test_what_stands_in_the_title_and_is_fresh_comes_first(room: Newsroom) -> None:
    feed = await room.add_feed()
    now = room.clock.now()
    for number, (title, age) in enumerate([("Dijken doorgebroken", 40), ("Dijken weer doorgebroken", 0)]):
        await room.take(feed, [report(title, number, now - timedelta(days=age))])
    await room.take(feed, [report("Water in de polder", 9, now, "Eerst braken de dijken, zegt men daar.")])
    searcher = Searcher(room.database, room.clock)
    await searcher.tick()
    assert (await titles(searcher, "dijk"))[0] == "Dijken weer doorgebroken"
    assert (await titles(searcher, "dijk"))[-1] == "Water in de polder"


async def test_a_story_is_found_once_with_the_number_of_its_other_reports(room: Newsroom) -> None:
    now = room.clock.now()
    title = "Rutte waarschuwt NAVO-landen voor sabotage van kabels in Noordzee"
    for number, owner in enumerate(("een", "twee")):
        feed = await room.add_feed(owner.title(), owner)
        await room.take(feed, [report(title, number, now, site=owner)])
    searcher = Searcher(room.database, room.clock)
    await searcher.tick()
    (found,) = await searcher.stories("sabotage kabel")
    assert (found.more, found.hit.story_id is not None) == (1, True)


async def test_an_edited_item_is_found_by_its_new_words_only(room: Newsroom) -> None:
    searcher = await filled(room)
    feed = await room.add_feed()
    room.clock.advance(timedelta(minutes=5))
    await room.take(feed, [report("Bootwerkers staken in de Botlek", 1, room.clock.now())])
    assert await searcher.tick() == 1
    assert await titles(searcher, "bootwerker") == ["Bootwerkers staken in de Botlek"]
    assert await titles(searcher, "havenarbeider") == []
    assert await searcher.tick() == 0


async def test_a_second_process_finds_nothing_left_to_index(room: Newsroom) -> None:
    await filled(room)
    assert await Searcher(room.database, room.clock).tick() == 0


async def test_a_long_backlog_is_worked_off_in_batches(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    monkeypatch.setattr(service, "ROUNDS", 2)
    feed = await room.add_feed()
    await room.take(
        feed, [report(f"Bericht {number} over kaas", number, room.clock.now()) for number in range(7)]
    )
    searcher = Searcher(room.database, room.clock)
    assert [await searcher.tick() for _ in range(3)] == [4, 3, 0]
    assert len(await searcher.stories("kaas")) == 7


async def test_an_item_that_is_removed_leaves_the_index_with_it(room: Newsroom) -> None:
    searcher = await filled(room)
    async with room.database.write() as tx:
        await tx.execute(delete(schema.items).where(schema.items.c.title == STRIKE))
    async with room.database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(schema.searched)) == 3
        assert await indexed(tx) == 3
    assert await titles(searcher, "havenarbeider") == []


async def test_retention_empties_the_index_too(room: Newsroom) -> None:
    await filled(room)
    async with room.database.write() as tx:
        await tx.execute(update(schema.items).values(feed_id=None))
    room.clock.advance(timedelta(days=40))
    await Retention(room.database, room.clock, timedelta(days=30)).tick()
    async with room.database.read() as tx:
        assert await indexed(tx) == 0


async def test_an_article_that_was_taken_down_is_not_found(room: Newsroom) -> None:
    searcher = await filled(room)
    async with room.database.write() as tx:
        await tx.execute(update(schema.items).values(gone_at=room.clock.now()))
    assert await titles(searcher, "rotterdam") == []


@pytest.mark.parametrize("typed", ["", "***", '"', "lang:nl", "🤷", "\x00"])
async def test_a_search_without_a_word_asks_for_one(room: Newsroom, typed: str) -> None:
    with pytest.raises(CommandError, match="looking for"):
        await Searcher(room.database, room.clock).stories(typed)


@pytest.mark.parametrize(
    "typed",
    ["haven OR", "NEAR(haven)", "haven*", "^haven", "title:haven", "a AND NOT b", "') DROP TABLE items; --"],
)
async def test_words_that_mean_something_to_the_database_are_only_words(room: Newsroom, typed: str) -> None:
    await (await filled(room)).stories(typed)


@given(typed=st.text(max_size=120))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_that_is_typed_breaks_the_index(room: Newsroom, typed: str) -> None:
    try:
        await Searcher(room.database, room.clock).items(typed)
    except CommandError:
        assert not any(char.isalnum() for char in typed)


async def test_items_removed_between_reading_and_indexing_are_left_out(room: Newsroom) -> None:
    await filled(room)
    gone = search.Unindexed(999, "Weg", "", "nl", None)
    async with room.database.write() as tx:
        await search.index(tx, search.prepare([gone]))
        assert await indexed(tx) == 4
