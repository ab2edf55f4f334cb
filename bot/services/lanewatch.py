"""Looks whether messages get out at all: a lane that stands still is told to those who run the bot."""

from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.messages import Message
from bot.domain.tongue import Tongue
from bot.ports import Clock
from bot.services.alarm import Notices, attention
from bot.store import books
from bot.store.books import Backlog
from bot.store.database import Database

log = structlog.get_logger()

STANDS_STILL = timedelta(minutes=15)


class LaneWatch:
    """Compares what could have been sent with the time since when it could."""

    def __init__(self, database: Database, clock: Clock, notices: Notices) -> None:
        self._database = database
        self._clock = clock
        self._notices = notices

    async def tick(self, _slot: datetime | None = None) -> int:
        """Look once; returns how many accounts stand still."""
        now = self._clock.now()
        async with self._database.read() as tx:
            backlogs = await books.backlogs(tx)
        standing = [each for each in backlogs if now - each.since >= STANDS_STILL]
        for each in standing:
            minutes = int((now - each.since) / timedelta(minutes=1))
            log.error("lane stands still", lane=each.lane, waiting=each.waiting, minutes=minutes)
            await self._notices.owe(f"standing:{each.lane}", partial(standing_message, each, now))
        return len(standing)


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
