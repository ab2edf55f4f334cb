"""Two gateways behind one load balancer, and Telegram that brings each update to the next of them, twice."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.store import inbox
from bot.store.database import Database
from tests.emulators.telegram import TelegramEmulator
from tests.support import databases
from tests.support import lane as lanes
from tests.support.heraut import HerautProcess
from tests.support.waiting import until

pytestmark = pytest.mark.slow

SECRET = "geheim-voor-de-proef"
COMMANDS = 3


class Gateways:
    """Two processes with one account, and two chats with it."""

    def __init__(
        self, telegram: TelegramEmulator, processes: list[HerautProcess], database: Database
    ) -> None:
        self.telegram, self.processes, self._database = telegram, processes, database
        self.chats = [telegram.add_chat(title=title) for title in ("Anna", "Bram")]

    async def owner(self) -> HerautProcess:
        """The one that has the account, once one of them has."""

        async def owners() -> list[HerautProcess]:
            return [each for each in self.processes if _owns(each)]

        (owner,) = await until(owners)
        return owner

    def say(self, *numbers: int) -> None:
        """Each chat gives so many commands."""
        for number in numbers:
            for chat in self.chats:
                self.telegram.user_says(chat, chat, f"/subscribe woord{number}")

    async def answered(self, most: int) -> None:
        """Wait until each chat has the answers to all its commands: each once, and in order."""
        wanted = [f"woord{number}" for number in range(most)]
        for chat in self.chats:
            await self.telegram.wait_messages(chat, most)
            heard = [message.text for message in self.telegram.messages(chat)]
            assert [word for text in heard for word in re.findall(r"woord\d+", text)] == wanted, heard

    async def closed(self) -> None:
        """Wait until it is on disk that all was handled; before that it would be answered again."""
        lane = lanes.telegram(self.telegram).lane

        async def none_waits() -> bool:
            async with self._database.read() as tx:
                return await inbox.waiting(tx, lane, 1) == 0

        await until(none_waits)

    def hooks_set(self) -> int:
        """How often Telegram was told where to bring updates."""
        return [method for _, method, _ in self.telegram.requests].count("setWebhook")


@pytest.fixture
async def gateways(tmp_path: Path) -> AsyncIterator[Gateways]:
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(databases.address("postgres", tmp_path))
        telegram = await opened.enter_async_context(TelegramEmulator())
        processes = [
            HerautProcess(
                tmp_path / name,
                settings=f"[telegram]\napi_base_url = '{telegram.url}'\n"
                f"webhook_url = 'https://bot.example.org/hook'\nwebhook_secret = '{SECRET}'",
                environment={"HERAUT_TELEGRAM__TOKEN": telegram.token, "HERAUT_DATABASE_URL": url},
                role="gateway",
            )
            for name in ("g1", "g2")
        ]
        telegram.balanced = [process.url for process in processes]
        telegram.brought = 2
        await asyncio.gather(*(opened.enter_async_context(process) for process in processes))
        database = Database(url)
        opened.push_async_callback(database.close)
        yield Gateways(telegram, processes, database)


async def test_each_update_is_answered_once_by_the_owner_whichever_gateway_gets_it(
    gateways: Gateways,
) -> None:
    owner = await gateways.owner()
    gateways.say(*range(COMMANDS))
    await gateways.answered(COMMANDS)
    await gateways.closed()
    assert gateways.hooks_set() == 1
    assert await _forged(gateways.processes) == [403, 403]

    # What Telegram brings now is kept by the other, and the one that should answer it does nothing any more.
    (left,) = [each for each in gateways.processes if each is not owner]
    os.kill(owner.pid, signal.SIGSTOP)
    gateways.telegram.balanced = [left.url]
    gateways.say(*range(COMMANDS, 2 * COMMANDS))
    await gateways.telegram.wait_confirmed()
    await owner.kill()
    await gateways.answered(2 * COMMANDS)
    assert gateways.hooks_set() == 2
    assert _owns(left)
    assert "Traceback" not in left.log


def _owns(process: HerautProcess) -> bool:
    return any("owned" in line and "telegram:" in line for line in process.log.splitlines())


async def _forged(processes: list[HerautProcess]) -> list[int]:
    """What each answers to an update that is not Telegram's."""
    update = {"update_id": 1, "message": {"text": "/topics"}}
    async with aiohttp.ClientSession() as client:
        answers = [await client.post(f"{each.url}/hook", json=update) for each in processes]
    return [answer.status for answer in answers]
