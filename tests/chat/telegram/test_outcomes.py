from collections.abc import Callable
from datetime import timedelta

import pytest
from telegram.error import InvalidToken, NetworkError, TelegramError

from bot.chat.telegram import TelegramPlatform
from bot.chat.telegram.outcomes import Floods, classify, describe
from bot.chat.telegram.request import ServerFault
from bot.domain.messages import say
from bot.domain.models import (
    Address,
    Gone,
    LaneDown,
    Malformed,
    Moved,
    Outcome,
    RetryAfter,
    Sent,
    Transient,
    Unknown,
    Vanished,
)
from tests.chat.telegram.conftest import Start
from tests.emulators.telegram import TelegramEmulator
from tests.support.clock import NOON

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

HELLO = say("Hallo")


def at(chat: int, thread: int | None = None) -> Address:
    return Address("telegram", str(chat), str(thread) if thread else "")


async def test_sent_names_the_message(telegram: TelegramEmulator, platform: TelegramPlatform) -> None:
    chat = telegram.add_chat()
    outcome = await platform.send(at(chat), HELLO, "k")
    assert outcome == Sent(str(telegram.messages(chat)[0].message_id))


async def test_a_flood_waits_as_long_as_telegram_says(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    telegram.fault("flood", retry_after=43_837)
    assert await platform.send(at(chat), HELLO, "k") == RetryAfter(43_837)
    assert telegram.messages(chat) == []


async def test_a_flood_in_a_second_chat_is_the_whole_lanes(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    one, other = telegram.add_chat(), telegram.add_chat()
    telegram.fault("flood", retry_after=7, times=2)
    assert await platform.send(at(one), HELLO, "k") == RetryAfter(7)
    assert await platform.send(at(other), HELLO, "k") == RetryAfter(7, whole_lane=True)


def test_floods_of_different_chats_long_after_each_other_are_not_the_lanes() -> None:
    floods = Floods()
    floods.judge("1", RetryAfter(9), NOON)
    assert floods.judge("1", RetryAfter(9), NOON) == RetryAfter(9)
    assert floods.judge("2", RetryAfter(9), NOON + timedelta(seconds=3)) == RetryAfter(9)


async def test_a_429_without_a_time_stops_the_lane_briefly(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    telegram.fault("status", status=429, description="Too Many Requests (429)")
    assert await platform.send(at(telegram.add_chat()), HELLO, "k") == RetryAfter(5.0, whole_lane=True)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_fault_of_the_server_was_not_sent(
    telegram: TelegramEmulator, platform: TelegramPlatform, status: int
) -> None:
    telegram.fault("status", status=status)
    assert isinstance(await platform.send(at(telegram.add_chat()), HELLO, "k"), Transient)


async def test_a_server_that_is_not_there_was_not_sent(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    await telegram.stop()
    assert isinstance(await platform.send(at(chat), HELLO, "k"), Transient)


async def test_before_the_account_is_connected_nothing_was_sent(
    telegram: TelegramEmulator, start: Start
) -> None:
    await telegram.stop()
    platform = await start(connected=False)
    assert isinstance(await platform.send(at(1), HELLO, "k"), Transient)


async def test_a_connection_that_is_cut_after_the_request_leaves_it_unknown(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    telegram.fault("lost")
    assert isinstance(await platform.send(at(chat), HELLO, "k"), Unknown)
    assert len(telegram.messages(chat)) == 1
    telegram.fault("reset")
    assert isinstance(await platform.send(at(chat), HELLO, "k"), Unknown)
    assert len(telegram.messages(chat)) == 1


async def test_no_answer_in_time_leaves_it_unknown(telegram: TelegramEmulator, start: Start) -> None:
    platform = await start(answer_timeout=0.2)
    chat = telegram.add_chat()
    telegram.fault("delay", seconds=0.6)
    assert isinstance(await platform.send(at(chat), HELLO, "k"), Unknown)
    await telegram.wait_messages(chat, 1)


async def test_an_answer_that_is_no_json_leaves_it_unknown(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    telegram.fault("garbage")
    assert isinstance(await platform.send(at(telegram.add_chat()), HELLO, "k"), Unknown)


def test_a_gateway_that_gave_up_waiting_may_have_passed_it_on() -> None:
    assert isinstance(classify(ServerFault(504)), Unknown)


CLOSED: dict[str, tuple[str, Callable[[TelegramEmulator, int], None], str]] = {
    "blocked": ("private", lambda t, chat: t.block_bot(chat), "the bot was blocked by the user"),
    "account deleted": ("private", lambda t, chat: t.delete_chat(chat), "the account was deleted"),
    "kicked from a group": ("group", lambda t, chat: t.kick_bot(chat), "the bot was removed from the chat"),
    "kicked from a supergroup": (
        "supergroup",
        lambda t, chat: t.kick_bot(chat),
        "the bot was removed from the chat",
    ),
    "kicked from a channel": (
        "channel",
        lambda t, chat: t.kick_bot(chat),
        "the bot was removed from the chat",
    ),
    "left": (
        "supergroup",
        lambda t, chat: t.add_bot(chat, status="left"),
        "the bot is not a member of the chat",
    ),
    "group deleted": ("group", lambda t, chat: t.delete_chat(chat), "the chat was deleted"),
    "restricted": (
        "supergroup",
        lambda t, chat: t.restrict_bot(chat),
        "permission missing: sending text messages",
    ),
    "no right to post": (
        "channel",
        lambda t, chat: t.restrict_bot(chat),
        "permission missing: the bot must be an administrator of the channel",
    ),
}


@pytest.mark.parametrize("case", CLOSED)
async def test_a_chat_that_is_closed_to_us_is_gone_and_says_why(
    telegram: TelegramEmulator, platform: TelegramPlatform, case: str
) -> None:
    kind, act, reason = CLOSED[case]
    chat = telegram.add_chat(kind)  # type: ignore[arg-type]  # a key of the table above
    act(telegram, chat)
    assert await platform.send(at(chat), HELLO, "k") == Gone(reason)


async def test_an_unknown_chat_is_gone(telegram: TelegramEmulator, platform: TelegramPlatform) -> None:
    assert await platform.send(at(999_999), HELLO, "k") == Gone("the chat was not found")


async def test_a_topic_that_is_closed_or_deleted_is_gone(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    forum = telegram.add_chat("supergroup", forum=True)
    closed, deleted = telegram.add_topic(forum, "NAVO"), telegram.add_topic(forum, "Trump")
    telegram.close_topic(forum, closed)
    telegram.delete_topic(forum, deleted)
    assert await platform.send(at(forum, closed), HELLO, "k") == Gone("the topic is closed")
    assert await platform.send(at(forum, deleted), HELLO, "k") == Gone("the topic was deleted")


async def test_a_group_that_became_a_supergroup_has_moved(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    group = telegram.add_chat("group")
    new = telegram.migrate(group)
    assert await platform.send(at(group), HELLO, "k") == Moved(str(new))
    assert isinstance(await platform.send(at(new), HELLO, "k"), Sent)


@pytest.mark.parametrize(
    "description",
    [
        'Can\'t parse entities: Unsupported start tag "br" at byte offset 0',
        "Message is too long",
        "Something that nobody knows yet",
    ],
)
async def test_a_message_that_is_refused_as_it_is_is_malformed(
    telegram: TelegramEmulator, platform: TelegramPlatform, description: str
) -> None:
    telegram.fault("status", status=400, description=f"Bad Request: {description}")
    assert await platform.send(at(telegram.add_chat()), HELLO, "k") == Malformed(description.capitalize())


async def test_an_unknown_403_closes_the_chat_with_what_was_said(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    telegram.fault("status", status=403, description="Forbidden: something new")
    assert await platform.send(at(telegram.add_chat()), HELLO, "k") == Gone("Forbidden: something new")


async def test_a_revoked_token_takes_the_lane_down_and_is_never_named(
    telegram: TelegramEmulator, platform: TelegramPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    telegram.revoke_token()
    outcome = await platform.send(at(telegram.add_chat()), HELLO, "k")
    assert isinstance(outcome, LaneDown)
    assert telegram.token.split(":")[1] not in repr(outcome) + capsys.readouterr().out


def test_an_error_that_holds_the_token_is_described_without_it() -> None:
    assert "AAHdq" not in describe(InvalidToken("The token `110201543:AAHdq` was rejected"))
    assert describe(TelegramError("kort")) == "kort"


async def test_an_edit_of_a_message_that_is_gone_vanished(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    assert await platform.edit(at(chat), "77", HELLO) == Vanished("the message was deleted")


async def test_an_edit_that_changes_nothing_counts_as_sent(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    sent = await platform.send(at(chat), HELLO, "k")
    assert isinstance(sent, Sent)
    assert await platform.edit(at(chat), sent.message_id, HELLO) == sent
    assert not telegram.messages(chat)[0].edited


@pytest.mark.parametrize(("kind", "expected"), [("lost", Unknown), ("flood", RetryAfter)])
async def test_edits_are_classified_like_sends(
    telegram: TelegramEmulator, platform: TelegramPlatform, kind: str, expected: type[Outcome]
) -> None:
    chat = telegram.add_chat()
    await platform.send(at(chat), HELLO, "k")
    telegram.fault(kind, method="editMessageText")  # type: ignore[arg-type]  # one of faults.Kind
    message_id = str(telegram.messages(chat)[0].message_id)
    assert isinstance(await platform.edit(at(chat), message_id, say("Dag")), expected)


def test_an_error_of_no_known_kind_is_unknown() -> None:
    assert isinstance(classify(NetworkError("the answer was lost")), Unknown)
