"""What a chat has set, as people see and change it on every platform, through its real client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.chat.console import rendered
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform
from bot.chat.webchat import WebChatPlatform
from bot.domain.messagecodec import from_json
from bot.domain.messages import Message
from bot.domain.models import Address
from bot.domain.rooms import Author, Room
from bot.ports import Hooks, Inbound
from bot.services.rooms import Rooms
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support.discordbot import connected, stop
from tests.support.newsroom import Newsroom

LANES = {name: f"{name}:1" for name in ("telegram", "discord", "paper")} | {"web": "web"}

Says = Callable[[str], Awaitable[str]]
"""What a person types, and the answer as they read it."""


@dataclass
class Desk:
    """The real router behind a platform."""

    hooks: Hooks


def desk_of(room: Newsroom) -> Desk:
    router = Router(room.manager, room.sources, room.clock, LANES, cases=room.cases)
    return Desk(Hooks(router.receive, router.suggest, router.observe, router.specs))


@asynccontextmanager
async def on_telegram(desk: Desk) -> AsyncIterator[Says]:
    async with TelegramEmulator() as telegram:
        platform = TelegramPlatform(telegram.token, desk.hooks, api_base_url=telegram.url, first_pause=0.05)
        running = asyncio.create_task(platform.run())
        assert await telegram.world.until(
            lambda: ("all_chat_administrators", "nl") in telegram.methods.commands, 30
        )
        chat = telegram.add_chat()
        telegram.set_language(chat, "en")

        async def says(text: str) -> str:
            before = len(telegram.messages(chat))
            telegram.user_says(chat, chat, text)
            return (await telegram.wait_messages(chat, before + 1, 30))[-1].text

        try:
            yield says
        finally:
            await stop(running)


@asynccontextmanager
async def on_discord(desk: Desk) -> AsyncIterator[Says]:
    async with DiscordEmulator() as discord, connected(discord, desk):  # type: ignore[arg-type]  # only its hooks
        channel = await discord.add_channel(discord.add_guild("Redactie"), "nieuws")

        async def says(text: str) -> str:
            name, _, argument = text.removeprefix("/").partition(" ")
            return (await discord.slash(channel, "anna", name, argument or None, admin=True)).text

        yield says


@asynccontextmanager
async def on_the_web(desk: Desk, room: Newsroom) -> AsyncIterator[Says]:
    rooms = Rooms(room.database, room.clock, [Room("heraut", "Heraut", direct=True)])
    web = WebChatPlatform(rooms, desk.hooks)

    async def says(text: str) -> str:
        await web.say("heraut", text, owner=True)
        post = (await rooms.history("heraut")).posts[-1]
        assert post.author is Author.BOT
        return rendered(from_json(post.body)).plain

    yield says


@pytest.fixture(params=["telegram", "discord", "web"])
async def says(request: pytest.FixtureRequest, room: Newsroom) -> AsyncIterator[Says]:
    desk = desk_of(room)
    wires = {
        "telegram": lambda: on_telegram(desk),
        "discord": lambda: on_discord(desk),
        "web": lambda: on_the_web(desk, room),
    }
    async with wires[request.param]() as wire:
        yield wire


async def test_the_language_is_shown_and_set(says: Says) -> None:
    assert "addressed in English" in await says("/language")
    assert "spreek ik hier Nederlands" in await says("/language Nederlands")
    assert "spreek ik Nederlands" in await says("/language")
    assert "Wat je kunt zeggen" in await says("/help")
    assert "I speak English" in await says("/language en")


async def test_a_language_that_nobody_here_speaks_is_refused_with_those_there_are(says: Says) -> None:
    answer = await says("/language Klingon")
    assert "Klingon" in answer
    assert "English, Nederlands" in answer


async def test_the_timezone_is_shown_and_set(says: Says) -> None:
    assert "Europe/Amsterdam" in await says("/timezone")
    assert "America/New_York" in await says("/timezone america/new york")
    assert "America/New_York" in await says("/timezone")


async def test_a_timezone_that_is_none_gets_an_example(says: Says) -> None:
    answer = await says("/timezone Atlantis")
    assert "Atlantis" in answer
    assert "Write it as Europe/Amsterdam" in answer


async def test_all_settings_stand_in_one_message(says: Says) -> None:
    await says("/quiet 23:00-07:00")
    await says("/limit 1")
    await says("/language nl")
    answer = await says("/settings")
    for part in (
        "Nederlands",
        "Europe/Amsterdam",
        "23:00-07:00",
        "Geen overzicht",
        "Hooguit 1 melding per uur",
    ):
        assert part in answer


async def test_sound_and_preview_are_shown_and_set(says: Says) -> None:
    assert "with a sound" in await says("/sound")
    assert "without a sound, except breaking" in await says("/sound off")
    assert "write /sound on" in (await says("/sound loud")).replace("Write", "write")
    assert "picture stands under" in await says("/preview")
    assert "page is previewed" in await says("/preview page")
    assert "picture, page or off" in await says("/preview hologram")
    settings = await says("/settings")
    assert "without a sound" in settings
    assert "page is previewed" in settings


async def test_a_server_is_addressed_in_the_language_it_chose(room: Newsroom) -> None:
    async with DiscordEmulator() as discord, connected(discord, desk_of(room)):  # type: ignore[arg-type]  # only its hooks
        channel = await discord.add_channel(discord.add_guild("Redactie", "nl"), "nieuws")
        assert "Vink aan wat je wilt volgen" in (await discord.slash(channel, "anna", "start")).text


async def test_telegrams_menu_is_there_in_every_language(room: Newsroom) -> None:
    desk = desk_of(room)
    async with TelegramEmulator() as telegram:
        platform = TelegramPlatform(telegram.token, desk.hooks, api_base_url=telegram.url)
        running = asyncio.create_task(platform.run())
        menus = telegram.methods.commands
        assert await telegram.world.until(lambda: ("all_chat_administrators", "nl") in menus, 30)
        await stop(running)
    about = {
        language: next(
            each["description"] for each in menus["all_private_chats", language] if each["command"] == "about"
        )
        for language in ("", "nl")
    }
    assert about == {"": "What Heraut is", "nl": "Wat Heraut is"}
    assert "subscribe" not in {each["command"] for each in menus["all_group_chats", "nl"]}


# --- what needs no platform


@pytest.fixture
def router(room: Newsroom) -> Router:
    return Router(room.manager, room.sources, room.clock, LANES, cases=room.cases)


async def ask(router: Router, text: str, language: str = "en", *, admin: bool = True) -> Message:
    said = Inbound(
        Address("paper", "anna"), text, "u1", is_private=admin, is_admin=admin, reply_language=language
    )
    return await router.receive(said)


def words(message: Message) -> str:
    return rendered(message).plain


async def test_a_new_chat_is_answered_in_the_language_of_whoever_speaks_first(router: Router) -> None:
    answer = await ask(router, "/start", "nl")
    assert answer.language == "nl"
    assert "Vink aan wat je wilt volgen" in words(answer)


async def test_a_chat_keeps_its_language_whoever_speaks(router: Router) -> None:
    await ask(router, "/subscribe nato", "nl")
    assert "volgt NAVO al" in words(await ask(router, "/subscribe nato", "en"))


async def test_a_language_that_we_lack_is_answered_in_english(router: Router) -> None:
    assert "Tick what to follow" in words(await ask(router, "/start", "fy"))


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/subscribe ruttte", "Er is geen onderwerp “ruttte”."),
        ("/subscribe (schepen AND oostzee", "Deze ( wordt nergens gesloten: “"),
        ("/quiet soon", "“soon” kan ik niet lezen."),
        ("/why nos", "Welk artikel?"),
        ("/nonsense-xyzzy", "Er is geen opdracht /nonsense-xyzzy. Zie /help."),
        ("hallo", "Ik ken alleen opdrachten."),
    ],
)
async def test_what_goes_wrong_is_said_in_the_language_of_the_chat(
    router: Router, line: str, answer: str
) -> None:
    assert answer in words(await ask(router, line, "nl"))


async def test_only_admins_change_the_settings_of_a_group(router: Router) -> None:
    for line in ("/language nl", "/timezone UTC"):
        assert "Only the administrators" in words(await ask(router, line, admin=False))
    assert "addressed in English" in words(await ask(router, "/language", admin=False))


async def test_languages_and_timezones_are_completed(router: Router) -> None:
    here = Address("paper", "anna")
    assert await router.suggest("language", "ned", here) == [("nl", "Nederlands")]
    zones = await router.suggest("timezone", "amst", here)
    assert ("Europe/Amsterdam", "Europe/Amsterdam") in zones
    assert zones[0] == ("Europe/Amsterdam", "Europe/Amsterdam")
    assert len(await router.suggest("timezone", "e", here)) == 25
    assert await router.suggest("timezone", "xyzzy", here) == []


async def test_every_button_of_the_settings_leads_to_a_command(router: Router) -> None:
    message = await ask(router, "/settings")
    actions = [button.action for row in message.buttons for button in row]
    assert len(actions) == 8
    for action in actions:
        assert "There is no command" not in words(await ask(router, action))
