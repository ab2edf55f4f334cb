"""The site with a morning's news in its database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support import databases
from tests.support.clock import StoppedClock
from tests.support.press import END, morning
from tests.support.site import Site, running_site

TOKEN = "a-token-that-is-long-enough"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(END)


@pytest.fixture
async def site(tmp_path: Path, clock: StoppedClock) -> AsyncIterator[Site]:
    async with (
        databases.address("sqlite", tmp_path, fill=morning),
        running_site(tmp_path, clock=clock, token=TOKEN) as running,
    ):
        yield running
