"""Looks whether messages get out at all: a lane that stands still is told to those who run the bot."""

from datetime import datetime, timedelta

import structlog

from bot.domain.messagecodec import to_json
from bot.domain.messages import Text, say
from bot.ports import Clock
from bot.services.alarm import Alarms
from bot.store import books
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
                problem = f"{backlog.waiting} messages wait, the oldest for {minutes} minutes"
                log.error("lane stands still", lane=backlog.lane, waiting=backlog.waiting, minutes=minutes)
                notice = say([Text("Heraut needs attention", bold=True)], f"{backlog.lane}: {problem}")
                await self._alarms.notify(tx, f"standing:{backlog.lane}", to_json(notice), now)
        return standing
