"""Whether the database is in order: its schema against this program's, and the file itself."""

from dataclasses import dataclass

from sqlalchemy import text

from bot.store.database import Transaction
from bot.store.migrating import newest_revision


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found.

    Args:
        revision: the migration the tables stand at, "" without tables.
        newest: the newest migration that this program knows.
        damage: what the database says is wrong with its file, "" when nothing is.
        size: bytes of data, without what waits in a write-ahead log.
        free: bytes of those that were forgotten and are written over next.
    """

    revision: str
    newest: str
    damage: str
    size: int
    free: int


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that the database takes, and how many of them are free for what comes next."""

    size: int
    free: int


async def condition(tx: Transaction) -> Condition:
    """Look at the database as it is; changes nothing."""
    revision = await _revision(tx)
    newest = newest_revision()
    damage = "ok"  # a PostgreSQL server watches over its own files
    if tx.dialect.name == "sqlite":
        damage = str(await tx.scalar(text("PRAGMA quick_check(1)")))
    used = await room(tx)
    return Condition(revision, newest, "" if damage == "ok" else damage, used.size, used.free)


async def room(tx: Transaction) -> Room:
    """How much room the database takes; cheap."""
    if tx.dialect.name == "sqlite":
        each = await tx.scalar(text("PRAGMA page_size"))
        pages = await tx.scalar(text("PRAGMA page_count"))
        free = await tx.scalar(text("PRAGMA freelist_count"))
        return Room(int(pages * each), int(free * each))
    # What autovacuum made free within its tables, PostgreSQL does not say in short.
    return Room(int(await tx.scalar(text("SELECT pg_database_size(current_database())"))), 0)


async def _revision(tx: Transaction) -> str:
    tables = (
        "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        if tx.dialect.name == "sqlite"
        else "SELECT count(*) FROM information_schema.tables WHERE table_name = 'alembic_version'"
    )
    if not await tx.scalar(text(tables)):
        return ""
    return str(await tx.scalar(text("SELECT version_num FROM alembic_version")) or "")
