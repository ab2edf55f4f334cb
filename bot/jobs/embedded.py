"""Background work inside the one process that holds the data folder: named asyncio tasks, and ticks.

Ownership is a lock on a file, which the system gives back when its process dies. Durability is the
ledger's, so nothing else is stored here but which slots were taken. It knows nothing of news.
"""

import asyncio
import fcntl
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

from bot.jobs.ticks import TakeSlot, Ticks, keep_working
from bot.ports import Clock, Job, Work

TAKEOVER_SECONDS = 0.5
DRAIN_SECONDS = 7.0


@dataclass(slots=True)
class _Owned:
    """A piece of work, and the lock that says it is ours."""

    name: str
    work: Work
    stop: Callable[[], None]
    lock: IO[str] | None = None


class EmbeddedRunner:
    """`bot.ports.JobRunner` with files for locks.

    Args:
        folder: where the locks are; shared by all runners on the same data.
        take_slot: see `TakeSlot`.
        clock: the time.
        drain: seconds that work may take to end.
    """

    def __init__(self, folder: Path, take_slot: TakeSlot, clock: Clock, drain: float = DRAIN_SECONDS) -> None:
        self._folder = folder
        self._drain = drain
        self._ticks = Ticks(take_slot, clock)
        self._owned: list[_Owned] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def own(self, name: str, work: Work, stop: Callable[[], None]) -> None:
        """See `JobRunner.own`."""
        self._owned.append(_Owned(name, work, stop))

    def every(self, name: str, interval: timedelta, job: Job, *, once: bool = True) -> None:
        """See `JobRunner.every`."""
        self._ticks.every(name, interval, job, once=once)

    async def start(self) -> None:
        """See `JobRunner.start`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for owned in self._owned:
            self._tasks.add(asyncio.create_task(self._keep(owned), name=owned.name))
        self._ticks.start()

    async def stop(self) -> None:
        """See `JobRunner.stop`."""
        self._stopping = True
        self._ticks.pause()
        for owned in self._owned:
            owned.stop()
        under_way = self._tasks | self._ticks.under_way
        if under_way:
            await asyncio.wait(under_way, timeout=self._drain)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self._ticks.close()

    async def _keep(self, owned: _Owned) -> None:
        """Wait for the ownership, then work until the work ends."""
        try:
            while not self._stopping:
                owned.lock = self._lock(owned.name)
                if owned.lock is not None:
                    await keep_working(owned.name, owned.work, lambda: self._stopping)
                    return
                await asyncio.sleep(TAKEOVER_SECONDS)
        finally:
            if owned.lock is not None:
                owned.lock.close()

    def _lock(self, name: str) -> IO[str] | None:
        """The lock of a name, held; None while another runner holds it."""
        file = (self._folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', name)}.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file
