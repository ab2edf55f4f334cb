"""The size of the database: known, and bounded by what is kept."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.store import pruning, schema
from bot.store.condition import Room, condition, room
from bot.store.database import Database
from tests.support.clock import NOON
from tests.support.databases import prepare

ROWS = 3_000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/heraut.sqlite3")
    await prepare(opened)
    yield opened
    await opened.close()


async def filled(database: Database) -> Room:
    """The room after many rows were written."""
    async with database.write() as tx:
        rows = [{"key": f"alarm-{number}-{'x' * 150}", "told_at": NOON} for number in range(ROWS)]
        await tx.execute(insert(schema.alarms), rows)
    async with database.read() as tx:
        return await room(tx)


async def test_what_is_forgotten_makes_room_for_what_comes(database: Database) -> None:
    first = await filled(database)
    async with database.write() as tx:
        assert await pruning.notes(tx, NOON + timedelta(days=1)) == ROWS
    async with database.read() as tx:
        emptied = await room(tx)
    assert emptied.free > first.size / 2
    second = await filled(database)
    assert second.size <= first.size * 1.05
    assert second.free < emptied.free


async def test_the_condition_tells_the_room_too(database: Database) -> None:
    async with database.read() as tx:
        found, used = await condition(tx), await room(tx)
    assert (found.size, found.free) == (used.size, used.free)
    assert found.size > 100_000
