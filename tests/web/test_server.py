"""The server: it stops although pages are open, and knows early that a port is taken."""

import asyncio
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from bot.errors import BadInput
from bot.web.server import address, listen
from tests.support.site import running_site


async def test_stopping_ends_open_event_streams(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as client:
        async with running_site(tmp_path) as site:
            answer = await client.get(f"{site.url}c/atlantic/events")
            assert answer.status == 200
            await answer.content.readline()
        async with asyncio.timeout(5):
            rest = await answer.content.read()
        assert b"data" in rest


async def test_a_request_that_is_under_way_is_finished(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as client:
        async with running_site(tmp_path) as site:
            site.bot.free.clear()
            posting = asyncio.create_task(
                client.post(f"{site.url}c/atlantic/messages", json={"text": "/status"})
            )
            while not site.bot.heard:  # noqa: ASYNC110  a list tells nobody
                await asyncio.sleep(0.01)
            asyncio.get_running_loop().call_later(0.2, site.bot.free.set)
        assert (await posting).status == 204


def test_a_taken_port_is_known_before_anything_else_starts() -> None:
    first = listen("127.0.0.1", 0)
    with pytest.raises(BadInput, match="cannot listen on 127"):
        listen("127.0.0.1", first.getsockname()[1])
    first.close()


def test_an_address_that_is_not_of_this_machine_is_refused() -> None:
    with pytest.raises(BadInput):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "start"),
    [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://localhost:"), ("::1", "http://[::1]:")],
)
def test_the_address_can_be_opened_in_a_browser(host: str, start: str) -> None:
    with suppress(BadInput), listen(host, 0) as listener:  # a machine may have no IPv6
        assert address(listener) == f"{start}{listener.getsockname()[1]}/"
