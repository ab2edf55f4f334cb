"""Whether a process may go on with what it owns: one look at the database answers for all of it.

Many accounts are owned by one process; a look for each would keep it and the database busy. This knows no
database: it is told how to look.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger()

Owned = Collection[int]
Look = Callable[[], Coroutine[Any, Any, Owned | None]]
"""Writes a sign of life; returns the numbers of what is still ours, or None when nobody can say."""


@dataclass(frozen=True, slots=True)
class _Begun:
    at: float
    task: asyncio.Task[Owned | None]

    @property
    def found(self) -> Owned | None:
        return self.task.result() if self.task.done() and not self.task.cancelled() else None


class Certainty:
    """Shares each look among all that wait for one.

    Args:
        look: see `Look`.
        every: seconds between looks.
        lost: seconds without an answer after which nothing is ours any more.
    """

    def __init__(self, look: Look, every: float, lost: float) -> None:
        self._look = look
        self._every = every
        self._lost = lost
        self._last: _Begun | None = None
        self._looks: set[asyncio.Task[Owned | None]] = set()

    async def until_lost(self, number: int, name: str) -> None:
        """Returns when this, which is ours now, no longer is, or nobody could say so for too long."""
        certain = time.monotonic()
        while (left := certain + self._lost - time.monotonic()) > 0:
            await asyncio.sleep(min(self._every, left))
            look = self._shared()
            # Left behind when it is late: a driver takes seconds to give up on a server that is gone.
            await asyncio.wait({look.task}, timeout=max(0.0, certain + self._lost - time.monotonic()))
            found = look.found
            if found is None:
                look.task.cancel()
                log.warning("no heartbeat", name=name)
            elif number not in found:
                return
            else:
                certain = look.at

    async def close(self) -> None:
        """Let no look go on."""
        for task in self._looks:
            task.cancel()
        await asyncio.gather(*self._looks, return_exceptions=True)

    def _shared(self) -> _Begun:
        """The last look if it was begun just now, else a new one."""
        now = time.monotonic()
        if self._last is None or self._last.at < now - self._every / 2:
            task = asyncio.create_task(self._look(), name="heartbeat")
            self._looks.add(task)
            task.add_done_callback(self._looks.discard)
            self._last = _Begun(now, task)
        return self._last
