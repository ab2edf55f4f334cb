"""Forgetting: what is old goes; what is open, or tells old from new, stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.domain.messages import say
from bot.domain.models import DeliveryState, Transient
from bot.domain.rooms import Room
from bot.services.retention import Retention
from bot.services.rooms import Rooms
from bot.store import amendments, chats, pruning, schema
from bot.store.amendments import State
from tests.support.newsroom import Newsroom, place, report

KEEP = timedelta(days=30)
OLD = timedelta(days=31)
EVENTS = ("NAVO oefent op de Waddenzee", "Spanje wijst hogere NAVO-bijdrage af")


async def rows(room: Newsroom) -> dict[str, int]:
    tables = (schema.items, schema.stories, schema.deliveries, schema.holdbacks)
    async with room.database.read() as tx:
        return {table.name: await tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


async def told(room: Newsroom, *numbers: int) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    await room.take(
        feed, [report(EVENTS[number], number + 1, room.clock.now()) for number in reversed(numbers)]
    )


async def forget(room: Newsroom) -> int:
    return await Retention(room.database, room.clock, KEEP).tick()


async def test_old_stories_and_their_messages_go_and_items_of_a_feed_stay_known(room: Newsroom) -> None:
    await told(room, 0, 1)
    await room.deliver()
    room.clock.advance(OLD)
    assert await forget(room) > 0
    assert await rows(room) == {"items": 2, "stories": 0, "deliveries": 0, "holdbacks": 0}


async def test_what_is_not_old_stays(room: Newsroom) -> None:
    await told(room, 0)
    await room.deliver()
    before = await rows(room)
    assert await forget(room) == 0
    assert await rows(room) == before


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED])
async def test_what_is_open_is_never_removed_however_old(room: Newsroom, state: DeliveryState) -> None:
    await told(room, 0)
    async with room.database.write() as tx:
        await tx.execute(update(schema.deliveries).values(state=state))
    before = await rows(room)
    room.clock.advance(10 * OLD)
    await forget(room)
    assert await rows(room) == before


async def test_what_a_digest_has_still_to_tell_stays(room: Newsroom) -> None:
    await told(room, 0)
    room.clock.advance(timedelta(hours=7))
    room.paper.answers = [Transient("down")] * 50
    await room.deliver()
    before = await rows(room)
    room.clock.advance(OLD)
    await forget(room)
    assert await rows(room) == before
    room.paper.answers = []
    await room.deliver()
    assert len(room.paper.sent) >= 2


async def test_items_that_their_feed_has_long_pushed_out_go(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "KEPT_ITEMS", 3)
    feed = await room.add_feed()
    for number in range(5):
        await room.take(feed, [report(f"Bericht nummer {number} over water", number, room.clock.now())])
    room.clock.advance(OLD)
    await forget(room)
    assert (await rows(room))["items"] == 3


async def test_after_forgetting_an_item_that_is_still_listed_is_not_told_again(room: Newsroom) -> None:
    await told(room, 0)
    await room.deliver()
    room.clock.advance(OLD)
    await forget(room)
    feed = await room.add_feed()
    await room.take(feed, [report(EVENTS[0], 1, room.clock.now() - OLD)])
    await room.deliver()
    assert len(room.paper.sent) == 1


async def test_what_was_said_in_the_rooms_of_the_web_chat_goes_too_and_what_is_new_stays(
    room: Newsroom,
) -> None:
    rooms = Rooms(room.database, room.clock, [Room("heraut", "Heraut")])
    await rooms.post("heraut", say("oud"), "1")
    edited = await rooms.post("heraut", say("oud, en later verbeterd"), "2")
    room.clock.advance(OLD)
    await rooms.edit("heraut", edited, say("verbeterd"))
    await rooms.hear("heraut", "nieuw")
    assert await forget(room) == 1
    assert len((await rooms.history("heraut")).posts) == 2


async def test_proposals_of_long_ago_go_and_what_was_accepted_still_counts(room: Newsroom) -> None:
    await told(room, 0)
    now = room.clock.now()
    async with room.database.write() as tx:
        [wish] = await chats.subscriptions_of(tx, 1)
        numbers = [
            await amendments.propose(tx, 1, wish.id, entity, phrase, "Een kop", now)
            for entity, phrase in (("nato", "NAVO-straat"), ("nato", "NAVO-groen"), ("", "NAVO-blauw"))
        ]
        for number in (numbers[0], numbers[2]):
            await amendments.decide(tx, number, State.OPEN, State.ACCEPTED, now)
    room.clock.advance(OLD)
    await forget(room)
    async with room.database.read() as tx:
        assert [each.phrase for each in await amendments.blockers(tx)] == ["NAVO-straat"]
        assert [await amendments.find(tx, number) for number in numbers[1:]] == [None, None]
