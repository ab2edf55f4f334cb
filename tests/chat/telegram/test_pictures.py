"""Pictures on Telegram: a photo with a caption, or words where that cannot be."""

import pytest

from bot.chat.telegram import TelegramPlatform
from bot.domain.messages import Button, say
from bot.domain.models import Address, Sent
from tests.chat.telegram.conftest import Heard
from tests.emulators.telegram import TelegramEmulator
from tests.support.pictures import ALT, with_picture


def at(chat: int) -> Address:
    return Address("telegram", str(chat))


async def test_a_message_with_a_picture_is_a_photo_with_a_caption(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat("private")
    assert isinstance(await platform.send(at(chat), with_picture(), "k"), Sent)
    (message,) = telegram.messages(chat)
    assert (message.photo, message.text) == ("trend.png", "De NAVO in het nieuws")


async def test_a_caption_that_is_too_long_is_cut_and_the_photo_stays(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat("private")
    await platform.send(at(chat), with_picture(text="woord " * 400), "k")
    (message,) = telegram.messages(chat)
    assert message.photo == "trend.png"
    assert len(message.text) <= 1024


@pytest.mark.parametrize("data", [b"not a picture", b"<svg/>"])
async def test_a_picture_that_is_refused_is_told_in_words(
    telegram: TelegramEmulator, platform: TelegramPlatform, data: bytes
) -> None:
    chat = telegram.add_chat("private")
    assert isinstance(await platform.send(at(chat), with_picture(data), "k"), Sent)
    (message,) = telegram.messages(chat)
    assert (message.photo, message.text) == ("", f"De NAVO in het nieuws\n{ALT}")


async def test_where_photos_are_forbidden_the_words_arrive(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat("supergroup")
    refusal = "Bad Request: not enough rights to send photos to the chat"
    telegram.fault("status", method="sendPhoto", status=400, description=refusal)
    await platform.send(at(chat), with_picture(), "k")
    assert [(message.photo, ALT in message.text) for message in telegram.messages(chat)] == [("", True)]


async def test_the_answer_to_a_button_with_a_picture_stands_below_its_menu(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = telegram.add_chat("private")
    await platform.send(at(chat), say("Kies", buttons=[[Button("Trend", "/trend nato")]]), "k")
    heard.answers = lambda asked: with_picture()
    telegram.press(chat, "Trend")
    menu, answer = await telegram.wait_messages(chat, 2)
    assert (menu.text, menu.edited, answer.photo) == ("Kies", False, "trend.png")
