"""Brings the tables up to date, on PostgreSQL while other processes work on them, also of the version before.

There one process migrates and the others wait until it is done. Each migration is a transaction of its own.
As everybody queues behind one that waits for a lock, a migration waits for no more than `LOCK_MS`; then it is
undone, the others go on, and it is tried again. It must not know what the tables are for.
"""

import asyncio
from itertools import chain, repeat
from pathlib import Path

import structlog
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import BadInput

log = structlog.get_logger()

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 0x4865726175740000
"""The number of the lock that migrating holds."""
LOCK_MS = 1_000
IN_USE = ("55P03", "40P01")
"""SQLSTATEs of a migration that others stood in the way of: lock_not_available, deadlock_detected.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""
PAUSES = (0.2, 0.5, 1.0, 2.0)
PATIENT = 60
"""Tries after these pauses, each after the longest one."""
LOOK_SECONDS = 0.2


def newest_revision() -> str:
    """The newest migration that this program knows; their files begin with their number."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def revision(connection: Connection) -> str:
    """The newest migration that was made here; "" for a database without tables."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def upgrade(connection: Connection) -> None:
    """Make the migrations that are missing: in the transaction that is open, or each in one of its own."""
    # Read only when there is something to do: its 10 MB would stay with the process.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def upgrade_alone(connection: Connection) -> None:
    """The same in the open transaction of the only process.

    Raises:
        BadInput: a newer version made these tables.
    """
    found, newest = revision(connection), newest_revision()
    if found > newest:
        raise BadInput(
            f"a newer version made this database: its schema is {found}, and this version knows {newest}",
            "install that version, or restore a backup from before",
        )
    if found != newest:
        upgrade(connection)


async def upgrade_shared(engine: AsyncEngine) -> None:
    """The same on PostgreSQL, where others may work or migrate as well.

    Tables of a newer version are left as they are: an old process that starts again during an upgrade works
    on, as migrations only add.

    Raises:
        OperationalError: others stood in the way for minutes.
    """
    async with engine.connect() as connection:
        if await connection.run_sync(revision) >= newest_revision():
            return
    async with engine.connect() as connection:
        try:
            await _take_turn(connection)
            if await connection.run_sync(revision) < newest_revision():
                await connection.rollback()
                await _insist(connection)
        finally:
            await connection.invalidate()  # its lock and its settings go with it


async def _take_turn(connection: AsyncConnection) -> None:
    # Asked for again and again: who waits inside PostgreSQL stands in the way of an index made CONCURRENTLY.
    while not await connection.scalar(select(func.pg_try_advisory_lock(MIGRATING))):
        await connection.rollback()
        await asyncio.sleep(LOOK_SECONDS)
    await connection.rollback()


async def _insist(connection: AsyncConnection) -> None:
    await connection.execute(text(f"SET lock_timeout = {LOCK_MS}"))
    await connection.commit()
    for pause in chain(PAUSES, repeat(PAUSES[-1], PATIENT)):
        try:
            await connection.run_sync(upgrade)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in IN_USE:
                raise
            await connection.rollback()
            log.warning("tables are in use", again_in=pause)
            await asyncio.sleep(pause)
        else:
            return
    await connection.run_sync(upgrade)
