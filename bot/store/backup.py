"""A copy of the whole database while it is in use: one consistent moment, in one file."""

import asyncio
import contextlib
import os
import sqlite3
from pathlib import Path

from bot.errors import BadInput
from bot.store.database import Database

TIMEOUT_SECONDS = 30.0


async def copy_to(database: Database, target: Path) -> int:
    """Write a copy that can be used as the database itself; returns its size in bytes.

    Readers and writers go on meanwhile. A file that exists is never written over, and nothing half-written
    is ever found under the name asked for. Only its owner may read it: it holds logins of feeds.

    Args:
        database: the one to copy.
        target: a file that does not exist yet, in a folder that does.

    Raises:
        BadInput: the file exists or cannot be written, or the database is no SQLite file.
    """
    if database.url.get_backend_name() != "sqlite" or not database.url.database:
        raise BadInput("only an SQLite database is copied like this", "use pg_dump for PostgreSQL")
    return await asyncio.to_thread(_copy, Path(database.url.database), target)


def _copy(source: Path, target: Path) -> int:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists():
            raise FileExistsError
        # SQLite writes into an empty file that exists, which keeps it from strangers' eyes from the start.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            _vacuum(source, part)
            # Unlike a rename, a link fails where somebody made the file meanwhile.
            os.link(part, target)
        finally:
            part.unlink(missing_ok=True)
        return target.stat().st_size
    except FileExistsError:
        raise BadInput(f"{target} exists already", "name a file that does not exist yet") from None
    except (OSError, sqlite3.Error) as error:
        raise BadInput(f"{target} cannot be written: {error}") from error


def _vacuum(source: Path, target: Path) -> None:
    # Opened for reading alone, so that a wrong name never makes an empty database.
    url = f"{source.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(url, uri=True, timeout=TIMEOUT_SECONDS)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with target.open("rb") as file:
        os.fsync(file.fileno())
