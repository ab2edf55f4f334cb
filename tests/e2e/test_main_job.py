"""The main job, from a feed to a chat: the real program, the real clients, emulated far ends.

Each platform goes through the same story: somebody subscribes by command, an item appears in a feed, and
exactly one alert arrives in that chat and none in another; after a restart there is no second one.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from lxml import html

from tests.emulators.discord import DiscordEmulator
from tests.emulators.feeds import FeedServer
from tests.emulators.telegram import TelegramEmulator
from tests.support import databases
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

QUIET = 3.0

HEADLINE = "NAVO stuurt extra schepen naar de Oostzee"
TEASER = "De NAVO breidt haar vloot in de Oostzee uit. Vier landen leveren samen zes schepen."
OTHER = "Stationshal in Zwolle wordt verbouwd"


@dataclass(frozen=True)
class Told:
    """A message as a person sees it."""

    text: str
    links: tuple[str, ...]


class World(ABC):
    """A platform with two chats: somebody subscribes in "here" and nobody in "elsewhere"."""

    settings = ""
    environment: dict[str, str]

    @abstractmethod
    async def command(self, line: str) -> str:
        """Say it in "here"; the answer."""

    @abstractmethod
    async def told(self, chat: str) -> list[Told]:
        """All alerts in a chat."""


class OnTelegram(World):
    def __init__(self, emulator: TelegramEmulator) -> None:
        self._emulator = emulator
        self._chats = {"here": emulator.add_chat(title="Anna"), "elsewhere": emulator.add_chat(title="Bram")}
        emulator.set_language(self._chats["here"], "en")
        self.settings = f"[telegram]\napi_base_url = '{emulator.url}'"
        self.environment = {"HERAUT_TELEGRAM__TOKEN": emulator.token}

    async def command(self, line: str) -> str:
        chat = self._chats["here"]
        before = len(self._emulator.messages(chat))
        self._emulator.user_says(chat, chat, line)
        return (await self._emulator.wait_messages(chat, before + 1, PATIENCE))[-1].text

    async def told(self, chat: str) -> list[Told]:
        return [Told(each.text, tuple(each.links)) for each in self._emulator.messages(self._chats[chat])]


class OnDiscord(World):
    def __init__(self, emulator: DiscordEmulator, here: str, elsewhere: str) -> None:
        self._emulator = emulator
        self._chats = {"here": here, "elsewhere": elsewhere}
        self.settings = (
            f"[discord]\napi_base_url = '{emulator.api_base_url}'\ngateway_url = '{emulator.gateway_url}'"
        )
        self.environment = {"HERAUT_DISCORD__TOKEN": emulator.token}

    async def command(self, line: str) -> str:
        name, _, argument = line.removeprefix("/").partition(" ")
        reply = await self._emulator.slash(self._chats["here"], "anna", name, argument or None, admin=True)
        return reply.text

    async def told(self, chat: str) -> list[Told]:
        return [
            Told(each.text, tuple(url for _, url in each.links))
            for each in self._emulator.messages(self._chats[chat])
        ]


class OnTheWeb(World):
    """The web chat over HTTP, as the page itself talks to it."""

    def __init__(self) -> None:
        self.environment = {}
        self.url = ""

    async def command(self, line: str) -> str:
        before = len(await self.told("here"))
        async with aiohttp.ClientSession() as session:
            headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
            async with session.post(
                f"{self.url}/c/heraut/messages", json={"text": line}, headers=headers
            ) as response:
                assert response.status < 300, await response.text()

        async def answer() -> list[Told]:
            return (await self.told("here"))[before:]

        return (await until(answer))[-1].text

    async def told(self, chat: str) -> list[Told]:
        room = {"here": "heraut", "elsewhere": "atlantic"}[chat]
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/c/{room}") as response:
            page = html.fromstring(await response.text())
        return [
            Told(" ".join(post.text_content().split()), tuple(post.xpath(".//a/@href")))
            for post in page.xpath("//*[@data-author='bot']")
        ]


@pytest.fixture(params=["telegram", "discord", "web", "telegram, postgres"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        if request.param.startswith("telegram"):
            made = OnTelegram(await stack.enter_async_context(TelegramEmulator()))
            if request.param.endswith("postgres"):
                url = await stack.enter_async_context(databases.address("postgres", tmp_path, migrated=False))
                made.environment["HERAUT_DATABASE_URL"] = url
            yield made
        elif request.param == "discord":
            emulator = await stack.enter_async_context(DiscordEmulator())
            guild = emulator.add_guild()
            here, elsewhere = [await emulator.add_channel(guild, name) for name in ("news", "other")]
            yield OnDiscord(emulator, here, elsewhere)
        else:
            yield OnTheWeb()


@pytest.fixture
async def feed() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        server.put("/rss", rss([old_item()]))
        yield server


@pytest.fixture
async def heraut(world: World, feed: FeedServer, tmp_path: Path) -> AsyncIterator[HerautProcess]:
    polling = (
        "tick_seconds = 0.2\nmin_interval_seconds = 1\nmax_interval_seconds = 1\nhost_spacing_seconds = 0"
    )
    process = HerautProcess(
        tmp_path,
        settings=f"{world.settings}\n[polling]\n{polling}\nallow_hosts = ['{feed.host}']",
        feeds=f"[[feed]]\nurl = '{feed.url('/rss')}'\noutlet = 'Proefkrant'\nowner = 'proef'\n",
        environment=world.environment,
    )
    if isinstance(world, OnTheWeb):
        world.url = process.url
    async with process:
        yield process


def old_item() -> FeedItem:
    return FeedItem(
        "NAVO vergaderde vorige week in Tallinn",
        "https://proefkrant.example/artikel/1",
        "Een week geleden spraken de ministers van de NAVO in Tallinn.",
        datetime.now(UTC) - timedelta(days=7),
    )


def fresh(title: str, number: int, summary: str = "") -> FeedItem:
    return FeedItem(title, f"https://proefkrant.example/artikel/{number}", summary, datetime.now(UTC))


async def alerts(world: World, chat: str, headline: str) -> list[Told]:
    told = [each for each in await world.told(chat) if headline in each.text]
    # Whoever subscribes is shown the latest stories; that is an answer, no alert.
    return [each for each in told if "now follows" not in each.text]


async def wait_for_alert(world: World, headline: str) -> Told:
    return (await until(lambda: alerts(world, "here", headline)))[0]


async def wait_for_polls(feed: FeedServer, number: int) -> None:
    wanted = feed.count("/rss") + number

    async def polled() -> bool:
        return feed.count("/rss") >= wanted

    await until(polled)


async def test_one_subscription_one_item_one_alert_also_after_a_restart(
    world: World, feed: FeedServer, heraut: HerautProcess
) -> None:
    assert "follows" in await world.command("/subscribe nato")
    feed.put("/rss", rss([fresh(OTHER, 3), fresh(HEADLINE, 2, TEASER), old_item()]))

    alert = await wait_for_alert(world, HEADLINE)
    assert "https://proefkrant.example/artikel/2" in alert.links
    assert "Proefkrant" in alert.text
    assert "Vier landen leveren samen zes schepen." in alert.text

    await heraut.stop()
    await heraut.start()
    feed.put("/rss", rss([fresh(HEADLINE, 2, TEASER), old_item()]))
    await wait_for_polls(feed, 2)
    await asyncio.sleep(QUIET)

    assert len(await alerts(world, "here", HEADLINE)) == 1
    assert await alerts(world, "here", OTHER) == []
    assert await alerts(world, "here", old_item().title) == []
    assert await alerts(world, "elsewhere", HEADLINE) == []


async def test_after_unsubscribing_nothing_arrives(
    world: World, feed: FeedServer, heraut: HerautProcess
) -> None:
    await world.command("/subscribe nato")
    await world.command("/subscribe oostzee")
    assert "no longer follows" in await world.command("/unsubscribe nato")
    feed.put("/rss", rss([fresh("NAVO opent kantoor in Zeeland", 2), old_item()]))
    feed.put("/rss", rss([fresh("Veerboot over de Oostzee vaart weer", 4), fresh("NAVO opent kantoor", 3)]))

    await wait_for_alert(world, "Veerboot over de Oostzee")
    assert await alerts(world, "here", "NAVO opent kantoor") == []


async def test_an_unknown_command_or_topic_gets_the_nearest_ones(world: World, heraut: HerautProcess) -> None:
    assert "nato" in await world.command("/subscribe natoo")
    assert "follows nothing" in await world.command("/subscriptions")
