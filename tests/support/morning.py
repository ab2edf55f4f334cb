"""The site with a morning's news in its database."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import StoppedClock
from tests.support.press import END, print_morning
from tests.support.site import Site, running_site

TOKEN = "a-token-that-is-long-enough"


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the morning in it; copied for each test, as making it takes a while."""
    folder = tmp_path_factory.mktemp("morning")

    async def make() -> None:
        await (await print_morning(folder)).newsroom.close()

    asyncio.run(make())
    return folder


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(END)


@pytest.fixture
async def site(morning: Path, tmp_path: Path, clock: StoppedClock) -> AsyncIterator[Site]:
    shutil.copytree(morning, tmp_path, dirs_exist_ok=True)
    async with running_site(tmp_path, clock=clock, token=TOKEN) as running:
        yield running
