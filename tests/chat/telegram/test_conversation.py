from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.telegram import TelegramPlatform
from bot.domain.messages import AlertCard, Button, Message, say
from bot.domain.models import Address
from bot.ports import ChatEvent
from tests.chat.telegram.conftest import Heard, Start
from tests.emulators.telegram import TelegramEmulator
from tests.support.clock import NOON

pytestmark = pytest.mark.slow

MENU = say("Wat wilt u volgen?", buttons=[[Button("NAVO", "/subscribe nato"), Button("Klaar", "/topics")]])
ALERT = Message(
    card=AlertCard(
        title="NAVO-landen bijeen",
        url="https://nieuws.example/1",
        outlet="De Morgenster",
        published=NOON - timedelta(minutes=5),
        summary="",
        topics=("nato",),
        language="nl",
    ),
    buttons=((Button("Demp", "/topics 12"),),),
)


def at(chat: int) -> Address:
    return Address("telegram", str(chat))


async def shown(telegram: TelegramEmulator, platform: TelegramPlatform, kind: str, message: Message) -> int:
    """A chat in which the bot has sent a message."""
    chat = telegram.add_chat(kind)  # type: ignore[arg-type]  # a kind of chat
    await platform.send(at(chat), message, "k")
    return chat


async def test_the_answer_to_a_pressed_button_replaces_its_menu(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = await shown(telegram, platform, "private", MENU)
    stop = [[Button("Stop", "/unsubscribe nato")]]
    heard.answers = lambda asked: say("U volgt de NAVO.", buttons=stop, in_place=True)
    telegram.press(chat, "NAVO")
    message = await telegram.wait_text(chat, "U volgt")
    assert len(telegram.messages(chat)) == 1
    assert [button.label for button in message.buttons] == ["Stop"]
    assert await telegram.wait_callback_answers(1) == [{"user": chat, "text": "", "alert": False}]
    assert (heard.commands[0].text, heard.commands[0].is_admin) == ("/subscribe nato", True)


async def test_an_answer_that_asks_for_no_place_stands_below_the_menu(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = await shown(telegram, platform, "private", MENU)
    heard.answers = lambda asked: say("Het laatste nieuws: " + "geen. " * 50)
    telegram.press(chat, "NAVO")
    await telegram.wait_messages(chat, 2)
    assert not telegram.messages(chat)[0].edited


async def test_an_answer_that_asks_for_the_place_of_an_alert_does_not_get_it(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = await shown(telegram, platform, "private", ALERT)
    heard.answers = lambda asked: say("Gedempt.", buttons=[[Button("Toch niet", "/topics")]], in_place=True)
    telegram.press(chat, "Demp")
    await telegram.wait_messages(chat, 2)
    assert not telegram.messages(chat)[0].edited


async def test_short_words_for_one_person_pop_up_and_leave_the_menu(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    group = await shown(telegram, platform, "supergroup", MENU)
    heard.answers = lambda asked: say("Dat mogen alleen beheerders.", private=True)
    telegram.press(group, "NAVO", user=7)
    (answer,) = await telegram.wait_callback_answers(1)
    assert answer == {"user": 7, "text": "Dat mogen alleen beheerders.", "alert": True}
    assert [(m.text, m.edited) for m in telegram.messages(group)] == [("Wat wilt u volgen?", False)]


async def test_an_alert_stays_when_its_button_is_pressed(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    channel = await shown(telegram, platform, "channel", ALERT)
    heard.answers = lambda asked: say("Gedempt.")
    telegram.press(channel, "Demp", user=7)
    (answer,) = await telegram.wait_callback_answers(1)
    assert (answer["text"], heard.commands[0].text) == ("Gedempt.", "/topics 12")
    assert not telegram.messages(channel)[0].edited


async def test_a_way_back_is_left_out_rather_than_told_to_a_whole_channel(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    channel = await shown(telegram, platform, "channel", ALERT)
    heard.answers = lambda asked: say("Gedempt.", buttons=[[Button("Toch niet", "/topics")]], private=True)
    telegram.press(channel, "Demp", user=7)
    (answer,) = await telegram.wait_callback_answers(1)
    assert answer["text"] == "Gedempt."
    assert len(telegram.messages(channel)) == 1


async def test_a_long_answer_to_a_button_under_an_alert_comes_as_a_message(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = await shown(telegram, platform, "private", ALERT)
    heard.answers = lambda asked: say("Uitleg " * 60)
    telegram.press(chat, "Demp")
    await telegram.wait_messages(chat, 2)
    assert not telegram.messages(chat)[0].edited


@pytest.mark.parametrize("kind", ["supergroup", "channel"])
async def test_who_presses_a_button_in_a_group_or_channel_is_checked(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard, kind: str
) -> None:
    chat = await shown(telegram, platform, kind, MENU)
    heard.answers = lambda asked: replace(MENU, lines=((f"{asked.user} {asked.is_admin}",),), in_place=True)
    telegram.set_admin(chat, 1)
    telegram.press(chat, "NAVO", user=1)
    await telegram.wait_text(chat, "1 True")
    telegram.press(chat, "NAVO", user=2)
    await telegram.wait_text(chat, "2 False")


async def test_a_button_in_a_topic_is_answered_there(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    forum = telegram.add_chat("supergroup", forum=True)
    thread = telegram.add_topic(forum, "NAVO")
    await platform.send(Address("telegram", str(forum), str(thread)), MENU, "k")
    telegram.press(forum, "Klaar", user=3)
    await telegram.wait_text(forum, "heard /topics")
    assert heard.commands[0].address == Address("telegram", str(forum), str(thread))


async def test_a_menu_that_was_deleted_meanwhile_is_answered_below(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = await shown(telegram, platform, "private", MENU)
    telegram.press(chat, "Klaar")
    telegram.delete_message(chat, telegram.messages(chat)[0].message_id)
    (message,) = await telegram.wait_messages(chat, 1)
    assert message.text == "heard /topics"


async def test_a_press_that_is_too_old_is_still_carried_out(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = await shown(telegram, platform, "private", MENU)
    telegram.press(chat, "Klaar")
    telegram.world.queries.clear()
    await telegram.wait_text(chat, "heard /topics")


async def test_a_press_that_means_nothing_to_us_is_ended(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    query = {"id": "q", "from": telegram.world.user_json(1), "chat_instance": "1", "game_short_name": "x"}
    telegram.world.queries["q"] = query
    telegram.world.push("callback_query", query)
    await telegram.wait_callback_answers(1)
    assert heard.commands == []


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_an_answer_waits_out_a_flood(telegram: TelegramEmulator, platform: TelegramPlatform) -> None:
    chat = telegram.add_chat()
    telegram.fault("flood", retry_after=1)
    telegram.user_says(chat, chat, "/topics")
    assert len(await telegram.wait_messages(chat, 1)) == 1


async def test_an_answer_that_surely_was_not_sent_is_sent_again(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    telegram.fault("status", status=502)
    telegram.user_says(chat, chat, "/topics")
    assert len(await telegram.wait_messages(chat, 1)) == 1


async def test_an_answer_that_may_have_been_sent_is_not_sent_twice(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    telegram.fault("lost")
    telegram.user_says(chat, chat, "/topics een")
    telegram.user_says(chat, chat, "/topics twee")
    await telegram.wait_text(chat, "twee")
    assert [message.text for message in telegram.messages(chat)] == [
        "heard /topics een",
        "heard /topics twee",
    ]


async def test_an_answer_follows_a_group_that_moves_meanwhile(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    group = telegram.add_chat("group")
    moved: list[int] = []

    def answer_late(asked: object) -> Message:
        moved.append(telegram.migrate(group))
        return say("Daar ben ik.")

    heard.answers = answer_late
    telegram.user_says(group, 1, "/topics")
    assert await telegram.world.until(lambda: bool(moved), 10)
    await telegram.wait_text(moved[0], "Daar ben ik.")
    assert ChatEvent(at(group), "moved", str(moved[0])) in heard.events


async def test_an_answer_whose_markup_is_refused_is_sent_plainly(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = telegram.add_chat()
    heard.answers = lambda asked: MENU
    telegram.fault("status", status=400, description="Bad Request: BUTTON_TYPE_INVALID")
    telegram.user_says(chat, chat, "/topics")
    (message,) = await telegram.wait_messages(chat, 1)
    assert (message.text, message.buttons) == ("Wat wilt u volgen?", [])


async def test_a_command_that_fails_stops_nobody_else(
    telegram: TelegramEmulator, start: Start, heard: Heard
) -> None:
    await start()
    one, other = telegram.add_chat(), telegram.add_chat()

    def fail_for_one(asked: object) -> Message:
        if getattr(asked, "address", None) == at(one):
            raise RuntimeError("kapot")
        return say("werkt")

    heard.answers = fail_for_one
    telegram.user_says(one, one, "/topics")
    telegram.user_says(other, other, "/topics")
    await telegram.wait_text(other, "werkt")
    assert telegram.messages(one) == []
