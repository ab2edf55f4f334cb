"""Forgetting: what is old goes, what is open or still needed to tell old from new stays.

An item whose row is gone would be new again, so the last items of every feed are kept whatever their age;
and a story is kept for as long as anything of it is owed, under way or failed.
"""

from datetime import datetime, timedelta

import structlog

from bot.ports import Clock
from bot.services.inbox import KEPT
from bot.store import feeds, inbox, pruning, rooms
from bot.store.database import Database

log = structlog.get_logger()


class Retention:
    """Removes what is older than it has to be.

    Args:
        database: where everything is.
        clock: the time.
        keep: how long stories, their messages and what was said are kept.
    """

    def __init__(self, database: Database, clock: Clock, keep: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._keep = keep

    async def tick(self, _slot: datetime | None = None) -> int:
        """Remove what is old, in small transactions; returns how many rows."""
        before = self._clock.now() - self._keep
        gone = 0
        for prune in (pruning.deliveries, pruning.stories, pruning.items, pruning.notes):
            gone += await self._all(prune, before)
        gone += await self._all(inbox.prune, self._clock.now() - KEPT)
        async with self._database.write() as tx:
            gone += await rooms.prune(tx, before)
            gone += await feeds.forget_events(tx, before)
        log.info("old rows removed", rows=gone, older_than=str(before))
        return gone

    async def _all(self, prune: pruning.Prune, before: datetime) -> int:
        gone = 0
        while removed := await self._once(prune, before):
            gone += removed
        return gone

    async def _once(self, prune: pruning.Prune, before: datetime) -> int:
        async with self._database.write() as tx:
            return await prune(tx, before)
