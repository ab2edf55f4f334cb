"""Background work of many processes on one PostgreSQL, by procrastinate, which only this module knows.

What is owned is a job that runs for as long as somebody owns it, under a lock of its name:

    waiting job ──fetched by one runner──► running job = ownership ──ends, or its runner dies──► gone
         ▲                                      │
         └───── the next one, behind the lock ──┘

A runner that dies, hangs or is cut off writes no heartbeats; after `STALLED_SECONDS` any other runner
removes its job, and the one that waits behind the lock begins. Before that, after `LOST_SECONDS`, a runner
that cannot write its heartbeat stops its work by itself, so that two never work at once. A new owner begins
`HANDOVER_SECONDS` after it became one: the one before may have worked until that very moment. Durability is
the ledger's: a job says who works, never what is to be done. It knows nothing of news.
"""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from bot.jobs.certainty import Certainty
from bot.jobs.ticks import RESTART_SECONDS, TakeSlot, Ticks, keep_working
from bot.ports import Clock, Job, Work

log = structlog.get_logger()

HEARTBEAT_SECONDS = 1.0
LOST_SECONDS = 3.0
STALLED_SECONDS = 5.0
POLL_SECONDS = 0.2
"""How often waiting jobs are looked for: the end of a job does not wake the next one of its lock."""
DRAIN_SECONDS = 7.0
HANDOVER_SECONDS = 1.5
"""Where so much a second is allowed, what the owner before did last counts with what the next does first."""

_TASK = "heraut.own"
_PREPARING = 0x4865726175740001
"""The number of the lock under which procrastinate's tables are made."""


@dataclass(frozen=True, slots=True)
class _Owned:
    work: Work
    stop: Callable[[], None]


class ClusterRunner:
    """`bot.ports.JobRunner` for any number of processes.

    Args:
        address: of the database, as libpq reads it: ``postgresql://…``.
        take_slot: see `TakeSlot`.
        clock: the time.
        drain: seconds that work may take to end.
    """

    def __init__(self, address: str, take_slot: TakeSlot, clock: Clock, drain: float = DRAIN_SECONDS) -> None:
        self._address = address
        self._drain = drain
        self._ticks = Ticks(take_slot, clock)
        self._owned: dict[str, _Owned] = {}
        self._app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=6, timeout=5))
        self._app.task(name=_TASK, pass_context=True)(self._keep)
        self._tasks: list[asyncio.Task[None]] = []
        self._certain: dict[int, Certainty] = {}
        self._stopping = False

    def own(self, name: str, work: Work, stop: Callable[[], None]) -> None:
        """See `JobRunner.own`."""
        self._owned[name] = _Owned(work, stop)

    def every(self, name: str, interval: timedelta, job: Job, *, once: bool = True) -> None:
        """See `JobRunner.every`."""
        self._ticks.every(name, interval, job, once=once)

    async def start(self) -> None:
        """See `JobRunner.start`."""
        await self._prepare()
        await self._app.open_async()
        if self._owned:
            self._tasks = [
                asyncio.create_task(self._serve(), name="owning"),
                asyncio.create_task(self._replace(), name="replacing"),
            ]
        self._ticks.start()

    async def stop(self) -> None:
        """See `JobRunner.stop`."""
        self._stopping = True
        self._ticks.pause()
        for owned in self._owned.values():
            owned.stop()
        for task in self._tasks:
            task.cancel()  # the worker takes that as: fetch nothing, wait for what runs, then abort it
        under_way = {*self._tasks, *self._ticks.under_way}
        if under_way:
            await asyncio.wait(under_way, timeout=self._drain + 1)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await asyncio.gather(*(each.close() for each in self._certain.values()))
        self._ticks.close()
        await self._app.close_async()

    async def _prepare(self) -> None:
        """Make procrastinate's tables where they are missing; of several processes one does."""
        async with (
            await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection,
            self._app.open_async(),
        ):
            await connection.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
            if not await self._app.check_connection_async():
                await self._app.schema_manager.apply_schema_async()

    # --- being an owner

    async def _serve(self) -> None:
        """Fetch what may be owned; a worker ends when the database goes away, and is begun again."""
        while not self._stopping:
            try:
                for name in self._owned:
                    await self._offer(name)
                await self._app.run_worker_async(
                    queues=[_queue(name) for name in self._owned],
                    concurrency=len(self._owned),
                    fetch_job_polling_interval=POLL_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    shutdown_graceful_timeout=self._drain,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            except Exception:
                # Whatever the database or procrastinate raises: this process must ask for its share again.
                log.exception("ownership is not kept", again_in=RESTART_SECONDS)
            await asyncio.sleep(RESTART_SECONDS)

    async def _offer(self, name: str) -> None:
        """Let a job wait for the ownership, unless one does."""
        job = self._app.configure_task(_TASK, lock=name, queueing_lock=name, queue=_queue(name))
        with suppress(AlreadyEnqueued):
            await job.defer_async(name=name)

    async def _keep(self, context: JobContext, name: str) -> None:
        """The job itself: work for as long as the ownership is certain."""
        if self._stopping:
            return
        await self._offer(name)
        log.info("owned", name=name)
        work = asyncio.create_task(self._work(name), name=name)
        sure = asyncio.create_task(self._be_sure(context), name=f"{name} is owned")
        try:
            await asyncio.wait({work, sure}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                log.error("ownership lost", name=name)
        finally:
            for task in (work, sure):
                task.cancel()
            log.info("let go", name=name)
            await asyncio.gather(work, sure, return_exceptions=True)

    async def _work(self, name: str) -> None:
        await asyncio.sleep(HANDOVER_SECONDS)
        if not self._stopping:
            await keep_working(name, self._owned[name].work, lambda: self._stopping)

    async def _be_sure(self, context: JobContext) -> None:
        """Returns when this job is no longer ours, or nobody could say so for too long."""
        job = context.job
        if job.id is None or job.worker_id is None:
            return
        worker = job.worker_id
        if worker not in self._certain:  # a worker that is begun again has a number of its own
            self._certain = {worker: Certainty(partial(self._ours, worker), HEARTBEAT_SECONDS, LOST_SECONDS)}
        await self._certain[worker].until_lost(job.id, job.lock or "")

    async def _ours(self, worker: int) -> frozenset[int] | None:
        """Write a heartbeat, and see which jobs we run. No job ever runs twice; None: unknown."""
        manager = self._app.job_manager
        try:
            await manager.update_heartbeat(worker)
            found = await manager.list_jobs_async(worker_id=worker)
        except ConnectorException:
            return None
        return frozenset(each.id for each in found if each.id and each.status == Status.DOING.value)

    # --- replacing one that died

    async def _replace(self) -> None:
        """Remove the jobs of runners that write no heartbeats; where two do it at once, one finds it done."""
        while not self._stopping:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                stalled = await self._app.job_manager.get_stalled_jobs(
                    task_name=_TASK, seconds_since_heartbeat=STALLED_SECONDS
                )
                for job in stalled:
                    log.warning("owner replaced", name=job.lock)
                    with suppress(ConnectorException):
                        await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
                    if job.lock in self._owned:
                        await self._offer(job.lock)
            except ConnectorException as error:
                log.warning("owners not looked at", why=str(error))


def _queue(name: str) -> str:
    """A queue of its own for each name; PostgreSQL's channels have short names."""
    return "heraut-" + hashlib.sha256(name.encode()).hexdigest()[:16]
