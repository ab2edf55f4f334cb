"""What every runner does alike: jobs at their times, and work that is begun again when it fails.

Slots are counted from 1970, so that all runners agree on them. It must not know who owns what.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ports import Clock, Job, Work

log = structlog.get_logger()

RESTART_SECONDS = 1.0

TakeSlot = Callable[[str, datetime], Awaitable[bool]]
"""Notes that a slot of a job is taken; False when another runner has it."""


@dataclass(slots=True)
class _Scheduled:
    name: str
    interval: timedelta
    job: Job
    once: bool


@dataclass(slots=True)
class Ticks:
    """Jobs in slots of time.

    Args:
        take_slot: see `TakeSlot`.
        clock: the time.
    """

    take_slot: TakeSlot
    clock: Clock
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    _scheduled: list[_Scheduled] = field(default_factory=list)
    _scheduler: AsyncIOScheduler | None = None
    _stopping: bool = False

    def every(self, name: str, interval: timedelta, job: Job, *, once: bool) -> None:
        """See `bot.ports.JobRunner.every`."""
        self._scheduled.append(_Scheduled(name, interval, job, once))

    def start(self) -> None:
        """Begin to fire."""
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

    def pause(self) -> None:
        """Fire nothing more; what is under way goes on."""
        self._stopping = True
        if self._scheduler is not None:
            self._scheduler.pause()  # its shutdown would cancel the jobs under way

    def close(self) -> None:
        """End it."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)

    async def _fire(self, scheduled: _Scheduled) -> None:
        """One tick: the slot it is in is worked on, unless it was already."""
        task = asyncio.current_task()
        if task is not None:
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        slot = slot_of(self.clock.now(), scheduled.interval)
        try:
            if not self._stopping and (not scheduled.once or await self.take_slot(scheduled.name, slot)):
                await scheduled.job(slot)
        except Exception:
            # A locked or full database now is not the end: the next tick tries again.
            log.exception("job failed", name=scheduled.name, slot=str(slot))


async def keep_working(name: str, work: Work, stopping: Callable[[], bool]) -> None:
    """Work until it ends by itself; work that fails is begun again, unless everything is stopping."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("work failed", name=name, again_in=RESTART_SECONDS)
        else:
            return
        if stopping():
            return
        await asyncio.sleep(RESTART_SECONDS)


def slot_of(now: datetime, interval: timedelta) -> datetime:
    """The begin of the slot that a moment is in. Slots are counted from 1970, so all runners agree."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return now - (now - start) % interval
