"""A database for whatever test asks for one: each such test runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.support import databases


@pytest.fixture(params=databases.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: "sqlite" or "postgres"."""
    name: str = request.param
    return name


@pytest.fixture
async def url(kind: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database that has all tables and no rows."""
    async with databases.address(kind, tmp_path) as made:
        yield made


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """The same, open."""
    database = Database(url)
    yield database
    await database.close()
