"""What Discord's answers mean, told by the emulator through the platform; odd answers by hand."""

from typing import Any

import aiohttp
import pytest

from bot.chat.discord.outcomes import BANNED_WAIT, DEFAULT_WAIT, LONGEST_WAIT, Answer, classify, lost
from bot.domain.messages import AlertCard, Message, say
from bot.domain.models import (
    Address,
    Gone,
    LaneDown,
    Malformed,
    Outcome,
    RetryAfter,
    Sent,
    Transient,
    Unknown,
    Vanished,
)
from tests.emulators.discord import DiscordEmulator
from tests.support.discordbot import CARD, Desk, platform_for

HELLO = say("Rutte is in Kyiv")
ALERT = Message(card=CARD)


class Ledger:
    """Sends as the pump does, to one channel, and tells what came of it."""

    def __init__(self, discord: DiscordEmulator, desk: Desk, channel: str, **options: Any) -> None:
        self.platform = platform_for(discord, desk, **options)
        self.address = Address("discord", channel)

    async def send(self, message: Message = HELLO, key: str = "heraut-1") -> Outcome:
        return await self.platform.send(self.address, message, key)

    async def edit(self, message_id: str, message: Message = HELLO) -> Outcome:
        return await self.platform.edit(self.address, message_id, message)


@pytest.fixture
async def channel(discord: DiscordEmulator) -> str:
    return await discord.add_channel(discord.add_guild(), "alerts")


@pytest.fixture
def ledger(discord: DiscordEmulator, desk: Desk, channel: str) -> Ledger:
    return Ledger(discord, desk, channel)


async def test_sent_carries_the_message_id(discord: DiscordEmulator, ledger: Ledger, channel: str) -> None:
    outcome = await ledger.send(ALERT)
    (posted,) = discord.messages(channel)
    assert outcome == Sent(posted.message_id)
    assert posted.nonce == "heraut-1"
    assert (CARD.title, CARD.url) in posted.links


async def test_a_second_try_with_the_same_key_is_the_same_message(
    discord: DiscordEmulator, ledger: Ledger, channel: str
) -> None:
    assert await ledger.send() == await ledger.send()
    assert len(discord.messages(channel)) == 1


async def test_another_key_is_another_message(discord: DiscordEmulator, ledger: Ledger, channel: str) -> None:
    await ledger.send(key="heraut-1")
    await ledger.send(key="heraut-2")
    assert len(discord.messages(channel)) == 2


async def test_an_edit_replaces_the_message(discord: DiscordEmulator, ledger: Ledger, channel: str) -> None:
    sent = await ledger.send(ALERT)
    assert isinstance(sent, Sent)
    assert await ledger.edit(sent.message_id, say("Ingetrokken")) == sent
    (posted,) = discord.messages(channel)
    assert (posted.text, posted.edited) == ("Ingetrokken", 1)


async def test_a_thread_of_the_address_is_where_it_goes(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    guild = next(iter(discord.world.guilds))
    thread = await discord.add_channel(guild, "top", parent=channel)
    platform = platform_for(discord, desk)
    assert isinstance(await platform.send(Address("discord", channel, thread), HELLO, "k"), Sent)
    assert len(discord.messages(thread)) == 1
    assert discord.messages(channel) == []


async def test_a_429_of_a_route_is_a_wait_of_that_chat(discord: DiscordEmulator, ledger: Ledger) -> None:
    discord.fail("rate_limit", retry_after=43_837)
    assert await ledger.send() == RetryAfter(43_837)


async def test_after_a_429_nothing_is_asked_until_its_time(discord: DiscordEmulator, ledger: Ledger) -> None:
    discord.fail("rate_limit", retry_after=60)
    await ledger.send()
    again = await ledger.send()
    assert isinstance(again, RetryAfter)
    assert 59 < again.seconds <= 60
    assert len(discord.requests) == 1


async def test_a_global_429_is_a_wait_of_the_lane(discord: DiscordEmulator, ledger: Ledger) -> None:
    discord.fail("rate_limit", retry_after=2, everywhere=True)
    assert await ledger.send() == RetryAfter(2, whole_lane=True)


async def test_a_ban_by_the_proxy_is_a_long_wait_of_the_lane(
    discord: DiscordEmulator, ledger: Ledger
) -> None:
    discord.fail("ban")
    assert await ledger.send() == RetryAfter(900, whole_lane=True)


@pytest.mark.parametrize("status", [500, 502, 503, 520])
async def test_a_5xx_is_transient_and_asked_once(
    discord: DiscordEmulator, ledger: Ledger, status: int
) -> None:
    discord.fail("status", status=status)
    assert isinstance(await ledger.send(), Transient)
    assert len(discord.requests) == 1


async def test_a_proxy_that_gave_up_leaves_it_unknown(discord: DiscordEmulator, ledger: Ledger) -> None:
    discord.fail("status", status=504)
    assert isinstance(await ledger.send(), Unknown)


async def test_no_connection_is_transient(discord: DiscordEmulator, ledger: Ledger) -> None:
    await discord.go_down()
    assert isinstance(await ledger.send(), Transient)
    await discord.come_up()
    assert isinstance(await ledger.send(), Sent)


async def test_a_cut_after_the_request_is_unknown_and_the_next_try_finds_the_message(
    discord: DiscordEmulator, ledger: Ledger, channel: str
) -> None:
    discord.fail("drop_after")
    assert isinstance(await ledger.send(), Unknown)
    (posted,) = discord.messages(channel)
    assert await ledger.send() == Sent(posted.message_id)
    assert len(discord.messages(channel)) == 1


async def test_no_answer_in_time_is_unknown_and_the_next_try_finds_the_message(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    ledger = Ledger(discord, desk, channel, timeout=0.2)
    discord.fail("delay", seconds=2)
    assert isinstance(await ledger.send(), Unknown)
    assert isinstance(await ledger.send(), Sent)
    assert len(discord.messages(channel)) == 1


async def test_an_answer_that_is_not_json_is_not_taken_for_success(
    discord: DiscordEmulator, ledger: Ledger
) -> None:
    discord.fail("garbage", status=200)
    assert isinstance(await ledger.send(), Unknown)
    discord.fail("garbage", status=403)
    assert isinstance(await ledger.send(), Transient)


async def test_an_answer_without_end_is_not_read_to_its_end(discord: DiscordEmulator, ledger: Ledger) -> None:
    discord.fail("garbage", status=200, body="x" * 5_000_000)
    assert isinstance(await ledger.send(), Unknown)


async def test_a_deleted_channel_is_gone(discord: DiscordEmulator, ledger: Ledger, channel: str) -> None:
    await discord.remove_channel(channel)
    assert await ledger.send() == Gone("the channel no longer exists")


async def test_a_server_without_the_bot_is_gone(discord: DiscordEmulator, ledger: Ledger) -> None:
    await discord.remove_bot(next(iter(discord.world.guilds)))
    outcome = await ledger.send()
    assert isinstance(outcome, Gone)
    assert "no access" in outcome.reason


@pytest.mark.parametrize("permission", ["send_messages", "embed_links"])
async def test_a_missing_permission_is_gone(
    discord: DiscordEmulator, ledger: Ledger, channel: str, permission: str
) -> None:
    await discord.set_permissions(channel, permission)
    assert await ledger.send(ALERT) == Gone("a permission is missing in the channel")


async def test_a_locked_thread_is_gone(discord: DiscordEmulator, desk: Desk, channel: str) -> None:
    thread = await discord.add_channel(next(iter(discord.world.guilds)), "top", parent=channel)
    await discord.set_thread(thread, locked=True, archived=True)
    assert await Ledger(discord, desk, thread).send() == Gone("the thread is locked")


async def test_an_archived_thread_opens_for_a_new_message_but_not_for_an_edit(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    thread = await discord.add_channel(next(iter(discord.world.guilds)), "top", parent=channel)
    ledger = Ledger(discord, desk, thread)
    sent = await ledger.send()
    assert isinstance(sent, Sent)
    await discord.set_thread(thread, archived=True)
    assert await ledger.edit(sent.message_id) == Gone("the thread is archived")
    assert isinstance(await ledger.send(key="heraut-2"), Sent)


async def test_a_channel_that_takes_no_messages_is_gone(discord: DiscordEmulator, ledger: Ledger) -> None:
    discord.fail("status", status=400, code=50008)
    assert await ledger.send() == Gone("this kind of channel takes no messages")


async def test_a_person_who_blocked_the_bot_is_gone(discord: DiscordEmulator, desk: Desk) -> None:
    dm = discord.add_dm("anna")
    discord.block(dm)
    assert await Ledger(discord, desk, dm).send() == Gone("this person accepts no messages from the bot")


async def test_an_empty_message_is_malformed(ledger: Ledger) -> None:
    assert await ledger.send(Message()) == Malformed("the message is empty")


async def test_a_form_that_is_refused_says_where(discord: DiscordEmulator, ledger: Ledger) -> None:
    long = AlertCard(**{**_fields(CARD), "url": "https://bad_host.example/"})
    outcome = await ledger.send(Message(card=long))
    assert isinstance(outcome, Malformed)
    assert "embeds.0.url: Not a well formed URL" in outcome.reason


async def test_a_deleted_message_has_vanished(discord: DiscordEmulator, ledger: Ledger, channel: str) -> None:
    sent = await ledger.send()
    assert isinstance(sent, Sent)
    discord.delete_message(channel, sent.message_id)
    assert await ledger.edit(sent.message_id) == Vanished("the message no longer exists")


async def test_a_revoked_token_takes_the_lane_down(discord: DiscordEmulator, ledger: Ledger) -> None:
    discord.revoke_token()
    assert await ledger.send() == LaneDown("Discord does not accept the token")


async def test_an_enforced_pace_is_kept_without_a_single_429(desk: Desk) -> None:
    async with DiscordEmulator(enforce_limits=True) as discord:
        channel = await discord.add_channel(discord.add_guild())
        ledger = Ledger(discord, desk, channel)
        outcomes = [await ledger.send(key=f"k{n}") for n in range(8)]
        assert [type(outcome) for outcome in outcomes] == [Sent] * 5 + [RetryAfter] * 3
        assert discord.pace.too_fast == 0


@pytest.mark.parametrize(
    ("address", "message_id"), [("", "1"), ("-100", "1"), ("1/../../users", "1"), ("²", "1"), ("1", "x/../1")]
)
async def test_an_id_that_is_none_is_never_asked_for(
    discord: DiscordEmulator, desk: Desk, address: str, message_id: str
) -> None:
    ledger = Ledger(discord, desk, address)
    assert isinstance(await ledger.edit(message_id), Vanished)
    if message_id == "1":
        assert isinstance(await ledger.send(), Gone)
    assert discord.requests == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(429, {"retry_after": "x"}), RetryAfter(DEFAULT_WAIT)),
        (Answer(429, {"retry_after": -1}), RetryAfter(DEFAULT_WAIT)),
        (Answer(429, {"retry_after": float("nan")}), RetryAfter(DEFAULT_WAIT)),
        (Answer(429, {"retry_after": 1e12}), RetryAfter(LONGEST_WAIT)),
        (Answer(429, {}, {"Retry-After": "7"}), RetryAfter(7.0)),
        (Answer(429, "slow down"), RetryAfter(BANNED_WAIT, whole_lane=True)),
        (Answer(200, []), Unknown("Discord answered without a message id")),
        (Answer(200, {"id": None}), Unknown("Discord answered without a message id")),
        (Answer(403, {"code": "x", "message": "No"}), Gone("Discord answered 403: No")),
        (
            Answer(400, {"code": 50035, "errors": ["?"]}),
            Malformed("Discord does not accept the form of the message"),
        ),
        (Answer(400, {"message": {"a": 1}}), Malformed("Discord answered 400: {'a': 1}")),
        (Answer(404, {"message": "404: Not Found"}), Gone("Discord answered 404: 404: Not Found")),
        (Answer(404, "<html>"), Transient("Discord answered 404")),
        (Answer(403, {"code": 40002}), LaneDown("the account has to be verified at Discord first")),
    ],
)
def test_odd_answers_are_classified_too(answer: Answer, outcome: Outcome) -> None:
    assert classify(answer) == outcome


def test_an_unlisted_404_of_an_edit_is_a_vanished_message() -> None:
    assert isinstance(classify(Answer(404, {"code": 99999, "message": "?"}), editing=True), Vanished)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiohttp.ConnectionTimeoutError(), Transient),
        (aiohttp.ServerTimeoutError(), Unknown),
        (TimeoutError(), Unknown),
        (aiohttp.ServerDisconnectedError(), Unknown),
        (ConnectionResetError(), Unknown),
        (aiohttp.ClientPayloadError(), Unknown),
    ],
)
def test_only_what_never_connected_is_surely_not_sent(
    error: aiohttp.ClientError | OSError, kind: type
) -> None:
    assert isinstance(lost(error), kind)


def _fields(card: AlertCard) -> dict[str, Any]:
    return {name: getattr(card, name) for name in card.__dataclass_fields__}
