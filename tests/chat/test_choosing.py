"""Topics from a select menu and rules from a form on Discord, with the real commands behind them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.chat.router import Router
from bot.domain.models import Address
from bot.ports import Hooks
from bot.services.places import Place
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord.people import Reply
from tests.support.discordbot import connected
from tests.support.newsroom import Newsroom
from tests.support.talk import Talk


@dataclass
class Front:
    """The real router as the platform's desk."""

    hooks: Hooks


@dataclass
class Office:
    """Anna, who may manage a channel."""

    discord: DiscordEmulator
    room: Newsroom
    lane: str
    channel: str

    async def asks(self) -> Reply:
        return await self.discord.slash(self.channel, "anna", "subscribe", admin=True)

    async def chooses(self, asked: Reply, *labels: str) -> Reply:
        return await self.discord.choose(asked.message.message_id, labels, "anna", admin=True)

    async def writes(self, asked: Reply, text: str, button: str = "Write a rule") -> Reply:
        opened = await self.discord.open_form(asked.message.message_id, button, "anna", admin=True)
        return await self.discord.submit(opened, text, "anna", admin=True)

    async def followed(self) -> list[str]:
        place = Place(self.lane, Address("discord", self.channel))
        return [wish.value for wish in (await self.room.manager.subscriptions(place))[1]]


@pytest.fixture
async def office(room: Newsroom) -> AsyncIterator[Office]:
    lanes: dict[str, str] = {}
    router = Router(room.manager, room.sources, room.clock, lanes, cases=room.cases)
    front = Front(Hooks(router.receive, router.suggest, router.observe, router.specs, router.actions))
    async with DiscordEmulator() as discord:
        channel = await discord.add_channel(discord.add_guild("Redactie"), "nieuws")
        lanes["discord"] = "discord:1"
        async with connected(discord, front):  # type: ignore[arg-type]  # only its hooks
            yield Office(discord, room, "discord:1", channel)


async def test_the_topics_that_are_chosen_are_followed_and_no_others(office: Office) -> None:
    asked = await office.asks()
    assert asked.ephemeral
    assert [each["label"] for each in asked.message.menus[0]["options"]] == ["NATO", "Mark Rutte", "Harbour"]
    told = await office.chooses(asked, "NATO", "Harbour")
    assert "This chat follows NATO and Harbour." in told.text
    assert [each["default"] for each in told.message.menus[0]["options"]] == [True, False, True]
    await office.chooses(told, "Mark Rutte", "Harbour")
    assert sorted(await office.followed()) == ["harbour", "rutte"]
    assert "follows nothing yet" in (await office.chooses(told)).text
    assert await office.followed() == []


async def test_a_rule_of_its_own_stays_when_topics_are_chosen(office: Office) -> None:
    asked = await office.asks()
    await office.writes(asked, "zeehaven AND schip")
    await office.chooses(asked, "NATO")
    assert sorted(await office.followed()) == ["nato", "zeehaven AND schip"]


async def test_a_rule_that_is_wrong_comes_back_with_the_place_of_the_error(office: Office) -> None:
    told = await office.writes(await office.asks(), "(schip AND haven")
    assert "⟶" in told.text
    assert "(schip AND haven" in told.text
    again = await office.discord.open_form(told.message.message_id, "Try again", "anna", admin=True)
    assert again.field["value"] == "(schip AND haven"
    done = await office.discord.submit(again, "(schip AND haven)", "anna", admin=True)
    assert "This chat now follows (schip AND haven)" in done.text


async def test_a_long_rule_that_is_wrong_is_told_back_in_full(office: Office) -> None:
    rule = "(" + " OR ".join(f"haven{number}" for number in range(20))
    told = await office.writes(await office.asks(), rule)
    assert rule in told.text
    again = await office.discord.open_form(told.message.message_id, "Try again", "anna", admin=True)
    assert "value" not in again.field


async def test_a_platform_without_forms_says_how_to_write_a_rule(room: Newsroom) -> None:
    anna = Talk(room)
    await anna.says("/subscribe")
    assert anna.actions == ["/subscribe nato", "/subscribe rutte", "/subscribe harbour", "/rule"]
    assert "Write /subscribe and a rule behind it" in await anna.presses("Write a rule")


@pytest.mark.parametrize("line", ["/choose", "/choose topics nonsense", "/choose topics <b>"])
async def test_a_garbled_choice_changes_nothing(room: Newsroom, line: str) -> None:
    anna = Talk(room)
    await anna.says("/subscribe nato")
    assert "no longer understood" in await anna.says(line)
    assert "NATO" in await anna.says("/subscriptions")


async def test_a_member_chooses_nothing_for_the_chat(room: Newsroom) -> None:
    bob = Talk(room, admin=False)
    assert "Only the administrators" in await bob.says("/choose topics nato")
    assert "Only the administrators" in await bob.says("/rule schip")
