"""Background work inside the one process that holds the data folder: named asyncio tasks, and ticks.

Ownership is a lock on a file, which the system gives back when its process dies. Durability is the
ledger's, so nothing else is stored here but which slots were taken. It knows nothing of news.
"""

import asyncio
import fcntl
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ports import Clock, Job, Work

log = structlog.get_logger()

TAKEOVER_SECONDS = 0.5
RESTART_SECONDS = 1.0
DRAIN_SECONDS = 7.0

TakeSlot = Callable[[str, datetime], Awaitable[bool]]
"""Notes that a slot of a job is taken; False when another runner has it."""


@dataclass(slots=True)
class _Owned:
    """A piece of work, and the lock that says it is ours."""

    name: str
    work: Work
    stop: Callable[[], None]
    lock: IO[str] | None = None


@dataclass(slots=True)
class _Scheduled:
    name: str
    interval: timedelta
    job: Job
    once: bool


@dataclass(slots=True)
class EmbeddedRunner:
    """`bot.ports.JobRunner` with files for locks.

    Args:
        folder: where the locks are; shared by all runners on the same data.
        take_slot: see `TakeSlot`.
        clock: the time.
        drain: seconds that work may take to end.
    """

    folder: Path
    take_slot: TakeSlot
    clock: Clock
    drain: float = DRAIN_SECONDS
    _owned: list[_Owned] = field(default_factory=list)
    _scheduled: list[_Scheduled] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)
    _scheduler: AsyncIOScheduler | None = None
    _stopping: bool = False

    def own(self, name: str, work: Work, stop: Callable[[], None]) -> None:
        """See `JobRunner.own`."""
        self._owned.append(_Owned(name, work, stop))

    def every(self, name: str, interval: timedelta, job: Job, *, once: bool = True) -> None:
        """See `JobRunner.every`."""
        self._scheduled.append(_Scheduled(name, interval, job, once))

    async def start(self) -> None:
        """See `JobRunner.start`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for owned in self._owned:
            task = asyncio.create_task(self._keep(owned), name=owned.name)
            self._tasks.add(task)
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for scheduled in self._scheduled:
            self._scheduler.add_job(
                self._fire,
                "interval",
                args=[scheduled],
                id=scheduled.name,
                seconds=scheduled.interval.total_seconds(),
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """See `JobRunner.stop`."""
        self._stopping = True
        if self._scheduler is not None:
            self._scheduler.pause()  # its shutdown would cancel the jobs under way
        for owned in self._owned:
            owned.stop()
        under_way = self._tasks | self._jobs
        if under_way:
            await asyncio.wait(under_way, timeout=self.drain)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)

    async def _keep(self, owned: _Owned) -> None:
        """Wait for the ownership, then work until the work ends."""
        try:
            while not self._stopping:
                owned.lock = self._lock(owned.name)
                if owned.lock is not None:
                    await self._work(owned)
                    return
                await asyncio.sleep(TAKEOVER_SECONDS)
        finally:
            if owned.lock is not None:
                owned.lock.close()

    async def _work(self, owned: _Owned) -> None:
        while True:
            try:
                await owned.work()
            except Exception:
                log.exception("work failed", name=owned.name, again_in=RESTART_SECONDS)
            else:
                return
            if self._stopping:
                return
            await asyncio.sleep(RESTART_SECONDS)

    def _lock(self, name: str) -> IO[str] | None:
        """The lock of a name, held; None while another runner holds it."""
        file = (self.folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', name)}.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    async def _fire(self, scheduled: _Scheduled) -> None:
        """One tick: the slot it is in is worked on, unless it was already."""
        task = asyncio.current_task()
        if task is not None:
            self._jobs.add(task)
            task.add_done_callback(self._jobs.discard)
        slot = slot_of(self.clock.now(), scheduled.interval)
        try:
            if not self._stopping and (not scheduled.once or await self.take_slot(scheduled.name, slot)):
                await scheduled.job(slot)
        except Exception:
            # A locked or full database now is not the end: the next tick tries again.
            log.exception("job failed", name=scheduled.name, slot=str(slot))


def slot_of(now: datetime, interval: timedelta) -> datetime:
    """The begin of the slot that a moment is in. Slots are counted from 1970, so all runners agree."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return now - (now - start) % interval
