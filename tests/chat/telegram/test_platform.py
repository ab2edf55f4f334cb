from bot.chat.telegram import TelegramPlatform
from bot.domain.messages import Button, say
from bot.domain.models import Address, Sent
from tests.chat.telegram.conftest import Heard
from tests.emulators.telegram import TelegramEmulator


async def test_a_command_is_answered_in_its_chat(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat, other = telegram.add_chat(), telegram.add_chat()
    telegram.user_says(chat, chat, "/topics")
    (answer,) = await telegram.wait_messages(chat, 1)
    assert answer.text == "heard /topics"
    assert telegram.messages(other) == []


async def test_a_sent_message_can_be_edited(telegram: TelegramEmulator, platform: TelegramPlatform) -> None:
    chat = telegram.add_chat("channel")
    address = Address("telegram", str(chat))
    sent = await platform.send(address, say("eerst", buttons=[[Button("Meer", "/topics")]]), "k")
    assert isinstance(sent, Sent)
    assert isinstance(await platform.edit(address, sent.message_id, say("daarna")), Sent)
    (message,) = telegram.messages(chat)
    assert (message.text, message.edits, message.buttons) == ("daarna", ["eerst"], [])


async def test_a_pressed_button_edits_its_menu(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = telegram.add_chat()
    menu = say("Wat wilt u volgen?", buttons=[[Button("NAVO", "/subscribe nato")]])
    heard.answers = lambda asked: menu if asked.text == "/topics" else say("U volgt de NAVO.")
    telegram.user_says(chat, chat, "/topics")
    await telegram.wait_messages(chat, 1)
    telegram.press(chat, "NAVO")
    message = await telegram.wait_text(chat, "U volgt")
    assert message.edits == ["Wat wilt u volgen?"]
    assert heard.commands[-1].text == "/subscribe nato"
