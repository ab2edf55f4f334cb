"""One lane as the product builds it: a real client, a real ledger, a pump that runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.chat.discord import DiscordPlatform
from bot.chat.telegram import TelegramPlatform
from bot.domain.messages import Message, say
from bot.domain.models import Address, DeliveryState
from bot.domain.pacing import pace_of
from bot.ports import ChatEvent, ChatPlatform, Clock, Hooks, Inbound, SystemClock
from bot.services.alarm import Alarms
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.store import books
from bot.store.database import Database
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support.databases import prepare


@dataclass
class Lane:
    """A pump with what it works on."""

    database: Database
    platform: ChatPlatform
    pump: LanePump
    clock: Clock

    async def counts(self) -> dict[DeliveryState, int]:
        async with self.database.read() as tx:
            return await books.counts(tx)

    async def settled(self, seconds: float = 30.0) -> dict[DeliveryState, int]:
        """The counts once nothing is pending or under way."""
        open_states = {DeliveryState.PENDING, DeliveryState.SENDING}
        async with asyncio.timeout(seconds):
            while open_states & (found := await self.counts()).keys():  # noqa: ASYNC110  a platform sets no event
                await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def opened(
    folder: Path,
    platform: ChatPlatform,
    *,
    clock: Clock | None = None,
    alarms: Alarms | None = None,
    haste: float = 1.0,
) -> AsyncIterator[Lane]:
    """A lane that delivers until the block ends; the seconds of its pace pass `haste` times as fast."""
    database = Database(f"sqlite+aiosqlite:///{folder}/heraut.sqlite3")
    clock = clock or SystemClock()
    await prepare(database)
    pump = LanePump(
        database,
        platform,
        Composer(database),
        clock,
        pace=pace_of(platform.name),
        alarms=alarms,
        idle=timedelta(seconds=1 / haste),
        monotonic=lambda: time.monotonic() * haste,
        sleep=lambda seconds: asyncio.sleep(seconds / haste),
    )
    connection = asyncio.create_task(platform.run())
    running = asyncio.create_task(pump.run())
    try:
        yield Lane(database, platform, pump, clock)
    finally:
        pump.stop()
        async with asyncio.timeout(20):
            await running
        connection.cancel()
        with suppress(asyncio.CancelledError):
            await connection
        await database.close()


def telegram(
    emulator: TelegramEmulator, hooks: Hooks | None = None, patience: float = 15.0
) -> TelegramPlatform:
    return TelegramPlatform(
        emulator.token, hooks or deaf(), api_base_url=emulator.url, answer_timeout=patience, first_pause=0.05
    )


def discord(emulator: DiscordEmulator, hooks: Hooks | None = None, patience: float = 15.0) -> DiscordPlatform:
    return DiscordPlatform(
        emulator.token,
        hooks or deaf(),
        api_base_url=emulator.api_base_url,
        gateway_url=emulator.gateway_url,
        timeout=patience,
        retry_delays=(0.05,),
    )


def telegram_chats(emulator: TelegramEmulator, number: int) -> list[Address]:
    return [Address("telegram", str(emulator.add_chat(title=f"c{each}"))) for each in range(number)]


async def discord_chats(emulator: DiscordEmulator, number: int) -> list[Address]:
    guild = emulator.add_guild()
    return [Address("discord", await emulator.add_channel(guild, f"c{each}")) for each in range(number)]


def deaf() -> Hooks:
    """A bot that nobody talks to."""

    async def receive(_: Inbound) -> Message:
        return say("…")

    async def suggest(*_: object) -> list[tuple[str, str]]:
        return []

    async def observe(_: ChatEvent) -> None:
        return None

    return Hooks(receive, suggest, observe, ())


def texts(emulator: TelegramEmulator, chats: Sequence[Address]) -> list[str]:
    return [message.text for chat in chats for message in emulator.messages(int(chat.chat))]
