"""People who talk to the real router through each platform's real client, and press its buttons.

Every action ends when the platform has done all of it, so that no test waits for a time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from bot.chat.console import rendered
from bot.chat.discord import DiscordPlatform
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform
from bot.chat.webchat import WebChatPlatform
from bot.domain.messagecodec import from_json
from bot.domain.rooms import Author, Room
from bot.ports import ChatPlatform, Hooks
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.services.rooms import Rooms
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support.discordbot import platform_for, stop
from tests.support.newsroom import Newsroom
from tests.support.waiting import until

OWNER = 42


@dataclass(frozen=True)
class Seen:
    """A message as a person sees it: its words, and its buttons as label → action or address."""

    number: str
    text: str
    buttons: dict[str, str]


class Wire(Protocol):
    """Somebody at a platform."""

    platform: ChatPlatform

    async def says(self, text: str) -> Seen:
        """What comes of a typed line: the newest message."""
        ...

    async def presses(self, label: str, *, on: Seen | None = None, admin: bool = True) -> Seen:
        """What comes of a pressed button: the message that is new or changed, else the words that pop up."""
        ...

    async def shown(self) -> list[Seen]:
        """Everything that stands in the chat."""
        ...


class Behind:
    """The router, in front of which a platform stands."""

    def __init__(self, room: Newsroom) -> None:
        self.lanes: dict[str, str] = {}
        owners = ["telegram:42", "discord:anna", "web:owner"]
        self.router = Router(room.manager, room.sources, room.clock, self.lanes, owners, room.cases)

    @property
    def hooks(self) -> Hooks:
        router = self.router
        return Hooks(router.receive, router.suggest, router.observe, router.specs, router.actions)


async def deliver(room: Newsroom, wire: Wire) -> None:
    """Send what the ledger owes through the platform."""
    clock = room.clock
    pump = LanePump(
        room.database,
        wire.platform,
        Composer(room.database),
        clock,
        monotonic=lambda: clock.now().timestamp(),
    )
    while await pump.turn():
        pass


@asynccontextmanager
async def wire_of(kind: str, room: Newsroom) -> AsyncIterator[Wire]:
    """A platform by its name, connected."""
    async with WIRES[kind](room) as wire:
        yield wire


def _news(before: list[Seen], after: list[Seen]) -> Seen | None:
    known = {each.number: each for each in before}
    return next((each for each in reversed(after) if known.get(each.number) != each), None)


class OnTelegram:
    """A private chat, or a group when somebody without rights is to press."""

    def __init__(self, telegram: TelegramEmulator, platform: TelegramPlatform) -> None:
        self.platform: ChatPlatform = platform
        self._telegram = telegram
        self._client = platform
        self._chat = telegram.add_chat("supergroup")
        telegram.set_admin(self._chat, OWNER)
        telegram.add_bot(self._chat, status="administrator")
        telegram.set_language(OWNER, "en")
        telegram.set_language(OWNER + 1, "en")

    async def says(self, text: str) -> Seen:
        self._telegram.user_says(self._chat, OWNER, text)
        await self._settled()
        return (await self.shown())[-1]

    async def presses(self, label: str, *, on: Seen | None = None, admin: bool = True) -> Seen:
        before, answers = await self.shown(), len(self._telegram.methods.callback_answers)
        number = int(on.number) if on else None
        self._telegram.press(self._chat, label, OWNER if admin else OWNER + 1, message_id=number)
        await self._settled()
        pops = self._telegram.methods.callback_answers[answers:]
        return _news(before, await self.shown()) or Seen("", str(pops[-1]["text"]), {})

    async def reacts(self, on: Seen, emoji: str = "👎", *, before: str = "", admin: bool = True) -> None:
        """Somebody reacts to a message."""
        who = OWNER if admin else OWNER + 1
        self._telegram.react(self._chat, int(on.number), who, emoji, before)
        await self._settled()

    async def shown(self) -> list[Seen]:
        return [
            Seen(str(each.message_id), each.text, {b.label: b.action or b.url for b in each.buttons})
            for each in self._telegram.messages(self._chat)
        ]

    async def _settled(self) -> None:
        async def idle() -> bool:
            return not self._client._tasks

        await self._telegram.wait_confirmed()
        await until(idle)


@asynccontextmanager
async def on_telegram(room: Newsroom) -> AsyncIterator[Wire]:
    behind = Behind(room)
    async with TelegramEmulator() as telegram:
        platform = TelegramPlatform(
            telegram.token, behind.hooks, api_base_url=telegram.url, first_pause=0.05, clock=room.clock
        )
        behind.lanes[platform.name] = platform.lane
        running = asyncio.create_task(platform.run())
        menus = telegram.methods.commands
        assert await telegram.world.until(lambda: ("all_chat_administrators", "nl") in menus, 60)
        try:
            yield OnTelegram(telegram, platform)
        finally:
            await stop(running)


class OnDiscord:
    """A channel of a server."""

    def __init__(self, discord: DiscordEmulator, platform: DiscordPlatform, channel: str) -> None:
        self.platform: ChatPlatform = platform
        self._discord = discord
        self._channel = channel

    async def says(self, text: str) -> Seen:
        name, _, argument = text.removeprefix("/").partition(" ")
        reply = await self._discord.slash(self._channel, "anna", name, argument or None, admin=True)
        return Seen(reply.message.message_id, reply.text, reply.buttons)

    async def presses(self, label: str, *, on: Seen | None = None, admin: bool = True) -> Seen:
        every = await self.shown()
        menu = on or next(each for each in reversed(every) if label in each.buttons)
        who = "anna" if admin else "bob"
        reply = await self._discord.press(menu.number, label, who, admin=admin)
        return Seen(reply.message.message_id, reply.text, reply.buttons)

    async def shown(self) -> list[Seen]:
        world = self._discord.world
        every = [*world.messages.get(self._channel, {}).values(), *world.private.values()]
        return [
            Seen(each.message_id, each.text, each.buttons)
            for each in sorted(every, key=lambda posted: int(posted.message_id))
        ]


@asynccontextmanager
async def on_discord(room: Newsroom) -> AsyncIterator[Wire]:
    behind = Behind(room)
    async with DiscordEmulator() as discord:
        channel = await discord.add_channel(discord.add_guild("Redactie"), "nieuws")
        platform = platform_for(discord, behind)  # type: ignore[arg-type]  # only its hooks are used
        behind.lanes[platform.name] = platform.lane
        running = asyncio.create_task(platform.run())
        await discord.gateway.wait_connected()
        try:
            yield OnDiscord(discord, platform, channel)
        finally:
            await stop(running)


class OnTheWeb:
    """A room of the web chat."""

    def __init__(self, rooms: Rooms, platform: WebChatPlatform) -> None:
        self.platform: ChatPlatform = platform
        self._rooms = rooms
        self._web = platform

    async def says(self, text: str) -> Seen:
        await self._web.say("heraut", text, owner=True)
        return (await self.shown())[-1]

    async def presses(self, label: str, *, on: Seen | None = None, admin: bool = True) -> Seen:
        before = await self.shown()
        menu = on or next(each for each in reversed(before) if label in each.buttons)
        await self._web.say("heraut", menu.buttons[label], owner=admin, pressed=menu.number)
        found = _news(before, await self.shown())
        assert found is not None
        return found

    async def shown(self) -> list[Seen]:
        found = []
        for post in (await self._rooms.history("heraut")).posts:
            if post.author is Author.BOT:
                message = from_json(post.body)
                buttons = {b.label: b.action or b.url for row in message.buttons for b in row}
                found.append(Seen(str(post.id), rendered(message).plain, buttons))
        return found


@asynccontextmanager
async def on_the_web(room: Newsroom) -> AsyncIterator[Wire]:
    behind = Behind(room)
    rooms = Rooms(room.database, room.clock, [Room("heraut", "Heraut", direct=True)])
    platform = WebChatPlatform(rooms, behind.hooks)
    behind.lanes[platform.name] = platform.lane
    yield OnTheWeb(rooms, platform)


WIRES = {"telegram": on_telegram, "discord": on_discord, "web": on_the_web}
