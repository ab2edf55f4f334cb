"""What people write and press, through the emulator and the real client, to the hooks."""

from typing import Any

import pytest

from bot.chat.telegram import TelegramPlatform
from bot.domain.models import Address
from bot.ports import ChatEvent
from tests.chat.telegram.conftest import Heard, Start
from tests.emulators.telegram import TelegramEmulator

pytestmark = pytest.mark.usefixtures("platform")

USER = 42
SOMEBODY_ELSE: dict[str, Any] = {
    "forward_origin": {
        "type": "user",
        "date": 1,
        "sender_user": {"id": 9, "is_bot": False, "first_name": "Iemand"},
    }
}


def at(chat: int, thread: int | None = None) -> Address:
    return Address("telegram", str(chat), str(thread) if thread else "")


async def texts(telegram: TelegramEmulator, heard: Heard, chat: int) -> list[str]:
    """What was heard, once everything said so far was handled: marked by a last command."""
    telegram.user_says(chat, USER, "/start@heraut_bot done")
    await telegram.wait_text(chat, "done")
    return [command.text for command in heard.commands if command.text != "/start done"]


async def test_a_command_in_a_private_chat_comes_with_who_and_where(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    chat = telegram.add_chat(title="Jan Jansen")
    telegram.set_language(chat, "nl-NL")
    telegram.user_says(chat, chat, "/subscribe nato")
    await telegram.wait_messages(chat, 1)
    (asked,) = heard.commands
    assert (asked.address, asked.text, asked.user) == (at(chat), "/subscribe nato", str(chat))
    assert (asked.is_private, asked.is_admin, asked.reply_language) == (True, True, "nl")
    assert asked.chat_title == "Jan Jansen"


async def test_plain_words_and_unknown_commands_in_a_private_chat_are_passed_on(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    chat = telegram.add_chat()
    for text in ("hallo daar", "/onzin", "/start topic_rutte", "  /topics\u2060  "):
        telegram.user_says(chat, chat, text)
    assert await texts(telegram, heard, chat) == ["hallo daar", "/onzin", "/start topic_rutte", "/topics"]


async def test_in_a_group_only_our_commands_are_heard(telegram: TelegramEmulator, heard: Heard) -> None:
    group = telegram.add_chat("group")
    telegram.add_bot(group, status="administrator")
    for text in (
        "zomaar wat",
        "/onzin",
        "/topics@andere_bot",
        "/topics",
        "/TOPICS@Heraut_Bot nato",
        "/onzin@heraut_bot",
        "/topicsx",
    ):
        telegram.user_says(group, USER, text)
    assert await texts(telegram, heard, group) == ["/topics", "/TOPICS nato", "/onzin"]


async def test_an_administrator_of_a_group_may_change_it_and_a_member_may_not(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("supergroup", title="Redactie")
    telegram.set_admin(group, 1)
    telegram.user_says(group, 1, "/subscribe nato")
    telegram.user_says(group, 2, "/subscribe nato")
    await telegram.wait_messages(group, 2)
    assert [(asked.user, asked.is_admin) for asked in heard.commands] == [("1", True), ("2", False)]
    assert (heard.commands[0].chat_title, heard.commands[0].is_private) == ("Redactie", False)


async def test_rights_are_asked_for_commands_that_change_the_chat_and_no_others(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("supergroup")
    telegram.set_admin(group, 1)
    for text in ("/topics", "/subscribe nato", "/subscribe trump"):
        telegram.user_says(group, 1, text)
    await telegram.wait_messages(group, 3)
    assert [asked.is_admin for asked in heard.commands] == [False, True, True]
    assert [method for _, method, _ in telegram.requests].count("getChatMember") == 2


async def test_where_members_are_hidden_the_list_of_administrators_decides(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("supergroup")
    telegram.world.chats[group].hidden_members = True
    telegram.set_admin(group, 1)
    telegram.user_says(group, 1, "/subscribe nato")
    telegram.user_says(group, 2, "/subscribe nato")
    await telegram.wait_messages(group, 2)
    assert [asked.is_admin for asked in heard.commands] == [True, False]


async def test_who_can_not_be_checked_may_not_change_the_chat(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("supergroup")
    telegram.set_admin(group, 1)
    telegram.fault("status", method="getChatMember", status=500)
    telegram.user_says(group, 1, "/subscribe nato")
    await telegram.wait_messages(group, 1)
    telegram.user_says(group, 1, "/subscribe nato")
    await telegram.wait_messages(group, 2)
    assert [asked.is_admin for asked in heard.commands] == [False, True]


async def test_an_anonymous_administrator_may_change_the_group(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("supergroup")
    telegram.user_says(group, 1, "/subscribe nato", anonymous=True)
    await telegram.wait_messages(group, 1)
    assert (heard.commands[0].is_admin, heard.commands[0].user) == (True, str(group))


async def test_who_writes_as_another_channel_may_not_change_the_group(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("supergroup")
    other = {"id": -1_009_999, "type": "channel", "title": "Elders"}
    telegram.user_says(group, 136817688, "/subscribe nato", sender_chat=other)
    await telegram.wait_messages(group, 1)
    assert not heard.commands[0].is_admin


async def test_a_post_in_a_channel_is_an_administrators(telegram: TelegramEmulator, heard: Heard) -> None:
    channel = telegram.add_chat("channel", title="Het Nieuws")
    telegram.user_says(channel, 1, "/subscribe nato")
    await telegram.wait_messages(channel, 1)
    (asked,) = heard.commands
    assert (asked.address, asked.is_admin, asked.chat_title) == (at(channel), True, "Het Nieuws")
    assert not asked.is_private


async def test_a_topic_of_a_forum_is_a_thread_and_answered_there(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    forum = telegram.add_chat("supergroup", forum=True)
    thread = telegram.add_topic(forum, "NAVO")
    telegram.user_says(forum, USER, "/topics", thread=thread)
    (answer,) = await telegram.wait_messages(forum, 1)
    assert heard.commands[0].address == at(forum, thread)
    assert answer.thread == thread


async def test_a_chain_of_replies_is_not_a_topic(telegram: TelegramEmulator, heard: Heard) -> None:
    group = telegram.add_chat("supergroup")
    telegram.user_says(group, USER, "/topics", message_thread_id=17)
    await telegram.wait_messages(group, 1)
    assert heard.commands[0].address == at(group)


@pytest.mark.parametrize(
    "second_hand",
    [
        SOMEBODY_ELSE,
        {"is_automatic_forward": True, **SOMEBODY_ELSE},
        {"from": {"id": 9, "is_bot": True, "first_name": "Andere bot"}},
        {"via_bot": {"id": 9, "is_bot": True, "first_name": "Andere bot"}},
    ],
)
async def test_commands_that_nobody_gave_us_are_ignored(
    telegram: TelegramEmulator, heard: Heard, second_hand: dict[str, Any]
) -> None:
    group = telegram.add_chat("supergroup")
    telegram.user_says(group, USER, "/topics", **second_hand)
    assert await texts(telegram, heard, group) == []


async def test_edited_messages_are_not_heard(telegram: TelegramEmulator, heard: Heard) -> None:
    chat = telegram.add_chat()
    message = telegram.world.message_json(telegram.world.chats[chat], 5, "/topics", None)
    telegram.world.push("edited_message", {**message, "from": telegram.world.user_json(chat), "edit_date": 2})
    assert await texts(telegram, heard, chat) == []


async def test_all_that_telegram_lets_people_write_is_read_and_no_more(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    chat = telegram.add_chat()
    for length in (4096, 9000):
        telegram.user_says(chat, chat, "/topics ".ljust(length, "x"))
    await telegram.wait_messages(chat, 2)
    assert [len(asked.text) for asked in heard.commands] == [4096, 4096]


async def test_updates_that_can_not_be_read_stop_nothing(telegram: TelegramEmulator, heard: Heard) -> None:
    chat = telegram.add_chat()
    telegram.world.push("message", {"chat": "onzin", "date": []})
    telegram.world.push("my_chat_member", {})
    telegram.world.push("callback_query", {"id": 1})
    telegram.user_says(chat, chat, "/topics")
    await telegram.wait_messages(chat, 1)


# --- what happens to chats


async def test_being_added_removed_and_added_again_is_told(telegram: TelegramEmulator, heard: Heard) -> None:
    group = telegram.add_chat("group", title="Redactie")
    telegram.kick_bot(group)
    assert await heard.event() == ChatEvent(at(group), "gone", "the bot was removed from the chat")
    telegram.add_bot(group)
    assert await heard.event() == ChatEvent(at(group), "joined", "Redactie")


async def test_being_blocked_and_unblocked_is_told(telegram: TelegramEmulator, heard: Heard) -> None:
    chat = telegram.add_chat(title="Jan")
    telegram.block_bot(chat)
    assert await heard.event() == ChatEvent(at(chat), "gone", "the bot was blocked by the user")
    telegram.unblock_bot(chat)
    assert await heard.event() == ChatEvent(at(chat), "joined", "Jan")


async def test_losing_and_regaining_the_right_to_write_is_told(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    channel, group = telegram.add_chat("channel", title="Nieuws"), telegram.add_chat("supergroup")
    telegram.restrict_bot(channel)
    assert await heard.event() == ChatEvent(at(channel), "gone", "permission missing: posting messages")
    telegram.add_bot(channel, status="administrator")
    assert await heard.event() == ChatEvent(at(channel), "joined", "Nieuws")
    telegram.restrict_bot(group)
    assert await heard.event() == ChatEvent(at(group), "gone", "permission missing: sending messages")


async def test_being_made_an_administrator_of_a_group_changes_nothing(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("supergroup")
    telegram.add_bot(group, status="administrator")
    assert await texts(telegram, heard, group) == []
    assert heard.events == []


async def test_a_group_that_becomes_a_supergroup_is_told_with_its_new_id(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    group = telegram.add_chat("group")
    new = telegram.migrate(group)
    assert await heard.event() == ChatEvent(at(group), "moved", str(new))
    assert await texts(telegram, heard, new) == []
    assert len(heard.events) == 1


async def test_commands_of_one_chat_are_handled_in_order(
    telegram: TelegramEmulator, heard: Heard, start: Start, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    for number in range(30):
        telegram.user_says(chat, chat, f"/topics {number}")
    await telegram.wait_messages(chat, 30)
    assert [asked.text for asked in heard.commands] == [f"/topics {number}" for number in range(30)]


async def test_a_thumb_down_is_heard_and_other_reactions_are_not(
    telegram: TelegramEmulator, heard: Heard
) -> None:
    chat, group = telegram.add_chat(), telegram.add_chat("supergroup")
    forum = telegram.add_chat("supergroup", forum=True)
    for each in (group, forum):
        telegram.add_bot(each, status="administrator")
        telegram.set_admin(each, USER)
    telegram.react(chat, 7, chat)
    telegram.react(chat, 7, chat, "👍")
    telegram.react(chat, 7, chat, "", before="👎")
    telegram.react(group, 8, USER)
    telegram.react(group, 8, USER + 1)
    telegram.react(forum, 9, USER)
    telegram.react(telegram.add_chat("supergroup"), 10, USER)
    await telegram.wait_text(group, "heard")
    telegram.user_says(chat, chat, "/start done")
    await telegram.wait_text(chat, "done")
    asked = sorted(each.text for each in heard.commands if "less" in each.text)
    assert asked == ["/less m7", "/less m8"]
    assert telegram.messages(forum) == []
