"""The real platform against the emulator, with hooks that a test writes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.chat.telegram import TelegramPlatform
from bot.domain.messages import Message, say
from bot.domain.models import Address
from bot.ports import ChatEvent, CommandSpec, Hooks, Inbound
from tests.emulators.telegram import TelegramEmulator

COMMANDS = (
    CommandSpec("start", "Begin"),
    CommandSpec("topics", "What there is to follow"),
    CommandSpec("subscribe", "Follow a topic", argument="topic", changes_chat=True),
)


@dataclass
class Heard:
    """Hooks that remember what they were called with, and answer what `answers` says."""

    commands: list[Inbound] = field(default_factory=list)
    events: list[ChatEvent] = field(default_factory=list)
    answers: Callable[[Inbound], Message] = lambda asked: say(f"heard {asked.text}")
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    offers: Sequence[CommandSpec] = COMMANDS
    owners: Sequence[str] = ()

    def hooks(self) -> Hooks:
        return Hooks(self._receive, self._suggest, self._observe, self.offers, owners=self.owners)

    async def _receive(self, inbound: Inbound) -> Message:
        self.commands.append(inbound)
        return self.answers(inbound)

    async def _suggest(self, command: str, typed: str, where: Address) -> list[tuple[str, str]]:
        return []

    async def _observe(self, event: ChatEvent) -> None:
        self.events.append(event)
        self.happened.set()

    async def event(self) -> ChatEvent:
        """The next thing that happens to a chat."""
        await asyncio.wait_for(self.happened.wait(), 10)
        self.happened.clear()
        return self.events[-1]


Start = Callable[..., Awaitable[TelegramPlatform]]


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def start(telegram: TelegramEmulator, heard: Heard) -> AsyncIterator[Start]:
    """Starts the platform; it is connected when `start` returns, and stopped after the test."""
    async with AsyncExitStack() as stack:

        async def started(*, connected: bool = True, **options: Any) -> TelegramPlatform:
            options = {"api_base_url": telegram.url, "first_pause": 0.05, **options}
            platform = TelegramPlatform(telegram.token, heard.hooks(), **options)
            task = asyncio.create_task(platform.run())
            stack.push_async_callback(_stopped, task)
            if connected:
                menus = telegram.methods.commands
                assert await telegram.world.until(lambda: ("all_chat_administrators", "") in menus, 10)
            return platform

        yield started


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def platform(start: Start) -> TelegramPlatform:
    return await start()
