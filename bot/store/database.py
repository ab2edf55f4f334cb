"""The connection to the database: opened, migrated, and handed out one transaction at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Never, Protocol, TypeVar, TypeVarTuple, overload

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Dialect,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, InterfaceError, InternalError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.sql.selectable import TypedReturnsRows

from bot.errors import BadInput
from bot.store import signals
from bot.store.migrating import upgrade_alone, upgrade_shared
from bot.store.prepared import PREPARED
from bot.store.writer import Writer

Value = TypeVar("Value")
Columns = TypeVarTuple("Columns")
Result = TypeVar("Result")


class Pages(Protocol):
    """The rows of a query, page by page."""

    def partitions(self) -> AsyncIterator[Sequence[Any]]:
        """The pages; how long they are, the statement's `yield_per` says."""


class Transaction(Protocol):
    """An open transaction; only modules of `bot.store` look inside it.

    An `AsyncConnection` is one; so is what `Database.transact` gives on SQLite.
    """

    @property
    def dialect(self) -> Dialect:
        """The SQL that is spoken."""

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Columns], parameters: Any = None, /
    ) -> CursorResult[*Columns]: ...

    @overload
    async def execute(
        self, statement: Executable, parameters: Any = None, /
    ) -> CursorResult[*tuple[Any, ...]]: ...

    async def execute(self, statement: Any, parameters: Any = None, /) -> Any:
        """Run a statement, or the same one for each of several rows."""

    def stream(self, statement: Executable, parameters: Any = None, /) -> Awaitable[Pages]:
        """Run a query whose rows are read as they are asked for."""

    @overload
    async def scalar(self, statement: TypedReturnsRows[Never], parameters: Any = None, /) -> Any | None: ...

    @overload
    async def scalar(self, statement: TypedReturnsRows[Value], parameters: Any = None, /) -> Value | None: ...

    @overload
    async def scalar(self, statement: Executable, parameters: Any = None, /) -> Any: ...

    async def scalar(self, statement: Executable, parameters: Any = None, /) -> Any:
        """The first column of the first row; None when there is no row."""

    def begin_nested(self) -> AbstractAsyncContextManager[Any]:
        """A part that can fail alone: undone when the block raises."""


DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
"""How this program speaks to each kind of database, by how its address begins."""
BUSY_TIMEOUT_MS = 10_000
TRIES = 3
TRY_AGAIN = ("40001", "40P01")
"""SQLSTATEs of a transaction that stood in another one's way: serialization_failure, deadlock_detected.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""
ABANDONED_MS = 8_000
"""A transaction on PostgreSQL is undone when its process is silent for so long: one that was cut off, or
hangs, would otherwise keep the rows that it locked from all others until TCP gives it up, after hours."""
LINE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How a server that is gone without a word is noticed: within some ten seconds. Seconds, but for the last.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"""

OUTAGES: tuple[type[Exception], ...] = (OSError, OperationalError, InterfaceError, InternalError)
"""What is raised when the database itself fails (locked, full, gone), whatever was to be written."""


class Database:
    """One database. Writes are transactions of their own, one at a time on SQLite.

    Args:
        url: an SQLAlchemy URL; ``sqlite+aiosqlite:///path`` or ``postgresql+psycopg://…``. The driver
            may be left out.

    Raises:
        BadInput: it is no such URL, or what PostgreSQL needs is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = address(url)
        self._engine = self._reading = _engine(self.url)
        self._writing: asyncio.Lock | None = None
        self._writer: Writer | None = None
        if self.url.get_backend_name() == "sqlite":
            # SQLite has one writer: waiting here is fair, waiting inside SQLite is a poll with sleeps.
            self._writing = asyncio.Lock()
            self._writer = Writer(_prepared(create_engine(self.url.set(drivername="sqlite"))), self._writing)
        else:
            self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ")

    @property
    def embedded(self) -> bool:
        """Whether one process has it all for itself: SQLite."""
        return self._writer is not None

    @property
    def libpq(self) -> str:
        """A PostgreSQL's address as its own library reads it, with the password."""
        line = {name: str(value) for name, value in _line(self.url).items()}
        there = self.url.set(drivername="postgresql").update_query_dict(line)
        return there.render_as_string(hide_password=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A consistent view; nothing written in it is kept."""
        async with self._reading.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """All or nothing: committed when the block ends, rolled back when it raises."""
        if self._writing is None:
            async with self._engine.begin() as connection:
                signals.forget(connection)
                yield connection
                await signals.give(connection)
            return
        async with self._writing, self._engine.connect() as connection:
            await connection.execution_options(immediate=True)
            async with connection.begin():
                yield connection

    async def transact(
        self, work: Callable[[Transaction], Awaitable[Result]], undo: Callable[[], None] = lambda: None
    ) -> Result:
        """Run work in a transaction; returns its result once that is committed. All of it or nothing.

        On SQLite this is much cheaper than `write`: the work runs in the writer's thread, and shares its
        commit with other work that waits.

        Args:
            work: awaits nothing but the transaction. It may be run again when a shared commit failed.
            undo: called, where the work ran, when what it wrote was rolled back.
        """
        if self._writer is not None:
            result: Result = await self._writer.submit(work, undo)
            return result
        for _ in range(1, TRIES):
            try:
                return await self._once(work, undo)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in TRY_AGAIN:
                    raise
        return await self._once(work, undo)

    async def _once(
        self, work: Callable[[Transaction], Awaitable[Result]], undo: Callable[[], None]
    ) -> Result:
        async with self._engine.connect() as connection:
            try:
                signals.forget(connection)
                result = await work(connection)
                await signals.give(connection)
                await connection.commit()
            except BaseException:
                undo()  # before the rollback gives others what this transaction locked
                raise
            return result

    async def migrate(self) -> None:
        """Bring the tables up to date; creates them in an empty database.

        Raises:
            BadInput: no such PostgreSQL server answers, or a newer version made an SQLite database.
        """
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        if self._writing is None:
            await self._insist()
            await upgrade_shared(self._engine)
            return
        async with self._writing, self._engine.connect() as connection:
            await connection.execution_options(immediate=True)
            async with connection.begin():
                await connection.run_sync(upgrade_alone)

    async def _insist(self) -> None:
        try:
            async with self._engine.connect():
                pass
        except OperationalError as error:
            raise BadInput(
                f"the database does not answer: {error.orig}", "look at database_url, and at the server"
            ) from error

    async def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            await self._writer.close()
        await self._engine.dispose()


def address(url: str) -> URL:
    """A database's address, with the drivers that are used here.

    Raises:
        BadInput: it is none.
    """
    example = "write sqlite:///data/heraut.sqlite3 or postgresql://user:password@host/name"
    try:
        made = make_url(url)
    except ArgumentError:
        raise BadInput("database_url is not an address of a database", example) from None
    driver = DRIVERS.get(made.get_backend_name())
    if driver is None:
        raise BadInput(f"no {made.get_backend_name()} database is known here", example)
    return made.set(drivername=driver)


def upsert(tx: Transaction, table: Table) -> Any:
    """An INSERT of the transaction's own dialect that knows ON CONFLICT."""
    return insert_of(tx.dialect.name, table)


@lru_cache
def insert_missing(dialect: str, table: Table) -> Any:
    """An INSERT, of a dialect, that leaves a row alone that is there already. Made once: that costs most."""
    return insert_of(dialect, table).on_conflict_do_nothing().execution_options(**PREPARED)


def insert_of(dialect: str, table: Table) -> Any:
    """An INSERT, of a dialect, that knows ON CONFLICT."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table)


def _engine(url: URL) -> AsyncEngine:
    # Without this option it is not kept everywhere how many rows an INSERT wrote.
    options = {"preserve_rowcount": True}
    if url.get_backend_name() != "sqlite":
        return _postgres_engine(url, options)
    engine = create_async_engine(url, execution_options=options)
    _prepared(engine.sync_engine)
    return engine


def _postgres_engine(url: URL, options: dict[str, Any]) -> AsyncEngine:
    try:
        # Connections of a server that was started again are replaced before they are used.
        engine = create_async_engine(
            url, execution_options=options, pool_pre_ping=True, connect_args=_line(url)
        )
    except ModuleNotFoundError as error:
        raise BadInput(
            f"PostgreSQL needs {error.name}", "install it with: pip install 'heraut-bot[scale]'"
        ) from error
    event.listen(engine.sync_engine, "connect", _prepare_postgres)
    return engine


def _line(url: URL) -> dict[str, int]:
    """What the address leaves open of `LINE`."""
    return {name: value for name, value in LINE.items() if name not in url.query}


def _prepare_postgres(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = {ABANDONED_MS}")
    cursor.close()
    connection.commit()


def _prepared(engine: Engine) -> Engine:
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: _begin_sqlite says which kind is meant.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    # A deferred transaction that turns into a writer cannot wait for the lock; say it at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
