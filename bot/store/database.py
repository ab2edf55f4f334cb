"""The connection to the database: opened, migrated, and handed out one transaction at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Transaction = AsyncConnection
"""An open transaction; only modules of `bot.store` look inside it."""

BUSY_TIMEOUT_MS = 10_000

OUTAGES: tuple[type[Exception], ...] = (OSError, OperationalError, InterfaceError, InternalError)
"""What is raised when the database itself fails (locked, full, gone), whatever was to be written."""


class Database:
    """One database. Writes are transactions of their own, one at a time on SQLite.

    Args:
        url: an SQLAlchemy URL; ``sqlite+aiosqlite:///path`` or ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._engine = _engine(url)
        # SQLite has one writer: waiting here is fair, waiting inside SQLite is a poll with sleeps.
        self._writing: asyncio.Lock | None = (
            asyncio.Lock() if self.url.get_backend_name() == "sqlite" else None
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A consistent view; nothing written in it is kept."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """All or nothing: committed when the block ends, rolled back when it raises."""
        if self._writing is None:
            async with self._engine.begin() as connection:
                yield connection
            return
        async with self._writing, self._engine.connect() as connection:
            await connection.execution_options(immediate=True)
            async with connection.begin():
                yield connection

    async def migrate(self) -> None:
        """Bring the tables up to date; creates them in an empty database."""
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        async with self.write() as tx:
            await tx.run_sync(_upgrade)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def upsert(tx: Transaction, table: Table) -> Any:
    """An INSERT of the transaction's own dialect that knows ON CONFLICT."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    return insert(table)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(url: str) -> AsyncEngine:
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
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
