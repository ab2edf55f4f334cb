"""The web chat as a platform."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.webchat import OWNER, VISITOR, WebChatPlatform
from bot.domain.messagecodec import from_json
from bot.domain.messages import Message, say
from bot.domain.models import Address, Gone, Sent, Vanished
from bot.domain.rooms import Author
from bot.ports import ChatPlatform, Hooks
from bot.services.rooms import Rooms
from bot.store.database import Database
from tests.support.clock import StoppedClock
from tests.support.databases import prepare
from tests.support.site import COMMANDS, ROOMS, SmallBot, alert

ATLANTIC = Address("web", "atlantic")


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncIterator[Rooms]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/web.sqlite3")
    await prepare(database)
    yield Rooms(database, StoppedClock(), ROOMS)
    await database.close()


@pytest.fixture
def bot() -> SmallBot:
    return SmallBot()


@pytest.fixture
def web(rooms: Rooms, bot: SmallBot) -> WebChatPlatform:
    return WebChatPlatform(rooms, Hooks(bot.receive, bot.suggest, bot.observe, COMMANDS))


async def lines(rooms: Rooms, room: str = "atlantic") -> list[tuple[Author, str | Message]]:
    posts = (await rooms.history(room)).posts
    return [(post.author, from_json(post.body) if post.author is Author.BOT else post.body) for post in posts]


def test_it_is_a_chat_platform(web: WebChatPlatform) -> None:
    platform: ChatPlatform = web
    assert (platform.name, platform.lane) == ("web", "web")


async def test_a_message_is_sent_once_per_key(web: WebChatPlatform, rooms: Rooms) -> None:
    message = Message(card=alert(), language="nl")
    first = await web.send(ATLANTIC, message, "delivery-1")
    assert isinstance(first, Sent)
    assert await web.send(ATLANTIC, message, "delivery-1") == first
    assert await lines(rooms) == [(Author.BOT, message)]


async def test_a_message_to_a_room_that_does_not_exist_finds_the_chat_gone(
    web: WebChatPlatform, rooms: Rooms
) -> None:
    assert isinstance(await web.send(Address("web", "nowhere"), say("x"), "1"), Gone)
    assert await lines(rooms, "nowhere") == []


async def test_an_edit_replaces_the_message(web: WebChatPlatform, rooms: Rooms) -> None:
    sent = await web.send(ATLANTIC, Message(card=alert("Oud")), "1")
    assert isinstance(sent, Sent)
    assert await web.edit(ATLANTIC, sent.message_id, Message(card=alert("Nieuw"))) == sent
    assert await lines(rooms) == [(Author.BOT, Message(card=alert("Nieuw")))]


@pytest.mark.parametrize("message_id", ["", "12", "onzin", "1;drop"])
async def test_an_edit_of_a_message_that_is_not_there_says_it_vanished(
    web: WebChatPlatform, message_id: str
) -> None:
    assert isinstance(await web.edit(ATLANTIC, message_id, say("x")), Vanished)


async def test_what_a_person_says_is_shown_carried_out_and_answered(
    web: WebChatPlatform, rooms: Rooms, bot: SmallBot
) -> None:
    await web.say("atlantic", "/status", "nl", owner=True)
    assert await lines(rooms) == [(Author.USER, "/status"), (Author.BOT, say("Gehoord: /status"))]
    [said] = bot.heard
    assert (said.address, said.text, said.reply_language) == (ATLANTIC, "/status", "nl")
    assert (said.chat_title, said.is_private, said.is_admin, said.user) == ("atlantic", False, True, OWNER)


async def test_the_direct_room_is_a_private_chat(web: WebChatPlatform, bot: SmallBot) -> None:
    await web.say("heraut", "/status")
    assert bot.heard[0].is_private


async def test_a_line_that_is_sent_again_is_not_carried_out_again(
    web: WebChatPlatform, rooms: Rooms, bot: SmallBot
) -> None:
    await asyncio.gather(*(web.say("atlantic", "/status", key="k1") for _ in range(5)))
    assert len(bot.heard) == 1
    assert len(await lines(rooms)) == 2


async def answered(message: Message) -> Message:
    return message


def pressable(rooms: Rooms, bot: SmallBot, answer: Message) -> WebChatPlatform:
    return WebChatPlatform(rooms, Hooks(lambda said: answered(answer), bot.suggest, bot.observe, COMMANDS))


async def test_a_pressed_button_is_answered_in_the_place_of_its_menu(rooms: Rooms, bot: SmallBot) -> None:
    web = pressable(rooms, bot, say("Gekozen", in_place=True))
    menu = await rooms.post("atlantic", say("Kies"), "menu")
    await web.say("atlantic", "/pick nato", key="k1", pressed=menu)
    assert await lines(rooms) == [(Author.BOT, say("Gekozen", in_place=True))]


@pytest.mark.parametrize("pressed", ["alert", "99", "0", "onzin"])
async def test_what_is_no_menu_is_never_replaced(rooms: Rooms, bot: SmallBot, pressed: str) -> None:
    web = pressable(rooms, bot, say("Gekozen", in_place=True))
    shown = await rooms.post("atlantic", Message(card=alert()), "alert")
    await web.say("atlantic", "/pick nato", key="k1", pressed=shown if pressed == "alert" else pressed)
    assert (await lines(rooms))[0] == (Author.BOT, Message(card=alert()))
    assert len(await lines(rooms)) == 3


async def test_a_button_that_is_pressed_again_with_the_same_key_counts_once(
    web: WebChatPlatform, rooms: Rooms, bot: SmallBot
) -> None:
    menu = await rooms.post("atlantic", say("Kies"), "menu")
    await asyncio.gather(*(web.say("atlantic", "/status", key="k1", pressed=menu) for _ in range(5)))
    assert len(bot.heard) == 1


async def test_nobody_can_speak_in_a_room_that_does_not_exist(web: WebChatPlatform) -> None:
    with pytest.raises(KeyError):
        await web.say("nowhere", "/status")


async def test_arguments_are_completed_for_the_room(web: WebChatPlatform) -> None:
    assert await web.suggest("atlantic", "subscribe", "ru") == [("rutte", "Mark Rutte")]


async def test_running_means_waiting_to_be_cancelled(web: WebChatPlatform) -> None:
    running = asyncio.create_task(web.run())
    await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_who_is_not_recognised_is_a_visitor_who_changes_nothing(
    web: WebChatPlatform, bot: SmallBot
) -> None:
    await web.say("heraut", "/status")
    [said] = bot.heard
    assert (said.user, said.is_admin) == (VISITOR, False)
