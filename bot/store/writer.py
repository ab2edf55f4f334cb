"""The one thread that writes to SQLite: whole transactions run in it, several of them in one commit.

An asyncio driver hands every statement to a thread and waits for it; that costs more than the statement.
Here a whole piece of work crosses over once. Work that waits while another commit is under way shares the
next one, each piece behind a savepoint of its own: one that fails is undone alone, and no result is
reported before the commit that holds it. It must not decide what is written.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Result

from bot.store.prepared import prepared_for

GROUP_SECONDS = 0.05
"""After so long a commit takes in no more work: other writers want their turn."""

Work = Callable[[Any], Awaitable[Any]]
Undo = Callable[[], None]


class InlineTransaction:
    """A transaction in the writer's own thread: what it returns to be awaited is done already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self._savepoints = 0

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run a statement, or the same one for each of several rows."""
        if parameters and (prepared := prepared_for(statement, self.dialect, parameters)):
            return prepared.run(self.raw, parameters)
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        """The first column of the first row."""
        if parameters and (prepared := prepared_for(statement, self.dialect, parameters)):
            return prepared.scalar(self.raw, parameters)
        return self._connection.scalar(statement, parameters)

    async def stream(self, statement: Any, parameters: Any = None) -> "_Rows":
        """Rows that are read as they are asked for."""
        return _Rows(self._connection.execute(statement, parameters))

    def begin_nested(self) -> "_Part":
        """A part that can fail alone: undone when the block raises."""
        self._savepoints += 1
        return _Part(self.raw, f"part_{self._savepoints}")

    @property
    def raw(self) -> Any:
        """The driver's connection."""
        return self._connection.connection.dbapi_connection


class _Part:
    """A part of a transaction, behind a savepoint of its own."""

    __slots__ = ("_name", "_raw")

    def __init__(self, raw: Any, name: str) -> None:
        self._raw = raw
        self._name = name

    async def __aenter__(self) -> None:
        self._raw.execute(f"SAVEPOINT {self._name}")

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # A full disk ends the whole transaction by itself; then there is no savepoint any more.
            if not self._raw.in_transaction:
                return
            self._raw.execute(f"ROLLBACK TO {self._name}")
        self._raw.execute(f"RELEASE {self._name}")


class _Rows:
    """The part of an `AsyncResult` that the stores use."""

    def __init__(self, result: Result[Any]) -> None:
        self._result = result

    async def partitions(self) -> AsyncIterator[Sequence[Any]]:
        for page in self._result.partitions():
            yield page


@dataclass(slots=True, eq=False)
class _Job:
    work: Work
    undo: Undo
    done: asyncio.Future[Any]
    context: Context = field(default_factory=copy_context)
    result: Any = None
    error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        self.undo()
        self.result, self.error = None, error

    def report(self) -> None:
        if self.done.done():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


class Writer:
    """Runs work in transactions of one SQLite file.

    Args:
        engine: a synchronous engine whose connections may be used by any thread.
        turn: held while a commit is under way, as SQLite has one writer.
    """

    def __init__(self, engine: Engine, turn: asyncio.Lock) -> None:
        self._engine = engine
        self._turn = turn
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._waiting: deque[_Job] = deque()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, work: Work, undo: Undo) -> Any:
        """Run work in a transaction; returns what it returns, after the commit.

        Args:
            work: a function of the transaction that awaits nothing but the database. It runs in another
                thread, and again when a commit failed that it shared with others.
            undo: called in that thread when what the work wrote was rolled back.
        """
        job = _Job(work, undo, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="writer")
        return await job.done

    async def close(self) -> None:
        """Finish what was submitted, and end the thread."""
        if self._task is not None:
            await self._task
        await asyncio.to_thread(self._thread.shutdown)
        self._drop()
        self._engine.dispose()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            async with self._turn:
                finished = await loop.run_in_executor(self._thread, self._together)
            for job in finished:
                job.report()

    def _together(self) -> Sequence[_Job]:
        group: list[_Job] = []
        try:
            self._transaction(group)
        except Exception as error:  # noqa: BLE001  every job is told what failed
            # The commit failed, or the database in the midst of it: each piece of work for itself.
            undone = [job for job in group if job.error is None]
            for job in reversed(undone):
                job.fail(error)
            if len(group) > 1:
                for job in undone:
                    self._alone(job)
        return group

    def _transaction(self, group: list[_Job]) -> None:
        until = time.monotonic() + GROUP_SECONDS
        group.append(self._waiting.popleft())
        with self._begin() as tx:
            _attempt(group[0], tx)
            while self._waiting and time.monotonic() < until:
                group.append(self._waiting.popleft())
                _attempt(group[-1], tx)

    def _alone(self, job: _Job) -> None:
        try:
            with self._begin() as tx:
                _attempt(job, tx)
        except Exception as error:  # noqa: BLE001  the job is told what failed
            if job.error is not error:
                job.fail(error)

    @contextmanager
    def _begin(self) -> Iterator[InlineTransaction]:
        """A transaction of the connection, which none that failed as a whole is begun on again."""
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(immediate=True)
        try:
            with self._connection.begin():
                yield InlineTransaction(self._connection)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _attempt(job: _Job, tx: InlineTransaction) -> None:
    """Run a job behind a savepoint; what fails is undone alone, unless the transaction went with it."""
    if job.done.cancelled():
        return
    try:
        job.result, job.error = job.context.run(_drive, _apart(tx, job.work)), None
    except Exception as error:
        if not tx.raw.in_transaction:
            raise
        job.fail(error)


async def _apart(tx: InlineTransaction, work: Work) -> Any:
    async with tx.begin_nested():
        return await work(tx)


def _drive(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to its end a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise RuntimeError("a transaction awaits nothing but its database")
