"""When the machine's clock is set back, nothing may wait until it is that late once more.

Times that the earlier clock wrote move with it: the next polls of feeds, and the slots of jobs. The pumps
do the same for the messages of their lanes. A clock that is set forward needs nothing: all is due sooner.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.ports import Clock
from bot.store import feeds, slots
from bot.store.database import Database

log = structlog.get_logger()

TOLERANCE = timedelta(seconds=5)


class ClockWatch:
    """Compares the clock with one that nobody can set.

    Args:
        monotonic: seconds of that other clock.
    """

    def __init__(
        self, database: Database, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._last: tuple[datetime, float] | None = None

    async def tick(self, _slot: datetime | None = None) -> None:
        """Look; call it every few seconds."""
        now, then = (self._clock.now(), self._monotonic()), self._last
        if then is not None:
            jump = now[0] - then[0] - timedelta(seconds=now[1] - then[1])
            if jump < -TOLERANCE:
                await self._follow(jump, now[0])
        self._last = now

    async def _follow(self, jump: timedelta, now: datetime) -> None:
        async with self._database.write() as tx:
            moved = await feeds.shift(tx, jump)
            await slots.forget_after(tx, now)
        log.warning("clock set back", seconds=jump.total_seconds(), feeds=moved)
