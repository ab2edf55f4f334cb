"""What time itself changes in a lane: messages come due; gathered, stale and too many ones are folded.

Part of the pump, in its transaction. It must not send anything.
"""

from datetime import datetime, timedelta

import structlog

from bot.store import deliveries, folding
from bot.store.database import Transaction

log = structlog.get_logger()

FLOOD = 30
"""Alerts owed to one chat at the same time, above which they are folded."""
EVERY, FLOOD_EVERY = 0.5, 2.0
EARLY = timedelta(milliseconds=10)
"""A message may be let go so much before its time: two clocks tell when its chat's wait is over."""
SET_BACK = timedelta(seconds=-5)
"""The machine's clock is followed from so far back on; less is the clock being kept right."""


class Chores:
    """The chores of one lane. Seconds are those of the pump's monotonic clock."""

    def __init__(self, lane: str) -> None:
        self._lane = lane
        self._at = 0.0
        self._flood_at = 0.0
        self._last: tuple[datetime, float] | None = None
        self._jump = timedelta(0)

    def hasten(self) -> None:
        """Do all of them the next time."""
        self._at = self._flood_at = 0.0

    def release_soon(self) -> None:
        """Let go the next time what has come due: somebody's wait is over."""
        self._at = 0.0

    def look(self, now: datetime, clock: float) -> None:
        """Take note of the time, before a transaction; what was noted stays until it is `done`."""
        if self._last is not None:
            jump = now - self._last[0] - timedelta(seconds=clock - self._last[1])
            self._jump += jump if jump < SET_BACK else timedelta(0)
        self._last = (now, clock)

    async def do(self, tx: Transaction, now: datetime, clock: float) -> None:
        """What is due. It may be run again when the transaction failed."""
        if self._jump:
            await self._follow_clock(tx)
        if clock < self._at:
            return
        await deliveries.release(tx, self._lane, now + EARLY)
        await folding.fold_due(tx, self._lane, now)
        await folding.fold_expired(tx, self._lane, now)
        if clock >= self._flood_at:
            for chat_id in await folding.flooded(tx, self._lane, FLOOD):
                await folding.fold_chat(tx, chat_id, folding.BURST, f"more than {FLOOD} at once", now)

    def done(self, clock: float) -> None:
        """What `do` did at this time is on disk."""
        self._jump = timedelta(0)
        if clock >= self._flood_at:
            self._flood_at = clock + FLOOD_EVERY
        if clock >= self._at:
            self._at = clock + EVERY

    async def _follow_clock(self, tx: Transaction) -> None:
        """When the machine's clock was set back, what waits for a time must not wait the longer."""
        moved = await deliveries.shift(tx, self._lane, self._jump)
        log.warning("clock set back", lane=self._lane, seconds=self._jump.total_seconds(), moved=moved)
