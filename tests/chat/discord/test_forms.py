"""Select menus and forms, as Discord takes them and as people use them through the real client."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.discord.forms import form, select_row
from bot.chat.discord.render import render
from bot.domain.messages import Button, Menu, Message, Option, say
from bot.domain.tongue import ENGLISH
from bot.ports import CommandSpec, Inbound
from tests.emulators.discord import DiscordEmulator, NotOffered
from tests.emulators.discord.checks import ApiError, check_form, check_message
from tests.support.discordbot import Desk, connected

TOPICS = (Option("NATO", "nato"), Option("Mark Rutte", "rutte", chosen=True))
MENU = Menu("/choose topics", TOPICS, "Choose topics", "/subscribe ")
BUTTONS = (
    (Button("NATO", "/subscribe nato"),),
    (Button("Write a rule", "/rule"), Button("Fix it", "/rule a AND")),
)
ASK = say("What?", buttons=BUTTONS, private=True, menu=MENU)


@pytest.fixture
async def channel(discord: DiscordEmulator) -> str:
    return await discord.add_channel(discord.add_guild("Redactie"), "nieuws")


async def shown(desk: Desk, message: Message) -> None:
    """Answer every command with a message, and say what was chosen or written."""

    async def answer(inbound: Inbound) -> Message:
        return message if inbound.text == "/about" else say(f"got {inbound.text}", in_place=True)

    desk.answer = answer


def test_a_menu_stands_for_the_buttons_that_say_the_same() -> None:
    menu, others = render(ASK).payload["components"]
    assert menu["components"][0]["options"] == [
        {"label": "NATO", "value": "nato", "default": False},
        {"label": "Mark Rutte", "value": "rutte", "default": True},
    ]
    assert [button["label"] for button in others["components"]] == ["Write a rule", "Fix it"]


def test_a_menu_without_an_option_leaves_the_buttons() -> None:
    asked = say("What?", buttons=BUTTONS, menu=Menu("/choose topics", ()))
    assert [len(row["components"]) for row in render(asked).payload["components"]] == [1, 2]


@given(
    st.lists(st.tuples(st.text(max_size=200), st.text(max_size=120)), max_size=40, unique_by=lambda o: o[1]),
    st.text(),
)
def test_discord_takes_every_menu_that_is_shown(options: list[tuple[str, str]], prompt: str) -> None:
    row = select_row(Menu("/choose topics", tuple(Option(*each) for each in options), prompt))
    if row is not None:
        check_message({"content": "x", "components": [row]}, "answer")


@given(st.text(max_size=3000))
def test_discord_takes_every_form_that_is_opened(written: str) -> None:
    spec = CommandSpec("rule", "Write a rule" * 9, "rule" * 20, "such as" * 30, form=True)
    check_form(form(spec, written, ENGLISH))


@pytest.mark.parametrize(
    "select",
    [
        {"options": []},
        {"options": [{"label": "a", "value": "a"}] * 2, "max_values": 2},
        {"options": [{"label": "a" * 101, "value": "a"}]},
        {"options": [{"label": "a", "value": "a"}], "max_values": 2},
        {"options": [{"label": "a", "value": "a"}], "placeholder": "p" * 151},
    ],
)
def test_the_emulator_refuses_menus_as_discord_does(select: dict[str, Any]) -> None:
    menu = {"type": 3, "custom_id": "c", **select}
    with pytest.raises(ApiError):
        check_message({"content": "x", "components": [{"type": 1, "components": [menu]}]}, "answer")


async def test_what_is_chosen_arrives_as_one_command_line(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    await shown(desk, ASK)
    async with connected(discord, desk):
        asked = await discord.slash(channel, "anna", "about")
        both = await discord.choose(asked.message.message_id, ["NATO", "Mark Rutte"], "anna", admin=True)
        assert both.text == "got /choose topics nato rutte"
        assert both.message is asked.message


async def test_nothing_may_be_chosen_as_well(discord: DiscordEmulator, desk: Desk, channel: str) -> None:
    await shown(desk, ASK)
    async with connected(discord, desk):
        asked = await discord.slash(channel, "anna", "about")
        none = await discord.choose(asked.message.message_id, [], "anna", admin=True)
    assert none.text == "got /choose topics"


async def test_a_button_opens_a_form_and_what_is_written_arrives_as_a_command_line(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    await shown(desk, ASK)
    async with connected(discord, desk):
        asked = await discord.slash(channel, "anna", "about")
        opened = await discord.open_form(asked.message.message_id, "Write a rule", "anna", admin=True)
        assert (opened.data["title"], opened.field.get("value")) == ("Write a rule", None)
        sent = await discord.submit(opened, "ships AND\n  harbour", "anna", admin=True)
    assert sent.text == "got /rule ships AND harbour"
    assert sent.message is not asked.message


async def test_a_form_can_bring_back_what_was_written(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    await shown(desk, ASK)
    async with connected(discord, desk):
        asked = await discord.slash(channel, "anna", "about")
        opened = await discord.open_form(asked.message.message_id, "Fix it", "anna", admin=True)
    assert opened.field["value"] == "a AND"


async def test_a_member_who_may_not_change_the_channel_gets_no_form(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    await shown(desk, ASK)
    async with connected(discord, desk):
        asked = await discord.slash(channel, "anna", "about")
        with pytest.raises(NotOffered, match="opens no form"):
            await discord.open_form(asked.message.message_id, "Write a rule", "bob")
    assert (desk.asked[-1].text, desk.asked[-1].is_admin) == ("/rule", False)


async def test_a_form_where_the_bot_may_not_post_is_not_opened(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    await shown(desk, ASK)
    async with connected(discord, desk):
        asked = await discord.slash(channel, "anna", "about")
        await discord.set_permissions(channel, "embed_links")
        with pytest.raises(NotOffered, match="opens no form"):
            await discord.open_form(asked.message.message_id, "Write a rule", "anna", admin=True)
    assert [each.text for each in desk.asked] == ["/about"]


@pytest.mark.parametrize(
    "components", [None, 7, [[[[[[]]]]]], [{"component": {"value": 5}}], [{"components": "x"}]]
)
async def test_a_garbled_form_is_an_empty_one(
    discord: DiscordEmulator, desk: Desk, channel: str, components: object
) -> None:
    await shown(desk, ASK)
    async with connected(discord, desk):
        asked = await discord.slash(channel, "anna", "about")
        opened = await discord.open_form(asked.message.message_id, "Write a rule", "anna", admin=True)
        sent = await discord.people.submit_raw(opened, components, "anna", admin=True)
    assert sent.text == "got /rule"
