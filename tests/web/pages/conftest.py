"""The site with a morning's news in its database, and a client that is no browser."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.support.morning import TOKEN, clock, site
from tests.support.site import Site

__all__ = ["clock", "site"]


@pytest.fixture
async def client(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(site.url, headers={"accept": "text/html"}) as session:
        yield session


@pytest.fixture
async def owner(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who signed in."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(site.url, headers={"accept": "text/html"}, cookie_jar=jar) as session:
        async with session.post("/login", data={"token": TOKEN}) as answer:
            assert answer.status == 200
        yield session


@pytest.fixture
async def csrf(owner: aiohttp.ClientSession) -> str:
    """What the forms of that session carry."""
    async with owner.get("/deliveries") as answer:
        found = re.search(r'name="csrf" value="([^"]+)"', await answer.text())
    assert found
    return found[1]
