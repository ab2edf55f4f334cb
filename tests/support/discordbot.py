"""A router's desk for tests of the Discord platform, and platforms connected to an emulated Discord."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.chat.discord import DiscordPlatform
from bot.domain.messages import AlertCard, Button, Message, Text, say
from bot.domain.models import Address
from bot.ports import ChatEvent, CommandSpec, Hooks, Inbound
from tests.emulators.discord import DiscordEmulator

AT = datetime(2025, 6, 24, 9, 30, tzinfo=UTC)
CARD = AlertCard(
    title="Rutte opent NAVO-top in Den Haag",
    url="https://nos.example/artikel/123",
    outlet="NOS",
    published=AT,
    summary="De leiders spreken twee dagen over hogere uitgaven voor defensie.",
    topics=("nato", "rutte"),
    language="nl",
    image="https://nos.example/foto.jpg",
)

COMMANDS = (
    CommandSpec("help", "What you can say", "command", "a command's name", completes=True),
    CommandSpec(
        "subscribe", "Follow a topic", "topic", "a topic or a rule", completes=True, changes_chat=True
    ),
    CommandSpec("unsubscribe", "Stop following", "what", "a topic", completes=True, changes_chat=True),
    CommandSpec("why", "Explain an alert", "link", "the article", argument_required=True),
    CommandSpec("about", "What this is"),
)
ACTIONS = (
    CommandSpec("choose", "Choose topics", changes_chat=True),
    CommandSpec("rule", "Write a rule", "rule", "such as ships", changes_chat=True, form=True),
)


@dataclass
class Desk:
    """Hooks that note what arrives and answer plainly; `answer` can be replaced by a test."""

    asked: list[Inbound] = field(default_factory=list)
    completed: list[tuple[str, str, Address]] = field(default_factory=list)
    events: list[ChatEvent] = field(default_factory=list)
    answer: Callable[[Inbound], Awaitable[Message]] | None = None
    offers: list[tuple[str, str]] = field(default_factory=lambda: [("nato", "NATO"), ("rutte", "Mark Rutte")])

    @property
    def hooks(self) -> Hooks:
        return Hooks(self._receive, self._suggest, self._observe, COMMANDS, ACTIONS)

    async def _receive(self, inbound: Inbound) -> Message:
        self.asked.append(inbound)
        if self.answer is not None:
            return await self.answer(inbound)
        follow = Button("Follow NATO", "/subscribe nato")
        return say(["You said ", Text(inbound.text, code=True)], buttons=[[follow]])

    async def _suggest(self, command: str, typed: str, address: Address) -> list[tuple[str, str]]:
        self.completed.append((command, typed, address))
        return self.offers

    async def _observe(self, event: ChatEvent) -> None:
        self.events.append(event)


@asynccontextmanager
async def connected(discord: DiscordEmulator, desk: Desk, **options: Any) -> AsyncIterator[DiscordPlatform]:
    """A platform for as long as the block lasts: leaving it is a restart's first half."""
    platform = platform_for(discord, desk, **options)
    task = asyncio.create_task(platform.run())
    try:
        await discord.gateway.wait_connected()
        yield platform
    finally:
        await stop(task)


def platform_for(discord: DiscordEmulator, desk: Desk, **options: Any) -> DiscordPlatform:
    settings: dict[str, Any] = {
        "api_base_url": discord.api_base_url,
        "gateway_url": discord.gateway_url,
        "retry_delays": (0.02,),
        "settle": 0.05,
        "identify_every": 0.02,
        **options,
    }
    return DiscordPlatform(settings.pop("token", discord.token), desk.hooks, **settings)


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], object], within: float = 10.0) -> None:
    """Wait for something that happens on the other side of a socket."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  the condition is a state, seen from outside
            await asyncio.sleep(0.005)
