"""Pictures on Discord: an attachment shown in an embed, or words where that cannot be."""

import asyncio

import pytest

from bot.domain.messages import Message
from bot.domain.models import Address, Sent
from bot.ports import Inbound
from tests.emulators.discord import DiscordEmulator
from tests.support.discordbot import Desk, connected
from tests.support.pictures import ALT, with_picture


@pytest.fixture
async def channel(discord: DiscordEmulator) -> str:
    return await discord.add_channel(discord.add_guild("Redactie"), "nieuws")


async def _picture(asked: Inbound) -> Message:
    return with_picture(b"" if asked.text.endswith("leeg") else None)


def shown(payload: dict[str, object]) -> tuple[object, object]:
    return payload.get("embeds"), payload.get("attachments")


IMAGE = [{"image": {"url": "attachment://trend.png"}}]
ATTACHED = [{"id": 0, "filename": "trend.png", "description": ALT}]


async def test_the_answer_to_a_command_shows_its_picture_with_a_description(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.answer = _picture
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "about")
    assert shown(reply.message.payload) == (IMAGE, ATTACHED)
    assert reply.text == "De NAVO in het nieuws"


async def test_a_picture_that_is_refused_is_told_in_words(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.answer = _picture
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "why", "leeg")
    assert not reply.message.payload.get("attachments")
    assert ALT in reply.text


async def test_a_late_answer_has_its_picture_too(discord: DiscordEmulator, desk: Desk, channel: str) -> None:
    async def slowly(asked: Inbound) -> Message:
        await asyncio.sleep(0.3)
        return await _picture(asked)

    desk.answer = slowly
    async with connected(discord, desk, defer_after=0.05):
        reply = await discord.slash(channel, "anna", "about")
    assert shown(reply.message.payload) == (IMAGE, ATTACHED)


async def test_a_message_can_be_sent_with_a_picture_and_goes_without_where_it_is_refused(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk) as platform:
        for number, data in enumerate((None, b"")):
            outcome = await platform.send(Address("discord", channel), with_picture(data), f"k{number}")
            assert isinstance(outcome, Sent)
    seen = [shown(message.payload) for message in discord.messages(channel)]
    assert seen == [(IMAGE, ATTACHED), ([], None)]
