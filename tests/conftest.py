"""For all tests: properties without a stopwatch, and where one is asked for, a database of either kind."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.store.database import Database
from tests.support import databases

# On a busy machine an example may take any time; that is no failure of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection() -> None:
    """Six thousand tests and their modules stay until the end: no garbage is looked for among them."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


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
