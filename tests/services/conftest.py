"""A small newsroom for every test of the services, on each kind of database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.newsroom import Newsroom


@pytest.fixture
async def room(tmp_path: Path, url: str) -> AsyncIterator[Newsroom]:
    newsroom = await Newsroom(tmp_path, url=url).open()
    yield newsroom
    await newsroom.close()
