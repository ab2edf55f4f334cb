"""The site with a morning's news in its database, and a client that is no browser."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.support.morning import clock, site
from tests.support.site import Site

__all__ = ["clock", "site"]


@pytest.fixture
async def client(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(site.url, headers={"accept": "application/json"}) as session:
        yield session
