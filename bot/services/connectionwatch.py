"""Looks whether an account hears all its chats: those who run the bot are told of a connection that is down.

What is sent does not depend on it, which is why `lanewatch` does not see it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.messages import Message
from bot.domain.tongue import Tongue
from bot.ports import Clock, Connection, Connections
from bot.services.alarm import Notices, attention

log = structlog.get_logger()

STAYS_DOWN = timedelta(minutes=15)


class ConnectionWatch:
    """Remembers since when a connection is down. A short while is nothing: each comes back by itself.

    Args:
        clock: the time.
        notices: tells those who run the bot.
        connections: those that this process has now.
    """

    def __init__(self, clock: Clock, notices: Notices, connections: Connections) -> None:
        self._clock = clock
        self._notices = notices
        self._connections = connections
        self._down: dict[str, dict[int, datetime]] = {}

    async def tick(self, _slot: datetime | None = None) -> int:
        """Look once; returns how many connections are down for too long."""
        now, found = self._clock.now(), self._connections()
        before, self._down = self._down, {}
        standing = 0
        for lane, connections in found.items():
            known = before.get(lane, {})
            since = {each.number: known.get(each.number, now) for each in connections if not each.up}
            self._down[lane] = since
            late = [at for at in since.values() if now - at >= STAYS_DOWN]
            if late:
                standing += len(late)
                await self._tell(lane, connections, late, now)
        return standing

    async def _tell(
        self, lane: str, connections: Sequence[Connection], late: Sequence[datetime], now: datetime
    ) -> None:
        minutes = int((now - min(late)) / timedelta(minutes=1))
        log.error("connections stay down", lane=lane, down=len(late), of=len(connections), minutes=minutes)
        worded = partial(down_message, lane, len(late), len(connections), now - min(late))
        await self._notices.owe(f"connections:{lane}", worded)


def down_message(lane: str, down: int, among: int, span: timedelta, tongue: Tongue) -> Message:
    """What those who run the bot read about connections on which nothing is heard."""
    problem = tongue.count(
        down,
        "{lane}: {n} of {among} connections is down, for {span}; commands there are not heard",
        "{lane}: {n} of {among} connections are down, the longest for {span}; commands there are not heard",
        lane=lane,
        among=among,
        span=tongue.span(span),
    )
    return attention(tongue, problem)
