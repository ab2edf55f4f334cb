"""Databases for tests: migrated once per process, then copied, as migrating takes longer than most tests."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.support import postgres

KINDS = tuple(pytest.param(name, marks=pytest.mark.slow) for name in ("sqlite", "postgres"))
"""What every test of the stores runs on. A database for each test adds up: `make check` leaves them out."""

ONLY_SQLITE = pytest.mark.parametrize("kind", ["sqlite"])
"""For a test about SQLite itself."""

_TEMPLATE: dict[str, Path] = {}


@asynccontextmanager
async def address(kind: str, folder: Path, *, migrated: bool = True) -> AsyncIterator[str]:
    """The address of a database of this test alone; it is gone when the block ends.

    Args:
        kind: "sqlite" or "postgres".
        folder: where an SQLite file is made.
        migrated: with all its tables; else empty.
    """
    if kind == "sqlite":
        path = folder / "heraut.sqlite3"
        if migrated:
            shutil.copyfile(await _template(), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    made = await postgres.make_database(migrated=migrated)
    try:
        yield made
    finally:
        postgres.drop_database(made)


async def prepare(database: Database) -> Database:
    """Give an SQLite database all its tables, as `Database.migrate` would; one that has them stays."""
    if database.url.get_backend_name() != "sqlite":
        return database
    assert database.url.database is not None
    path = Path(database.url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():  # noqa: ASYNC240  a look at one local file
        shutil.copyfile(await _template(), path)
    return database


async def _template() -> Path:
    if "path" not in _TEMPLATE:
        path = Path(tempfile.mkdtemp(prefix="heraut-test-")) / "template.sqlite3"
        made = Database(f"sqlite+aiosqlite:///{path}")
        await made.migrate()
        # Closing the last connection moves everything from the write-ahead log into the file.
        await made.close()
        _TEMPLATE["path"] = path
    return _TEMPLATE["path"]
