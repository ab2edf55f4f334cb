"""A small newsroom for every test of the services."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.newsroom import Newsroom


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    newsroom = await Newsroom(tmp_path).open()
    yield newsroom
    await newsroom.close()
