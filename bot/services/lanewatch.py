"""Looks whether messages get out at all: a lane that stands still is told to those who run the bot."""

from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.messages import Message
from bot.domain.tongue import Tongue
from bot.ports import Clock
from bot.services.alarm import Alarms, attention
from bot.store import books
from bot.store.books import Backlog
from bot.store.database import Database

log = structlog.get_logger()

STANDS_STILL = timedelta(minutes=15)


class LaneWatch:
    """Compares what could have been sent with the time since when it could."""

    def __init__(self, database: Database, clock: Clock, alarms: Alarms) -> None:
        self._database = database
        self._clock = clock
        self._alarms = alarms

    async def tick(self, _slot: datetime | None = None) -> int:
        """Look once; returns how many accounts stand still."""
        now, standing = self._clock.now(), 0
        async with self._database.write() as tx:
            for backlog in await books.backlogs(tx):
                if now - backlog.since < STANDS_STILL:
                    continue
                standing += 1
                minutes = int((now - backlog.since) / timedelta(minutes=1))
                log.error("lane stands still", lane=backlog.lane, waiting=backlog.waiting, minutes=minutes)
                worded = partial(standing_message, backlog, now)
                await self._alarms.notify(tx, f"standing:{backlog.lane}", worded, now)
        return standing


def standing_message(backlog: Backlog, now: datetime, tongue: Tongue) -> Message:
    """What those who run the bot read about an account that sends nothing."""
    problem = tongue.count(
        backlog.waiting,
        "{lane}: {n} message waits, for {span}",
        "{lane}: {n} messages wait, the oldest for {span}",
        lane=backlog.lane,
        span=tongue.span(now - backlog.since),
    )
    return attention(tongue, problem)
