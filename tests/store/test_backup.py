"""Backups: one consistent moment of a database in use, in a file that works as the database itself."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.errors import BadInput
from bot.services.backups import Backups
from bot.store import schema
from bot.store.backup import copy_to
from bot.store.database import Database
from tests.support.clock import NOON, StoppedClock
from tests.support.databases import prepare
from tests.support.newsroom import place


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await prepare(Database(f"sqlite+aiosqlite:///{tmp_path}/heraut.sqlite3"))
    yield database
    await database.close()


async def pair(db: Database) -> None:
    async with db.write() as tx:
        for _ in range(2):
            await tx.execute(insert(schema.stories).values(created_at=NOON, updated_at=NOON))


async def stories(db: Database) -> int:
    async with db.read() as tx:
        return await tx.scalar(select(func.count()).select_from(schema.stories)) or 0


async def test_a_backup_opens_as_a_database_with_all_that_was_committed(db: Database, tmp_path: Path) -> None:
    await pair(db)
    size = await copy_to(db, tmp_path / "copy.sqlite3")
    await pair(db)
    again = Database(f"sqlite+aiosqlite:///{tmp_path}/copy.sqlite3")
    await again.migrate()
    assert await stories(again) == 2
    await pair(again)
    assert await stories(again) == 4
    await again.close()
    assert size > 0


async def test_a_backup_in_the_midst_of_writing_holds_whole_transactions_only(
    db: Database, tmp_path: Path
) -> None:
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await pair(db)
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    for number in range(5):
        await copy_to(db, tmp_path / f"{number}.sqlite3")
    stop.set()
    await writing
    for number in range(5):
        with sqlite3.connect(tmp_path / f"{number}.sqlite3") as copy:
            (count,) = copy.execute("SELECT count(*) FROM stories").fetchone()
            assert count % 2 == 0
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_only_its_owner_may_read_a_backup_and_nothing_is_left_beside_it(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    await copy_to(db, folder / "copy.sqlite3")
    (found,) = folder.iterdir()
    assert stat.S_IMODE(found.stat().st_mode) == 0o600


async def test_a_file_that_exists_is_never_written_over(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "letter.txt"
    target.write_text("dear diary")
    with pytest.raises(BadInput, match="exists already"):
        await copy_to(db, target)
    assert target.read_text() == "dear diary"


async def test_a_folder_that_is_not_there_is_named(db: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        await copy_to(db, tmp_path / "nowhere" / "copy.sqlite3")


async def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/missing.sqlite3")
    with pytest.raises(BadInput, match="cannot be written"):
        await copy_to(database, tmp_path / "copy.sqlite3")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240  a look at a local folder
    await database.close()


async def test_owners_get_a_file_named_by_its_time(db: Database, tmp_path: Path) -> None:
    made = await Backups(db, StoppedClock(), tmp_path / "backups").make(place())
    assert (made.path.name, made.path.stat().st_size) == ("heraut-20260302-120000.sqlite3", made.size)
