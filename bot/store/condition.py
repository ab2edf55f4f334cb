"""Whether the database is in order: its schema against this program's, and the file itself."""

from dataclasses import dataclass

from sqlalchemy import text

from bot.store.database import Transaction, newest_revision


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found.

    Args:
        revision: the migration the tables stand at, "" without tables.
        newest: the newest migration that this program knows.
        damage: what the database says is wrong with its file, "" when nothing is.
        size: bytes of data, without what waits in a write-ahead log.
    """

    revision: str
    newest: str
    damage: str
    size: int


async def condition(tx: Transaction) -> Condition:
    """Look at the database as it is; changes nothing."""
    revision = await _revision(tx)
    newest = newest_revision()
    if tx.dialect.name == "sqlite":
        damage = await tx.scalar(text("PRAGMA quick_check(1)"))
        pages = await tx.scalar(text("PRAGMA page_count"))
        each = await tx.scalar(text("PRAGMA page_size"))
        return Condition(revision, newest, "" if damage == "ok" else str(damage), int(pages * each))
    # A PostgreSQL server watches over its own files.
    size = await tx.scalar(text("SELECT pg_database_size(current_database())"))
    return Condition(revision, newest, "", int(size))


async def _revision(tx: Transaction) -> str:
    tables = (
        "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        if tx.dialect.name == "sqlite"
        else "SELECT count(*) FROM information_schema.tables WHERE table_name = 'alembic_version'"
    )
    if not await tx.scalar(text(tables)):
        return ""
    return str(await tx.scalar(text("SELECT version_num FROM alembic_version")) or "")
