"""A clock that is set back: feeds are polled and jobs fire as if it had always been so."""

from datetime import timedelta

from bot.services.clockwatch import ClockWatch
from bot.store import feeds, slots
from tests.support.newsroom import Newsroom


class Ticking:
    """Seconds that only pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def due_soon(room: Newsroom) -> int:
    """How many feeds are polled within six minutes."""
    async with room.database.write() as tx:
        await feeds.release_all(tx)
        due = await feeds.lease_due(tx, room.clock.now() + timedelta(minutes=6), timedelta(minutes=1), 10)
        await feeds.release_all(tx)
    return len(due)


async def test_after_the_clock_was_set_back_an_hour_feeds_are_polled_as_before(room: Newsroom) -> None:
    await room.add_feed()
    ticking = Ticking()
    watch = ClockWatch(room.database, room.clock, ticking)
    await watch.tick()
    room.clock.advance(timedelta(hours=-1))
    assert await due_soon(room) == 0
    await watch.tick()
    assert await due_soon(room) == 1


async def test_a_clock_that_runs_as_it_should_moves_nothing(room: Newsroom) -> None:
    await room.add_feed()
    ticking = Ticking()
    watch = ClockWatch(room.database, room.clock, ticking)
    for _ in range(3):
        await watch.tick()
        ticking.now += 5
        room.clock.advance(timedelta(seconds=5))
    room.clock.advance(timedelta(hours=-1))
    assert await due_soon(room) == 0


async def test_slots_of_the_future_are_free_again(room: Newsroom) -> None:
    ticking = Ticking()
    watch = ClockWatch(room.database, room.clock, ticking)
    await watch.tick()
    async with room.database.write() as tx:
        assert await slots.take(tx, "digests", room.clock.now())
    room.clock.advance(timedelta(hours=-1))
    async with room.database.write() as tx:
        assert not await slots.take(tx, "digests", room.clock.now())
    await watch.tick()
    async with room.database.write() as tx:
        assert await slots.take(tx, "digests", room.clock.now())
