"""Reliability checks that news bots are known to fail, each replayed against the real parts."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot.chat.telegram import TelegramPlatform
from bot.domain.models import Address, ChatState, DeliveryState, Target
from bot.domain.pacing import TELEGRAM
from bot.jobs.embedded import EmbeddedRunner
from bot.ports import SystemClock
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.store import chats, slots
from bot.store.database import Database
from tests.chaos import field as fields
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support import lane as lanes
from tests.support.ledger import add_chats, owe_all, title_of
from tests.support.newsroom import Newsroom, place, report
from tests.support.observing import keeping
from tests.support.waiting import until

pytestmark = pytest.mark.slow

T = TypeVar("T")


async def test_check_1_killed_between_seen_and_sent_each_item_arrives_exactly_once(tmp_path: Path) -> None:
    async with fields.opened(tmp_path) as field:
        telegram, discord = (account.emulator for account in field.accounts)
        assert isinstance(telegram, TelegramEmulator)
        assert isinstance(discord, DiscordEmulator)
        await telegram.stop()
        await discord.go_down()
        field.publish()

        async def seen() -> bool:
            return bool(field.ask("SELECT 1 FROM deliveries WHERE state = 'pending'"))

        await until(seen)
        await field.heraut.kill()
        await telegram.start()
        await discord.come_up()
        await field.heraut.start()
        await field.settled(60)
        for account in field.accounts:
            books = field.books(account)
            assert (dict(books.times), account.told) == ({1: fields.CHATS}, fields.CHATS)


async def test_check_6_after_a_day_without_our_line_the_news_resumes_without_a_flood(tmp_path: Path) -> None:
    room = await Newsroom(tmp_path).open()
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    room.clock.advance(timedelta(hours=24))
    now = room.clock.now()
    titles = (Path(__file__).parent / "headlines.txt").read_text(encoding="utf8").splitlines()
    ages = [timedelta(minutes=30 * number) for number in range(len(titles))]
    missed = [
        report(title, number, now - age)
        for number, (title, age) in enumerate(zip(titles, ages, strict=True), 1)
    ]
    await room.take(feed, missed)
    await room.deliver()
    await room.take(feed, [report("NAVO benoemt een nieuwe woordvoerder", 99, now), *missed])
    await room.deliver()
    sent = [message for _, message, _ in room.paper.sent]
    told = " ".join(
        span if isinstance(span, str) else getattr(span, "text", "")
        for message in sent
        for line in message.lines
        for span in line
    )
    recent = [title for title, age in zip(titles, ages, strict=True) if age < timedelta(hours=23)]
    assert all(title in told for title in recent)
    assert len(sent) <= len(titles) // 10 + 2
    assert room.paper.titles("anna") == ["NAVO benoemt een nieuwe woordvoerder"]
    await room.close()


async def test_check_9_a_group_that_migrates_or_returns_keeps_its_rules(tmp_path: Path) -> None:
    async with TelegramEmulator() as emulator:
        platform = lanes.telegram(emulator, keeping(tmp_path, "telegram:110201543"))
        async with lanes.opened(tmp_path, platform) as lane:
            group = emulator.add_chat("group", title="Redactie")
            address = Address("telegram", str(group))
            (chat,) = await add_chats(lane.database, lane.platform.lane, [address], lane.clock.now())
            async with lane.database.write() as tx:
                await chats.subscribe(tx, chat, Target.RULE, "haven*", 0.2, lane.clock.now())
            moved = emulator.migrate(group)

            async def state() -> tuple[str, ChatState, int]:
                async with lane.database.read() as tx:
                    found = await chats.by_id(tx, chat)
                    assert found is not None
                    return found.address.chat, found.state, len(await chats.subscriptions_of(tx, chat))

            await _becomes(state, (str(moved), ChatState.ACTIVE, 1))  # by the service message alone
            emulator.kick_bot(moved)
            await _becomes(state, (str(moved), ChatState.PAUSED, 1))
            emulator.add_bot(moved)
            await _becomes(state, (str(moved), ChatState.ACTIVE, 1))
            await owe_all(lane.database, lane.platform.lane, [chat], [1], lane.clock.now())
            lane.pump.wake()
            await emulator.wait_text(moved, title_of(1))


@pytest.mark.parametrize("missing", ["embed_links", "send_messages", "view_channel"])
async def test_check_10_a_missing_permission_is_named_once_without_a_storm_and_nothing_is_deleted(
    tmp_path: Path, missing: str
) -> None:
    async with DiscordEmulator() as emulator:
        platform = lanes.discord(emulator)
        async with lanes.opened(tmp_path, platform) as lane:
            (address,) = await lanes.discord_chats(emulator, 1)
            await emulator.gateway.wait_connected()
            (chat,) = await add_chats(lane.database, lane.platform.lane, [address], lane.clock.now())
            await emulator.set_permissions(address.chat, missing)
            await owe_all(lane.database, lane.platform.lane, [chat], range(25), lane.clock.now())
            lane.pump.wake()
            reason = await _paused(lane.database, chat)
            await asyncio.sleep(1)
            assert missing.replace("_", " ") in reason.lower()
            assert len(emulator.pace.refused) <= 2
            assert await lane.counts() == {DeliveryState.PENDING: 25}


async def test_check_10_a_forum_that_wants_tags_gets_a_tagged_post_for_each_story(tmp_path: Path) -> None:
    async with DiscordEmulator() as emulator, lanes.opened(tmp_path, lanes.discord(emulator)) as lane:
        forum = await emulator.add_forum(emulator.add_guild(), "forum", "nieuws", needs_tag=True)
        (chat,) = await add_chats(
            lane.database, lane.platform.lane, [Address("discord", forum)], lane.clock.now()
        )
        await owe_all(lane.database, lane.platform.lane, [chat], range(5), lane.clock.now())
        lane.pump.wake()

        async def all_there() -> bool:
            return len(emulator.posts(forum)) >= 5

        await until(all_there)
        assert [len(post.applied) for post in emulator.posts(forum)] == [1] * 5


async def test_check_15_two_instances_on_one_database_send_each_alert_once(tmp_path: Path) -> None:
    async with TelegramEmulator() as emulator:
        addresses = lanes.telegram_chats(emulator, 10)
        databases = [Database(f"sqlite+aiosqlite:///{tmp_path}/heraut.sqlite3") for _ in range(2)]
        await databases[0].migrate()
        runners = [_instance(tmp_path, database, emulator) for database in databases]
        lane = "telegram:110201543"
        ids = await add_chats(databases[0], lane, addresses, datetime.now().astimezone())
        for runner in runners:
            await runner.start()
        await owe_all(databases[1], lane, ids, range(4), datetime.now().astimezone())

        async def all_there() -> bool:
            return len(lanes.texts(emulator, addresses)) >= 40

        await until(all_there)
        await runners[0].stop()
        await owe_all(databases[1], lane, ids, [9], datetime.now().astimezone())

        async def the_other_went_on() -> bool:
            return len(lanes.texts(emulator, addresses)) >= 50

        await until(the_other_went_on)
        await runners[1].stop()
        shown = Counter(text.splitlines()[0] for text in lanes.texts(emulator, addresses))
        assert set(shown.values()) == {10}
        assert len(shown) == 5
        for database in databases:
            await database.close()


def _instance(folder: Path, database: Database, emulator: TelegramEmulator) -> EmbeddedRunner:
    """One Heraut as far as delivering goes: a client, a pump, a runner that owns its lane or waits."""
    platform: TelegramPlatform = lanes.telegram(emulator)
    pump = LanePump(database, platform, Composer(database), SystemClock(), pace=TELEGRAM)

    async def take(name: str, slot: datetime) -> bool:
        async with database.write() as tx:
            return await slots.take(tx, name, slot)

    async def work() -> None:
        connection = asyncio.create_task(platform.run())
        try:
            await pump.run()
        finally:
            connection.cancel()
            await asyncio.gather(connection, return_exceptions=True)

    runner = EmbeddedRunner(folder / "lanes", take, SystemClock())
    runner.own(platform.lane, work, pump.stop)
    return runner


async def _becomes(look: Callable[[], Awaitable[T]], wanted: T) -> None:
    async def same() -> bool:
        return await look() == wanted

    await until(same)


async def _paused(database: Database, chat: int) -> str:
    async def reason() -> str:
        async with database.read() as tx:
            found = await chats.by_id(tx, chat)
        assert found is not None
        return found.paused_why if found.state is ChatState.PAUSED else ""

    return await until(reason)
