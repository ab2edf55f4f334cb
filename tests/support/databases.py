"""Databases for tests: migrated once per process, then copied, as migrating takes longer than most tests."""

import shutil
import tempfile
from pathlib import Path

from bot.store.database import Database

_TEMPLATE: dict[str, Path] = {}


async def prepare(database: Database) -> Database:
    """Give an SQLite database all its tables, as `Database.migrate` would; one that has them stays."""
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
