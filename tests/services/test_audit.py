"""The log of changes: one line for each, written with the change or not at all."""

from datetime import timedelta

import pytest

from bot.domain.models import Address
from bot.errors import CommandError
from bot.feeds.discover import Candidate
from bot.services.places import Place
from bot.services.retention import Retention
from bot.store import audit
from bot.store.audit import Change
from tests.support.newsroom import LANE, Newsroom, place

ANNA = Place(LANE, Address("paper", "anna"), "Anna", who="paper:7")


async def lines(room: Newsroom, lane: str = "", chat: str = "") -> list[tuple[str, str, str]]:
    async with room.database.read() as tx:
        return [(each.who, each.what, each.detail) for each in await audit.changes(tx, lane=lane, chat=chat)][
            ::-1
        ]


async def test_every_change_of_a_chat_is_noted_with_who_made_it(room: Newsroom) -> None:
    manners = room.manager.manners
    await room.manager.subscribe(ANNA, "nato")
    await room.manager.subscribe(ANNA, "nato")
    await manners.quiet(ANNA, "22:00-07:00")
    await manners.limit(ANNA, "5")
    wishes = await room.manager.wishes(ANNA, "nato")
    await manners.mute(ANNA, wishes, timedelta(hours=1))
    await manners.unmute(wishes, ANNA)
    await room.manager.unsubscribe(ANNA, "all")
    noted = await lines(room, lane=LANE, chat="anna")
    assert noted == [
        ("paper:7", what, detail)
        for what, detail in (
            ("subscribe", "nato"),
            ("quiet", "22:00-07:00"),
            ("limit", "5"),
            ("mute", "nato"),
            ("unmute", "nato"),
            ("unsubscribe", "nato"),
        )
    ]


async def test_what_fails_is_not_noted(room: Newsroom) -> None:
    with pytest.raises(CommandError):
        await room.manager.unsubscribe(ANNA, "nato")
    with pytest.raises(CommandError):
        await room.manager.manners.quiet(ANNA, "whenever")
    assert await lines(room) == []


async def test_feeds_are_noted_without_their_logins(room: Newsroom) -> None:
    found = Candidate("https://anna:geheim@kust.example/rss", "Kustbode", None, 3, None)
    added = await room.sources.add(found, place=ANNA)
    (feed,) = await room.sources.named(f"#{added.id}")
    await room.sources.remove(feed)
    noted = await lines(room)
    assert [(who, what) for who, what, _ in noted] == [("paper:7", "addfeed"), ("heraut", "removefeed")]
    assert "geheim" not in str(noted)


async def test_long_details_are_cut_and_pages_follow_each_other(room: Newsroom) -> None:
    async with room.database.write() as tx:
        for number in range(5):
            await audit.note(tx, Change(room.clock.now(), LANE, "anna", "", f"w{number}" * 40, "x" * 9_000))
        first = await audit.changes(tx, limit=2)
        second = await audit.changes(tx, limit=9, before=first[-1].id)
    assert [len(first), len(second), len(first[0].detail), len(first[0].what)] == [2, 3, 500, 40]


async def test_old_lines_go(room: Newsroom) -> None:
    await room.manager.subscribe(place(), "nato")
    room.clock.advance(timedelta(days=40))
    await Retention(room.database, room.clock, timedelta(days=30)).tick()
    assert await lines(room) == []
