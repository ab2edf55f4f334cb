"""Databases for tests: migrated once per process, then copied, as migrating takes longer than most tests."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.support import postgres

KINDS = tuple(pytest.param(name, marks=pytest.mark.slow) for name in ("sqlite", "postgres"))
"""What every test of the stores runs on. A database for each test adds up: `make check` leaves them out."""

ONLY_SQLITE = pytest.mark.parametrize("kind", ["sqlite"])
"""For a test about SQLite itself."""

Fill = Callable[[str], Awaitable[None]]
"""Puts rows into a new database, whose address it is given, and closes it."""

_TEMPLATES: dict[Fill | None, Path] = {}


@asynccontextmanager
async def address(
    kind: str, folder: Path, *, migrated: bool = True, fill: Fill | None = None
) -> AsyncIterator[str]:
    """The address of a database of this test alone; it is gone when the block ends.

    Args:
        kind: "sqlite" or "postgres".
        folder: where an SQLite file is made.
        migrated: with all its tables; else empty.
        fill: what all tables get; done once per process for each function, then copied.
    """
    if kind == "sqlite":
        path = folder / "heraut.sqlite3"
        if migrated:
            shutil.copyfile(await _template(fill), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    made = await postgres.make_database(migrated=migrated, fill=fill)
    try:
        yield made
    finally:
        postgres.give_back(made)


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


async def _template(fill: Fill | None = None) -> Path:
    if fill not in _TEMPLATES:
        path = Path(tempfile.mkdtemp(prefix="heraut-test-")) / "template.sqlite3"
        url = f"sqlite+aiosqlite:///{path}"
        # Closing the last connection moves everything from the write-ahead log into the file.
        if fill:
            shutil.copyfile(await _template(), path)
            await fill(url)
        else:
            made = Database(url)
            await made.migrate()
            await made.close()
        _TEMPLATES[fill] = path
    return _TEMPLATES[fill]
