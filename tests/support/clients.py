"""Somebody who runs the bot and talks to a newsroom, through the real client of each platform.

What stands in their chat can be looked at too, as the emulated far ends show it.
"""

import asyncio
import json
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import uuid4

import aiohttp
from lxml import html
from rich.style import Style

from bot.chat.console import rendered
from bot.chat.discord import DiscordPlatform
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform
from bot.chat.webchat import OWNER, WebChatPlatform
from bot.domain.messages import Message
from bot.domain.models import Address, Sent
from bot.ports import Hooks
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support import talk
from tests.support.discordbot import stop
from tests.support.newsroom import Newsroom
from tests.support.site import running_site

MOST_OF_DISCORD = 1_000
MOST_OF_THE_PAGE = 1_000
MOST_OF_TELEGRAM = 4_096
"""Characters that a person can type there."""

LOOKS = {"text_link", "bold", "italic", "code", "date_time"}
"""Entities of Telegram that only show something, or lead where we say."""


@dataclass(frozen=True)
class Shown:
    """A message as a person sees it: its words, where they lead, and what else acts, such as a ping."""

    text: str
    links: tuple[str, ...]
    acts: tuple[str, ...] = ()


class Client(ABC):
    """A chat with the bot. `longest` is what can be typed there in one go."""

    longest: int

    @abstractmethod
    async def says(self, command: str, argument: str = "") -> str:
        """Say it; the words that stand there in answer."""

    @abstractmethod
    async def shows(self, message: Message) -> Shown:
        """Let the bot send a message; how it stands there."""


class OnPaper(Client):
    """Straight into the router."""

    longest = 100_000

    def __init__(self, room: Newsroom) -> None:
        self._talk = talk.Talk(room, "office", talk.OWNER)

    async def says(self, command: str, argument: str = "") -> str:
        answer = await self._talk.says(f"/{command} {argument}".strip())
        return answer or (self._talk.last.picture.alt if self._talk.last.picture else "")

    async def shows(self, message: Message) -> Shown:
        text = rendered(message)
        links = [span.style.link for span in text.spans if isinstance(span.style, Style) and span.style.link]
        links += re.findall(r" <(https?://[^>\s]+)>", text.plain)
        steers = [char for char in text.plain if char != "\n" and unicodedata.category(char) == "Cc"]
        return Shown(text.plain, tuple(links), tuple(steers))


class OnTelegram(Client):
    """A person's private chat at the emulated Bot API."""

    longest = MOST_OF_TELEGRAM

    def __init__(self, emulator: TelegramEmulator, chat: int, platform: TelegramPlatform) -> None:
        self._emulator = emulator
        self._chat = chat
        self._platform = platform

    async def says(self, command: str, argument: str = "") -> str:
        before = len(self._emulator.messages(self._chat))
        self._emulator.user_says(self._chat, self._chat, f"/{command} {argument}".strip())
        return (await self._emulator.wait_messages(self._chat, before + 1))[-1].text

    async def shows(self, message: Message) -> Shown:
        assert isinstance(
            await self._platform.send(Address("telegram", str(self._chat)), message, _key()), Sent
        )
        posted = self._emulator.messages(self._chat)[-1]
        kinds = [entity["type"] for entity in posted.entities]
        return Shown(posted.text, tuple(posted.links), tuple(kind for kind in kinds if kind not in LOOKS))


class OnDiscord(Client):
    """Slash commands at the emulated gateway."""

    longest = MOST_OF_DISCORD

    def __init__(self, emulator: DiscordEmulator, channel: str, user: str, platform: DiscordPlatform) -> None:
        self._emulator = emulator
        self._channel = channel
        self._user = user
        self._platform = platform

    async def says(self, command: str, argument: str = "") -> str:
        reply = await self._emulator.slash(self._channel, self._user, command, argument or None, admin=True)
        return reply.text

    async def shows(self, message: Message) -> Shown:
        assert isinstance(await self._platform.send(Address("discord", self._channel), message, _key()), Sent)
        posted = self._emulator.messages(self._channel)[-1]
        return Shown(posted.text, tuple(url for _, url in posted.links), tuple(posted.pings))


class OnTheWeb(Client):
    """The web chat over HTTP, as the page itself talks to it."""

    longest = MOST_OF_THE_PAGE

    def __init__(self, url: str, platform: WebChatPlatform) -> None:
        self._url = url
        self._platform = platform
        self._numbers = count()

    async def says(self, command: str, argument: str = "") -> str:
        headers = {"Origin": self._url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        body = json.dumps({"text": f"/{command} {argument}".strip()}, ensure_ascii=False).encode()
        headers["Content-Type"] = "application/json"
        async with (
            self._session() as session,
            session.post("/c/heraut/messages", data=body, headers=headers) as response,
        ):
            assert response.status == 204, await response.text()
        return " ".join((await self._last()).text_content().split())

    async def shows(self, message: Message) -> Shown:
        assert isinstance(await self._platform.send(Address("web", "heraut"), message, _key()), Sent)
        post = await self._last()
        acts = post.xpath(
            ".//script | .//iframe | .//style | .//img[not(starts-with(@src, '/static/'))]"
            " | .//*[@onclick or @onerror or @style]"
        )
        return Shown(
            " ".join(post.text_content().split()), tuple(post.xpath(".//a/@href")), tuple(map(str, acts))
        )

    async def _last(self) -> html.HtmlElement:
        """The newest post of the bot on the page."""
        async with self._session() as session, session.get("/c/heraut") as response:
            page = html.fromstring(await response.text())
        return page.xpath("//*[@data-author='bot']")[-1]

    def _session(self) -> aiohttp.ClientSession:
        # Nobody types as fast as a test does: each line comes from another address of this machine.
        number = next(self._numbers)
        local = (f"127.0.{1 + number // 250}.{1 + number % 250}", 0)
        return aiohttp.ClientSession(self._url, connector=aiohttp.TCPConnector(local_addr=local))


@asynccontextmanager
async def client_on(name: str, room: Newsroom, folder: Path) -> AsyncIterator[Client]:
    """Somebody who talks to the newsroom.

    Args:
        name: of the platform: paper, telegram, discord or web.
        room: the newsroom.
        folder: for the web chat's own data.
    """
    if name == "paper":
        yield OnPaper(room)
    elif name == "telegram":
        async with _telegram(room) as client:
            yield client
    elif name == "discord":
        async with _discord(room) as client:
            yield client
    else:
        hooks = _hooks(room, WebChatPlatform.name, WebChatPlatform.lane, OWNER)
        async with running_site(folder, idle_seconds=600, hooks=hooks) as site:
            yield OnTheWeb(site.url, site.platform)


@asynccontextmanager
async def _telegram(room: Newsroom) -> AsyncIterator[Client]:
    async with TelegramEmulator() as emulator:
        chat = emulator.add_chat(title="Anna")
        emulator.set_language(chat, "en")
        lanes: dict[str, str] = {}
        hooks = _hooks(room, TelegramPlatform.name, "", str(chat), lanes)
        platform = TelegramPlatform(emulator.token, hooks, api_base_url=emulator.url)
        lanes[platform.name] = platform.lane
        running = asyncio.create_task(platform.run())
        yield OnTelegram(emulator, chat, platform)
        await stop(running)


@asynccontextmanager
async def _discord(room: Newsroom) -> AsyncIterator[Client]:
    async with DiscordEmulator() as emulator:
        channel = await emulator.add_channel(emulator.add_guild(), "news")
        user = emulator.world.user("anna").id
        lanes: dict[str, str] = {}
        hooks = _hooks(room, DiscordPlatform.name, "", user, lanes)
        platform = DiscordPlatform(
            emulator.token, hooks, api_base_url=emulator.api_base_url, gateway_url=emulator.gateway_url
        )
        lanes[platform.name] = platform.lane
        running = asyncio.create_task(platform.run())
        yield OnDiscord(emulator, channel, "anna", platform)
        await stop(running)


def _key() -> str:
    """An idempotency key that nobody used."""
    return uuid4().hex[:20]


def _hooks(
    room: Newsroom, platform: str, lane: str, owner: str, lanes: dict[str, str] | None = None
) -> Hooks:
    """The router of a platform. `lanes` may be filled later, as a platform names its own lane."""
    lanes = {platform: lane} if lanes is None else lanes
    router = Router(room.manager, room.sources, room.clock, lanes, [f"{platform}:{owner}"], room.cases)
    return Hooks(router.receive, router.suggest, router.observe, router.specs, router.actions)
