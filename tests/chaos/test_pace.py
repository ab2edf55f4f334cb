"""Pace on real connections: as fast as the platforms allow, and never told to slow down.

The emulators enforce the limits. `make chaos` sends 5,000 messages to 300 chats on each platform and asserts
the rate; the short form sends as many as fit into some seconds, and asserts only that it is not told to slow
down, as it runs beside other tests on a busy machine.
"""

import asyncio
import time
from pathlib import Path

import pytest

from bot.domain.models import DeliveryKind, DeliveryState, Priority
from tests.chaos.size import LONG
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import Limits, TelegramEmulator
from tests.support import lane as lanes
from tests.support.ledger import add_chats, owe_all, title_of
from tests.support.waiting import until

pytestmark = pytest.mark.slow

CHATS, EACH = (300, 17) if LONG else (60, 5)
OWED = CHATS * EACH
LEAST = 0.97 if LONG else 0.3
UNDER_WAY = 64
"""Messages that a pump may have under way, and so may go before what is owed now."""
ALLOWED = {"telegram": 30.0, "discord": 50.0}


async def rate(lane: lanes.Lane, chat_ids: list[int]) -> float:
    """Messages a second from the first send to the last answer, all of them under way or owed at once."""
    await owe_all(lane.database, lane.platform.lane, chat_ids, range(EACH), lane.clock.now())
    begun = time.monotonic()
    lane.pump.wake()
    counts = await lane.settled(max(60.0, OWED / 15))
    assert counts == {DeliveryState.SENT: OWED}
    # The first message starts at once, so one interval less than messages has passed at the last.
    return (OWED - 1) / (time.monotonic() - begun)


async def test_telegram_reaches_97_percent_of_30_a_second_without_one_429(tmp_path: Path) -> None:
    async with TelegramEmulator(limits=Limits()) as emulator:
        async with lanes.opened(tmp_path, lanes.telegram(emulator)) as lane:
            addresses = lanes.telegram_chats(emulator, CHATS)
            ids = await add_chats(lane.database, lane.platform.lane, addresses, lane.clock.now())
            reached = await rate(lane, ids)
        print(f"telegram: {OWED} messages, {reached:.2f}/s, {emulator.floods} floods")
        assert emulator.floods == 0
        assert reached >= LEAST * ALLOWED["telegram"]


async def test_discord_reaches_97_percent_of_50_a_second_without_one_429(tmp_path: Path) -> None:
    async with DiscordEmulator(enforce_limits=True) as emulator:
        async with lanes.opened(tmp_path, lanes.discord(emulator)) as lane:
            addresses = await lanes.discord_chats(emulator, CHATS)
            await emulator.gateway.wait_connected()
            await asyncio.sleep(1.5)  # connecting costs requests of the same allowance
            ids = await add_chats(lane.database, lane.platform.lane, addresses, lane.clock.now())
            reached = await rate(lane, ids)
        print(f"discord: {OWED} messages, {reached:.2f}/s, {emulator.pace.too_fast} floods")
        assert emulator.pace.too_fast == 0
        assert reached >= LEAST * ALLOWED["discord"]


async def test_breaking_news_overtakes_five_thousand_queued_digests_within_two_seconds(
    tmp_path: Path,
) -> None:
    async with TelegramEmulator(limits=Limits()) as emulator:
        async with lanes.opened(tmp_path, lanes.telegram(emulator)) as lane:
            addresses = lanes.telegram_chats(emulator, 300)
            now = lane.clock.now()
            ids = await add_chats(lane.database, lane.platform.lane, addresses, now)
            queued = await owe_all(
                lane.database,
                lane.platform.lane,
                ids,
                range(17),
                now,
                priority=Priority.DIGEST,
                kind=DeliveryKind.ALERT,
            )
            assert queued == 5_100
            lane.pump.wake()
            await asyncio.sleep(1)
            begun = time.monotonic()
            await owe_all(lane.database, lane.platform.lane, ids[:10], [999], now, priority=Priority.BREAKING)
            before = emulator.stats()["messages"]
            lane.pump.wake()

            async def told() -> bool:
                return sum(title_of(999) in text for text in lanes.texts(emulator, addresses[:10])) == 10

            await until(told)
            took = time.monotonic() - begun
            overtaken_by = emulator.stats()["messages"] - before - 10
        print(f"ten chats heard the breaking news after {took:.2f} s, before {queued} queued digests")
        assert overtaken_by <= UNDER_WAY
        assert not LONG or took < 2.0
