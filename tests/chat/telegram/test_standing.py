"""Where a person and the bot stand in another chat, asked of the emulated Bot API."""

import pytest

from bot.chat.telegram import TelegramPlatform
from bot.chat.telegram.standing import chat_named
from bot.domain.models import Address
from bot.ports import Standing
from tests.emulators.telegram import TelegramEmulator

ANNA = 42


@pytest.fixture
def channel(telegram: TelegramEmulator) -> int:
    """A channel with a public name in which the bot and Anna are administrators."""
    channel = telegram.add_chat("channel", title="Havennieuws")
    telegram.name_chat(channel, "havennieuws")
    telegram.set_admin(channel, ANNA)
    return channel


@pytest.mark.parametrize("text", ["@nieuws_nl", "https://t.me/nieuws_nl", "t.me/nieuws_nl/", " @nieuws_nl "])
def test_a_public_chat_is_named_by_its_name_or_link(text: str) -> None:
    assert chat_named(text) == "@nieuws_nl"


def test_a_chat_without_a_name_is_named_by_its_id() -> None:
    assert chat_named("-1001234567890") == -1001234567890


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "nieuws",
        "42",
        "-",
        "-1.5",
        "@ab",
        "@nieuws nl",
        "https://evil.example/nieuws",
        "-" + "9" * 99,
    ],
)
def test_what_names_no_group_or_channel_is_not_asked_for(text: str) -> None:
    assert chat_named(text) is None


@pytest.mark.parametrize("by", ["name", "id"])
async def test_an_administrator_of_a_channel_with_the_bot_may_manage_it(
    telegram: TelegramEmulator, platform: TelegramPlatform, channel: int, by: str
) -> None:
    name = "@HavenNieuws" if by == "name" else str(channel)
    here = Address("telegram", str(channel))
    assert await platform.standing(name, str(ANNA)) == Standing(here, "Havennieuws", is_admin=True)
    assert await platform.standing(name, "43") == Standing(here, "Havennieuws", is_admin=False)


async def test_a_right_that_was_taken_away_is_noticed_at_once(
    telegram: TelegramEmulator, platform: TelegramPlatform, channel: int
) -> None:
    assert await platform.standing(str(channel), str(ANNA))
    telegram.set_admin(channel, ANNA, admin=False)
    found = await platform.standing(str(channel), str(ANNA))
    assert found
    assert not found.is_admin


async def test_a_channel_without_the_bot_says_what_the_bot_lacks(
    telegram: TelegramEmulator, platform: TelegramPlatform, channel: int
) -> None:
    telegram.kick_bot(channel)
    found = await platform.standing("@havennieuws", str(ANNA))
    assert found
    assert (found.is_admin, "must be an administrator" in found.cannot) == (False, True)


async def test_a_bot_that_may_not_post_says_so(
    telegram: TelegramEmulator, platform: TelegramPlatform, channel: int
) -> None:
    telegram.restrict_bot(channel)
    found = await platform.standing("@havennieuws", str(ANNA))
    assert found
    assert found.cannot == "permission missing: posting messages"


@pytest.mark.parametrize("name", ["@nobody_here", "-1009999", "onzin"])
async def test_what_is_not_there_has_no_standing(platform: TelegramPlatform, name: str) -> None:
    assert await platform.standing(name, str(ANNA)) is None


async def test_a_person_is_no_channel(telegram: TelegramEmulator, platform: TelegramPlatform) -> None:
    assert await platform.standing(str(-telegram.add_chat()), str(ANNA)) is None
