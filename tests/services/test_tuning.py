"""Tuning a subscription, and the first stories of a new chat."""

from bot.domain.models import DeliveryState
from bot.store import audit, books
from tests.support.newsroom import Newsroom, place, report


async def owed(room: Newsroom) -> None:
    await room.manager.subscribe(place(), "nato")
    feed = await room.add_feed()
    await room.take(feed, [report("NAVO oefent op de Waddenzee", 1, room.clock.now())])


async def test_what_is_owed_is_dropped_when_its_subscription_is_paused(room: Newsroom) -> None:
    await owed(room)
    [wish] = await room.manager.wishes(place(), "nato")
    await room.cases.tuning.pause(place(), wish, paused=True)
    await room.deliver()
    assert room.paper.titles("anna") == []
    async with room.database.read() as tx:
        assert await books.counts(tx) == {DeliveryState.DROPPED: 1}


async def test_a_chat_without_a_digest_gets_one_for_its_subscription(room: Newsroom) -> None:
    await owed(room)
    [wish] = await room.manager.wishes(place(), "nato")
    chat = await room.cases.tuning.in_digest(place(), wish, digest=True)
    assert chat is not None
    assert [f"{each:%H:%M}" for each in chat.manner.digest_times] == ["08:00"]
    assert not chat.manner.digest_only
    await room.manager.manners.digest(place(), "19:00")
    chat = await room.cases.tuning.in_digest(place(), wish, digest=True)
    assert chat is not None
    assert [f"{each:%H:%M}" for each in chat.manner.digest_times] == ["19:00"]


async def test_every_change_is_noted_with_who_made_it(room: Newsroom) -> None:
    await owed(room)
    [wish] = await room.manager.wishes(place(), "nato")
    await room.cases.tuning.threshold(place(), wish, 0.5)
    await room.cases.tuning.pause(place(), wish, paused=False)
    async with room.database.read() as tx:
        noted = [(each.what, each.detail) for each in await audit.changes(tx)]
    assert noted[:2] == [("resume", "nato"), ("threshold", "nato: 0.50")]


async def test_the_newest_stories_are_told_though_they_are_older_than_the_subscription(
    room: Newsroom,
) -> None:
    await room.manager.subscribe(place("somebody"), "nato")
    feed = await room.add_feed()
    for number, title in enumerate(("NAVO oefent op de Waddenzee", "Brand bij NAVO-loods in Napels")):
        await room.take(feed, [report(title, number, room.clock.now())])
    assert await room.cases.tuning.show_latest(place()) == []
    await room.manager.subscribe(place(), "nato")
    shown = await room.cases.tuning.show_latest(place())
    assert [story.items[0].title for story in shown] == [
        "Brand bij NAVO-loods in Napels",
        "NAVO oefent op de Waddenzee",
    ]
    await room.deliver()
    assert sorted(room.paper.titles("anna")) == sorted(story.items[0].title for story in shown)
