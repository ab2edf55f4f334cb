"""A publisher and a fetcher that may ask it, for every test of this folder."""

from collections.abc import AsyncIterator

import pytest

from bot.feeds.http import Fetcher
from tests.emulators.feeds import FeedServer
from tests.support.fetching import PATIENT, QUICK


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def fetcher(server: FeedServer) -> AsyncIterator[Fetcher]:
    async with Fetcher("Heraut-test/1", allow_hosts=[server.host], limits=PATIENT) as running:
        yield running


@pytest.fixture
async def hasty(server: FeedServer) -> AsyncIterator[Fetcher]:
    """One that soon gives up."""
    async with Fetcher("Heraut-test/1", allow_hosts=[server.host], limits=QUICK) as running:
        yield running
