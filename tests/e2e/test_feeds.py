"""Feeds that are added in a chat, and what the one who runs the bot hears of them: the real program."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from tests.emulators.discord import DiscordEmulator
from tests.emulators.feeds import FeedServer
from tests.emulators.telegram import TelegramEmulator
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

POLLING = """
[polling]
tick_seconds = 0.2
min_interval_seconds = 1
max_interval_seconds = 1
host_spacing_seconds = 0
"""


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        running.put("/rss", rss([FeedItem("NAVO oefent", "https://kust.example/1")], title="Kustbode"))
        yield running


async def test_an_owner_adds_a_feed_on_telegram_hears_of_its_end_and_nobody_else_may(
    server: FeedServer, tmp_path: Path
) -> None:
    async with TelegramEmulator() as telegram:
        owner, other = telegram.add_chat(title="Anna"), telegram.add_chat(title="Bram")
        for person in (owner, other):
            telegram.set_language(person, "en")

        async def ask(chat: int, line: str) -> str:
            before = len(telegram.messages(chat))
            telegram.user_says(chat, chat, line)
            return (await telegram.wait_messages(chat, before + 1, PATIENCE))[-1].text

        process = HerautProcess(
            tmp_path,
            settings=(
                f"owners = ['telegram:{owner}']\n[telegram]\napi_base_url = '{telegram.url}'\n"
                f"{POLLING}allow_hosts = ['{server.host}']"
            ),
            environment={"HERAUT_TELEGRAM__TOKEN": telegram.token},
        )
        async with process:
            address = server.url("/rss")
            assert "Only those who run this bot" in await ask(other, f"/addfeed {address}")
            assert "Watched from now on: Kustbode" in await ask(owner, f"/addfeed {address}")

            async def read_twice() -> bool:
                return server.count("/rss") > 2

            assert await until(read_twice)
            server.status("/rss", 410)

            async def noticed() -> bool:
                return "retired by its publisher" in telegram.messages(owner)[-1].text

            assert await until(noticed)
            assert len(telegram.messages(other)) == 1


async def test_an_added_feed_is_still_read_after_a_restart_and_its_end_is_told_on_our_own_page(
    server: FeedServer, tmp_path: Path
) -> None:
    process = HerautProcess(tmp_path, settings=f"{POLLING}allow_hosts = ['{server.host}']")

    async def page() -> str:
        async with aiohttp.ClientSession() as session, session.get(f"{process.url}/c/heraut") as response:
            return await response.text()

    async with process:
        async with aiohttp.ClientSession() as session:
            said = {"text": f"/addfeed {server.url('/rss')}"}
            headers = {"Origin": process.url, "Sec-Fetch-Site": "same-origin"}
            await session.post(f"{process.url}/c/heraut/messages", json=said, headers=headers)
        assert "Watched from now on" in await page()
        await process.stop()
        asked = server.count("/rss")
        await process.start()

        async def read_again() -> bool:
            return server.count("/rss") > asked

        assert await until(read_again)
        server.status("/rss", 410)

        async def noticed() -> bool:
            return "retired by its publisher" in await page()

        assert await until(noticed)
    assert "Traceback" not in process.log


async def test_an_owner_on_discord_hears_in_private_of_a_feed_that_broke(
    server: FeedServer, tmp_path: Path
) -> None:
    async with DiscordEmulator() as discord:
        private = discord.add_dm("anna")
        owner = discord.world.user("anna").id
        process = HerautProcess(
            tmp_path,
            settings=(
                f"owners = ['discord:{owner}']\n[discord]\napi_base_url = '{discord.api_base_url}'\n"
                f"gateway_url = '{discord.gateway_url}'\n{POLLING}allow_hosts = ['{server.host}']"
            ),
            feeds=f"[[feed]]\nurl = '{server.url('/weg')}'\noutlet = 'Kustbode'\nowner = 'kust'\n",
            environment={"HERAUT_DISCORD__TOKEN": discord.token},
        )
        async with process:

            async def noticed() -> bool:
                return bool(discord.messages(private))

            assert await until(noticed)
            await asyncio.sleep(3)
            assert [("A feed is broken" in each.text) for each in discord.messages(private)] == [True]
            server.put(
                "/weg", rss([FeedItem("NAVO oefent", "https://kust.example/1", "", datetime.now(UTC))])
            )

            async def back() -> bool:
                return "A feed is back" in discord.messages(private)[-1].text

            assert await until(back)
            assert len(discord.messages(private)) == 2
