"""Every answer of a platform, through its real client: what the ledger says, and what the chat shows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app.routine import DIGEST_TICK
from bot.chat.discord.platform import PERSON
from bot.chat.telegram import TelegramPlatform
from bot.domain.manner import LostAnswer, Manner
from bot.domain.messages import say
from bot.domain.models import Address, ChatState, DeliveryState, Sent
from bot.domain.pacing import pace_of
from bot.services.alarm import Alarms, Owner
from bot.store import books, chats, schema
from bot.store.folding import DIGEST_GRACE
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support import lane as lanes
from tests.support.lane import Lane
from tests.support.ledger import add_chats, owe_all, title_of
from tests.support.observing import keeping
from tests.support.waiting import until

pytestmark = pytest.mark.slow

PICTURE = "https://proef.example/beeld/1.jpg"


@dataclass
class Desk:
    """One lane with chats, and what one may ask of it."""

    lane: Lane
    ids: list[int]

    async def owe(self, *numbers: int, to: list[int] | None = None, image: str | None = None) -> None:
        await owe_all(
            self.lane.database,
            self.lane.platform.lane,
            to or self.ids[:1],
            numbers,
            self.lane.clock.now(),
            image=image,
        )
        self.lane.pump.wake()

    async def reaches(self, **wanted: int) -> None:
        """Wait until the ledger's counts are these."""
        expected = {DeliveryState(name): number for name, number in wanted.items()}

        async def same() -> bool:
            return await self.lane.counts() == expected

        try:
            await until(same, 60)
        except TimeoutError:
            raise AssertionError(f"{await self.lane.counts()} instead of {expected}") from None

    async def details(self) -> list[tuple[str, str, datetime | None]]:
        """State, reason and next try of every row."""
        async with self.lane.database.read() as tx:
            rows = await tx.execute(select(schema.deliveries).order_by(schema.deliveries.c.id))
            return [(row.state, row.detail, row.not_before) for row in rows]

    async def held_for(self) -> float:
        """Seconds that the first row waits for its next try."""

        async def waits() -> bool:
            return (await self.details())[0][2] is not None

        await until(waits)
        moment = (await self.details())[0][2]
        assert moment is not None
        return (moment - self.lane.clock.now()).total_seconds()

    async def chat(self, number: int = 0) -> tuple[ChatState, str]:
        async with self.lane.database.read() as tx:
            found = await chats.by_id(tx, self.ids[number])
        assert found is not None
        return found.state, found.paused_why

    async def paused(self) -> str:
        async def is_paused() -> bool:
            return (await self.chat())[0] is ChatState.PAUSED

        await until(is_paused)
        return (await self.chat())[1]

    async def is_held(self) -> bool:
        """Whether the account as a whole waits."""
        async with self.lane.database.read() as tx:
            return bool(await books.held_lanes(tx))

    async def loses(self, answers: int) -> None:
        """Wait until so many answers were lost."""

        async def lost() -> bool:
            return await self.lost_answers() == answers

        await until(lost)

    async def lost_answers(self) -> int:
        async with self.lane.database.read() as tx:
            return await books.lost_answers(tx)


def _sends(emulator: TelegramEmulator) -> int:
    """How many messages the emulator was asked to post."""
    return len([request for request in emulator.requests if request[1] == "sendMessage"])


async def _true(condition: bool) -> bool:
    return condition


class OnTelegram:
    def __init__(self, desk: Desk, emulator: TelegramEmulator, addresses: list[Address]) -> None:
        self.desk, self.emulator, self.addresses = desk, emulator, addresses
        self.chat = int(addresses[0].chat)

    def texts(self) -> list[str]:
        return [message.text for message in self.emulator.messages(self.chat)]


class OnDiscord:
    def __init__(self, desk: Desk, emulator: DiscordEmulator, addresses: list[Address]) -> None:
        self.desk, self.emulator, self.addresses = desk, emulator, addresses
        self.channel = addresses[0].chat

    def texts(self) -> list[str]:
        return [message.text for message in self.emulator.messages(self.channel)]


@asynccontextmanager
async def on_telegram(
    folder: Path, alarms: Alarms | None = None, patience: float = 15.0, haste: float = 1.0
) -> AsyncIterator[OnTelegram]:
    async with TelegramEmulator() as emulator:
        made = lanes.telegram_chats(emulator, 3)
        lane_name = lanes.telegram(emulator).lane
        platform = lanes.telegram(emulator, keeping(folder, lane_name), patience)
        async with lanes.opened(folder, platform, alarms=alarms, haste=haste) as lane:
            ids = await add_chats(lane.database, platform.lane, made, lane.clock.now())
            yield OnTelegram(Desk(lane, ids), emulator, made)


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[OnTelegram]:
    async with on_telegram(tmp_path) as made:
        yield made


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[OnDiscord]:
    async with on_discord(tmp_path) as made:
        yield made


@asynccontextmanager
async def on_discord(folder: Path, patience: float = 15.0) -> AsyncIterator[OnDiscord]:
    async with DiscordEmulator() as emulator:
        lane_name = lanes.discord(emulator).lane
        platform = lanes.discord(emulator, keeping(folder, lane_name), patience)
        async with lanes.opened(folder, platform) as lane:
            made = await lanes.discord_chats(emulator, 3)
            await emulator.gateway.wait_connected()
            ids = await add_chats(lane.database, platform.lane, made, lane.clock.now())
            yield OnDiscord(Desk(lane, ids), emulator, made)


# --- Telegram


async def test_telegram_sent_is_closed_with_its_message_id(telegram: OnTelegram) -> None:
    await telegram.desk.owe(1)
    await telegram.desk.reaches(sent=1)
    assert len(telegram.texts()) == 1


async def test_telegram_429_holds_this_chat_as_long_as_asked_and_no_other(telegram: OnTelegram) -> None:
    telegram.emulator.fault("flood", chat=telegram.chat, retry_after=43_837)
    await telegram.desk.owe(1, to=telegram.desk.ids)
    await telegram.desk.reaches(sent=2, pending=1)
    assert 43_800 < await telegram.desk.held_for() < 43_838


async def test_telegram_429_for_several_chats_holds_the_whole_account(telegram: OnTelegram) -> None:
    desk = telegram.desk
    telegram.emulator.fault("flood", times=-1, retry_after=3_600)
    await desk.owe(1, to=desk.ids)
    await until(desk.is_held)
    telegram.emulator.clear_faults()
    before = _sends(telegram.emulator)
    another = lanes.telegram_chats(telegram.emulator, 1)
    ids = await add_chats(desk.lane.database, desk.lane.platform.lane, another, desk.lane.clock.now())
    await desk.owe(2, to=ids)
    await asyncio.sleep(1.5)
    assert _sends(telegram.emulator) == before
    await desk.reaches(pending=4)


async def test_telegram_server_errors_are_tried_again(telegram: OnTelegram) -> None:
    telegram.emulator.fault("status", status=502, description="Bad Gateway")
    await telegram.desk.owe(1)
    await telegram.desk.reaches(sent=1)
    assert len(telegram.texts()) == 1
    assert await telegram.desk.lost_answers() == 0


async def test_telegram_a_lost_answer_is_sent_again_and_counted(telegram: OnTelegram) -> None:
    telegram.emulator.fault("lost")
    await telegram.desk.owe(1)
    await telegram.desk.reaches(sent=1)
    assert len(telegram.texts()) == 2
    assert await telegram.desk.lost_answers() == 1


async def test_telegram_a_lost_answer_is_not_sent_again_where_the_chat_wishes_so(
    telegram: OnTelegram,
) -> None:
    async with telegram.desk.lane.database.write() as tx:
        await chats.set_manner(tx, telegram.desk.ids[0], Manner(lost_answer=LostAnswer.SKIP))
    telegram.emulator.fault("lost")
    await telegram.desk.owe(1)
    await telegram.desk.reaches(dropped=1)
    assert len(telegram.texts()) == 1
    assert await telegram.desk.lost_answers() == 1
    assert "as this chat wishes" in (await telegram.desk.details())[0][1]


async def test_telegram_an_answer_that_comes_too_late_counts_as_lost(tmp_path: Path) -> None:
    async with on_telegram(tmp_path, patience=2.0) as telegram:
        telegram.emulator.fault("hold")
        await telegram.desk.owe(1)
        await telegram.desk.reaches(sent=1)
        telegram.emulator.clear_faults()
        assert await telegram.desk.lost_answers() >= 1


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda emulator, chat: emulator.block_bot(chat), "blocked by the user"),
        (lambda emulator, chat: emulator.delete_chat(chat), "deleted"),
    ],
)
async def test_telegram_a_private_chat_that_is_gone_is_paused_with_its_reason(
    telegram: OnTelegram, act: Callable[[TelegramEmulator, int], None], reason: str
) -> None:
    act(telegram.emulator, telegram.chat)
    await telegram.desk.owe(1)
    assert reason in await telegram.desk.paused()
    await telegram.desk.reaches(pending=1)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda emulator, chat: emulator.kick_bot(chat), "removed"),
        (lambda emulator, chat: emulator.restrict_bot(chat), "permission missing"),
        (lambda emulator, chat: emulator.delete_chat(chat), "deleted"),
    ],
)
async def test_telegram_a_group_that_is_closed_to_us_is_paused_with_its_reason(
    tmp_path: Path, act: Callable[[TelegramEmulator, int], None], reason: str
) -> None:
    async with on_telegram(tmp_path) as telegram:
        group = telegram.emulator.add_chat("supergroup", title="Redactie")
        act(telegram.emulator, group)
        (chat,) = await add_chats(
            telegram.desk.lane.database,
            telegram.desk.lane.platform.lane,
            [Address("telegram", str(group))],
            telegram.desk.lane.clock.now(),
        )
        telegram.desk.ids[0] = chat
        await telegram.desk.owe(1)
        assert reason in await telegram.desk.paused()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda emulator, chat, topic: emulator.close_topic(chat, topic), "closed"),
        (lambda emulator, chat, topic: emulator.delete_topic(chat, topic), "deleted"),
    ],
)
async def test_telegram_a_topic_that_is_closed_or_deleted_pauses_this_topic_alone(
    telegram: OnTelegram, act: Callable[[TelegramEmulator, int, int], None], reason: str
) -> None:
    forum = telegram.emulator.add_chat("supergroup", title="Forum", forum=True)
    topics = [telegram.emulator.add_topic(forum, name) for name in ("een", "twee")]
    addresses = [Address("telegram", str(forum), str(topic)) for topic in topics]
    desk = telegram.desk
    desk.ids = await add_chats(desk.lane.database, desk.lane.platform.lane, addresses, desk.lane.clock.now())
    act(telegram.emulator, forum, topics[0])
    await desk.owe(1, to=desk.ids)
    assert reason in await desk.paused()
    await desk.reaches(pending=1, sent=1)
    assert (await desk.chat(1))[0] is ChatState.ACTIVE


async def test_telegram_a_group_that_became_a_supergroup_is_followed_when_sending_tells_so(
    telegram: OnTelegram,
) -> None:
    group = telegram.emulator.add_chat("group", title="Redactie")
    desk = telegram.desk
    address = Address("telegram", str(group))
    (desk.ids[0],) = await add_chats(
        desk.lane.database, desk.lane.platform.lane, [address], desk.lane.clock.now()
    )
    moved = telegram.emulator.migrate(group)
    await desk.owe(1)
    await desk.reaches(sent=1)
    assert len(telegram.emulator.messages(moved)) == 1


async def test_telegram_what_is_refused_as_malformed_goes_plain_and_else_fails_visibly(
    tmp_path: Path,
) -> None:
    alarms = Alarms([Owner("telegram:110201543", Address("telegram", "1"))])
    async with on_telegram(tmp_path, alarms=alarms) as telegram:
        boss = telegram.emulator.add_chat(chat_id=1, title="Baas")
        telegram.emulator.fault(
            "status", status=400, chat=telegram.chat, description="Bad Request: can't parse entities"
        )
        await telegram.desk.owe(1)
        await telegram.desk.reaches(sent=1)
        assert telegram.texts()[0].startswith(title_of(1))
        telegram.emulator.fault(
            "status", status=400, chat=telegram.chat, times=2, description="Bad Request: something new"
        )
        await telegram.desk.owe(2)
        await telegram.desk.reaches(sent=2, failed=1)
        notice = await telegram.emulator.wait_text(boss, "needs attention")
        assert "something new" in notice.text.lower()


@pytest.mark.parametrize(
    "words",
    [
        "wrong file identifier/HTTP URL specified",
        "failed to get HTTP URL content",
        "WEBPAGE_CURL_FAILED",
        "wrong type of the web page content",
    ],
)
async def test_telegram_what_is_refused_for_its_picture_goes_without_it_once_and_the_books_say_so(
    telegram: OnTelegram, words: str
) -> None:
    telegram.emulator.world.bad_pictures[PICTURE] = words
    await telegram.desk.owe(1, image=PICTURE)
    await telegram.desk.reaches(sent=1)
    (message,) = telegram.emulator.messages(telegram.chat)
    assert (title_of(1) in message.text, message.preview.get("url")) == (True, None)
    assert message.links, "the layout is kept, only the picture is gone"
    assert "without its picture" in (await telegram.desk.details())[0][1]
    assert _sends(telegram.emulator) == 2


async def test_telegram_a_picture_that_can_be_shown_is_shown(telegram: OnTelegram) -> None:
    await telegram.desk.owe(1, image=PICTURE)
    await telegram.desk.reaches(sent=1)
    (message,) = telegram.emulator.messages(telegram.chat)
    assert message.preview["url"] == PICTURE
    assert (await telegram.desk.details())[0][1] == ""


async def test_telegram_a_reopened_topic_is_told_again_and_others_stay_closed(telegram: OnTelegram) -> None:
    forum = telegram.emulator.add_chat("supergroup", title="Forum", forum=True)
    topics = [telegram.emulator.add_topic(forum, name) for name in ("een", "twee")]
    addresses = [Address("telegram", str(forum), str(topic)) for topic in topics]
    desk = telegram.desk
    desk.ids = await add_chats(desk.lane.database, desk.lane.platform.lane, addresses, desk.lane.clock.now())
    for topic in topics:
        telegram.emulator.close_topic(forum, topic)
    await desk.owe(1, to=desk.ids)

    async def both_paused() -> bool:
        return {(await desk.chat(number))[0] for number in (0, 1)} == {ChatState.PAUSED}

    await until(both_paused)
    telegram.emulator.reopen_topic(forum, topics[0])
    await desk.reaches(sent=1, pending=1)
    assert [(await desk.chat(number))[0] for number in (0, 1)] == [ChatState.ACTIVE, ChatState.PAUSED]
    assert len(telegram.emulator.messages(forum, topics[0])) == 1


async def test_telegram_a_revoked_token_stops_the_account_and_keeps_everything(telegram: OnTelegram) -> None:
    telegram.emulator.revoke_token()
    await telegram.desk.owe(1, to=telegram.desk.ids)
    await asyncio.sleep(1.5)
    await telegram.desk.reaches(pending=3)
    assert _sends(telegram.emulator) == 0
    await until(telegram.desk.is_held)


async def test_telegram_a_chat_that_returns_gets_one_digest_of_what_it_missed_and_then_news_again(
    telegram: OnTelegram,
) -> None:
    telegram.emulator.block_bot(telegram.chat)
    await telegram.desk.paused()
    await telegram.desk.owe(*range(1, 9))
    await asyncio.sleep(0.5)
    telegram.emulator.unblock_bot(telegram.chat)
    digest = await telegram.emulator.wait_text(telegram.chat, "While this chat was away", 15)
    assert all(title_of(number) in digest.text for number in range(1, 9))
    await telegram.desk.owe(50)
    await telegram.desk.reaches(folded=8, sent=2)
    assert len(telegram.texts()) == 2


async def test_telegram_two_hundred_items_at_once_reach_a_group_in_messages_and_digests_and_none_is_dropped(
    tmp_path: Path,
) -> None:
    # A group's pace is counted over minutes, of which this needs one: here they are seconds.
    async with on_telegram(tmp_path, haste=20) as telegram:
        group = telegram.emulator.add_chat("supergroup", title="Redactie")
        desk = telegram.desk
        (desk.ids[0],) = await add_chats(
            desk.lane.database,
            desk.lane.platform.lane,
            [Address("telegram", str(group))],
            desk.lane.clock.now(),
        )
        await desk.owe(*range(200))

        async def all_told() -> bool:
            text = "\n".join(f"{message.text}\n" for message in telegram.emulator.messages(group))
            return all(f"{title_of(number)}" in text for number in range(200))

        await until(all_told, 100)
        assert len(telegram.emulator.messages(group)) <= 40


async def test_telegram_paid_broadcasts_have_as_many_connections_as_messages_under_way() -> None:
    at_once = pace_of("telegram", paid=True).at_once
    async with TelegramEmulator() as emulator:
        platform = TelegramPlatform(
            emulator.token, lanes.deaf(), api_base_url=emulator.url, paid_broadcast=True
        )
        connection = asyncio.create_task(platform.run())
        await until(lambda: _true(emulator.stats()["requests"] > 3))
        emulator.fault("hold", times=-1)
        chats_ = lanes.telegram_chats(emulator, at_once)
        sends = [asyncio.create_task(platform.send(chat, say("Nieuws"), "k")) for chat in chats_]
        await until(lambda: _true(_sends(emulator) == at_once), 30)
        assert not any(send.done() for send in sends)
        emulator.clear_faults()
        assert all(isinstance(outcome, Sent) for outcome in await asyncio.gather(*sends))
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)


# --- Discord


async def test_discord_sent_is_closed(discord: OnDiscord) -> None:
    await discord.desk.owe(1)
    await discord.desk.reaches(sent=1)


async def test_discord_429_of_a_channel_holds_this_channel(discord: OnDiscord) -> None:
    discord.emulator.fail("rate_limit", path=f"/channels/{discord.channel}/messages", retry_after=43_837.0)
    await discord.desk.owe(1, to=discord.desk.ids)
    await discord.desk.reaches(sent=2, pending=1)
    assert 43_700 < await discord.desk.held_for() < 43_838


async def test_discord_a_global_429_holds_the_account_for_its_time(discord: OnDiscord) -> None:
    discord.emulator.fail("rate_limit", retry_after=1.5, everywhere=True)
    await discord.desk.owe(1, to=discord.desk.ids)
    await discord.desk.reaches(sent=3)


@pytest.mark.parametrize("how", ["drop_after", "garbage", "status", "drop"])
async def test_discord_whatever_happens_to_a_request_the_chat_shows_one_message(
    discord: OnDiscord, how: str
) -> None:
    discord.emulator.fail(how)
    await discord.desk.owe(1)
    await discord.desk.reaches(sent=1)
    assert len(discord.texts()) == 1


async def test_discord_an_answer_that_comes_too_late_makes_no_second_message(tmp_path: Path) -> None:
    async with on_discord(tmp_path, patience=2.0) as discord:
        discord.emulator.fail("delay", seconds=4.0)
        await discord.desk.owe(1)
        await discord.desk.reaches(sent=1)
        assert len(discord.texts()) == 1
        assert await discord.desk.lost_answers() >= 1


async def test_discord_missing_permissions_pause_the_channel_and_are_named(discord: OnDiscord) -> None:
    await discord.emulator.set_permissions(discord.channel, "send_messages")
    await discord.desk.owe(1)
    assert "Send Messages" in await discord.desk.paused()


async def test_discord_a_thousand_messages_to_a_forbidden_channel_cost_hardly_a_refused_request(
    discord: OnDiscord,
) -> None:
    await discord.emulator.set_permissions(discord.channel, "send_messages")
    await discord.desk.owe(*range(1_000))
    await discord.desk.paused()
    await asyncio.sleep(1.5)
    # One, and one more when the gateway says while we connect that the channel is open.
    assert len(discord.emulator.pace.refused) <= 2
    counts = await discord.desk.lane.counts()
    assert DeliveryState.DROPPED not in counts
    assert DeliveryState.FAILED not in counts


async def test_discord_a_deleted_channel_is_paused(discord: OnDiscord) -> None:
    await discord.emulator.remove_channel(discord.channel)
    await discord.desk.owe(1)
    assert await discord.desk.paused()
    await discord.desk.reaches(pending=1)


async def test_discord_a_person_who_blocks_the_bot_is_paused(discord: OnDiscord) -> None:
    dm = discord.emulator.add_dm("anna")
    discord.emulator.block(dm)
    desk = discord.desk
    (desk.ids[0],) = await add_chats(
        desk.lane.database, desk.lane.platform.lane, [Address("discord", dm)], desk.lane.clock.now()
    )
    await desk.owe(1)
    assert "accepts no messages" in await desk.paused()


async def test_discord_a_locked_thread_pauses_this_thread(discord: OnDiscord) -> None:
    guild = discord.emulator.world.channels[discord.channel].guild
    assert guild is not None
    thread = await discord.emulator.add_channel(guild, "draad", parent=discord.channel)
    await discord.emulator.set_thread(thread, locked=True)
    desk = discord.desk
    address = Address("discord", discord.channel, thread)
    (desk.ids[0],) = await add_chats(
        desk.lane.database, desk.lane.platform.lane, [address], desk.lane.clock.now()
    )
    await desk.owe(1)
    assert "locked" in await desk.paused()


async def test_discord_a_revoked_token_stops_the_account_and_keeps_everything(discord: OnDiscord) -> None:
    discord.emulator.revoke_token()
    await discord.desk.owe(1, to=discord.desk.ids)
    await asyncio.sleep(1.5)
    await discord.desk.reaches(pending=3)
    assert len(discord.emulator.pace.refused) <= 6


async def test_discord_a_message_that_is_never_accepted_fails_visibly(discord: OnDiscord) -> None:
    discord.emulator.fail("status", times=2, status=400, code=50035)
    await discord.desk.owe(1)
    await discord.desk.reaches(failed=1)


async def test_discord_what_is_refused_for_its_picture_goes_without_it_once_and_the_books_say_so(
    discord: OnDiscord,
) -> None:
    discord.emulator.world.bad_pictures.add(PICTURE)
    await discord.desk.owe(1, image=PICTURE)
    await discord.desk.reaches(sent=1)
    (message,) = discord.emulator.messages(discord.channel)
    assert "thumbnail" not in message.payload["embeds"][0]
    assert message.payload["embeds"][0]["title"] == title_of(1)
    detail = (await discord.desk.details())[0][1]
    assert "without its picture" in detail
    assert "embeds.0.thumbnail.url" in detail
    posts = [r for r in discord.emulator.requests if r.path == f"/channels/{discord.channel}/messages"]
    assert [request.status for request in posts] == [400, 200]


async def test_discord_a_person_is_reached_in_a_conversation_that_is_opened_first(discord: OnDiscord) -> None:
    person = discord.emulator.world.user("baas").id
    desk = discord.desk
    address = Address("discord", f"{PERSON}{person}")
    (desk.ids[0],) = await add_chats(
        desk.lane.database, desk.lane.platform.lane, [address], desk.lane.clock.now()
    )
    await desk.owe(1, 2)
    await desk.reaches(sent=2)
    assert len(discord.emulator.messages(discord.emulator.add_dm("baas"))) == 2
    opened = [r for r in discord.emulator.requests if r.path == "/users/@me/channels"]
    assert len(opened) == 1


async def test_discord_a_forum_post_whose_answer_was_lost_is_not_made_again_after_a_restart(
    tmp_path: Path,
) -> None:
    async with DiscordEmulator() as emulator:
        forum = await emulator.add_forum(emulator.add_guild(), "nieuws")
        emulator.fail("drop_after", path=r"/channels/\d+/threads")
        async with lanes.opened(tmp_path, lanes.discord(emulator)) as before:
            now, address = before.clock.now(), Address("discord", forum)
            ids = await add_chats(before.database, before.platform.lane, [address], now)
            await owe_all(before.database, before.platform.lane, ids, [1], now)
            await Desk(before, ids).loses(1)
        async with lanes.opened(tmp_path, lanes.discord(emulator)) as after:
            await Desk(after, ids).reaches(sent=1)
            await owe_all(after.database, after.platform.lane, ids, [2], after.clock.now())
            await Desk(after, ids).reaches(sent=2)
        assert [post.name for post in emulator.posts(forum)] == [title_of(1), title_of(2)]


async def test_an_outage_ends_without_loss_and_without_a_storm_of_requests(discord: OnDiscord) -> None:
    await discord.emulator.go_down()
    await discord.desk.owe(*range(5), to=discord.desk.ids)
    await asyncio.sleep(3)
    await discord.emulator.come_up()
    await discord.desk.reaches(sent=15)
    for address in discord.addresses:
        assert len(discord.emulator.messages(address.chat)) == 5


async def test_the_order_of_a_chat_is_kept_over_trouble(telegram: OnTelegram) -> None:
    telegram.emulator.fault("status", status=500, times=2)
    await telegram.desk.owe(*range(1, 5))
    await telegram.desk.reaches(sent=4)
    assert [text for text in telegram.texts() if text] == sorted(telegram.texts())


def test_the_grace_of_digests_is_longer_than_their_tick() -> None:
    assert DIGEST_GRACE >= 2 * DIGEST_TICK
    assert timedelta(minutes=1) > DIGEST_TICK
