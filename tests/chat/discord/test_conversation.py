"""Talking to the bot on Discord: commands, completion, buttons, permissions; through the real client."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.messages import Button, Message, say
from bot.domain.models import Address, Sent
from bot.ports import Inbound
from tests.emulators.discord import DiscordEmulator, NoAnswer, NotOffered
from tests.support.discordbot import CARD, Desk, connected

pytestmark = pytest.mark.slow


@pytest.fixture
async def channel(discord: DiscordEmulator) -> str:
    return await discord.add_channel(discord.add_guild("Redactie"), "nieuws")


async def test_a_slash_command_arrives_as_a_command_line(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "subscribe", "nato", admin=True)
    (asked,) = desk.asked
    assert (asked.text, asked.address.chat, asked.user_name) == ("/subscribe nato", channel, "anna")
    assert asked.chat_title == "Redactie #nieuws"
    assert reply.text == "You said /subscribe nato"
    assert not reply.ephemeral


async def test_the_language_is_that_of_the_persons_own_discord(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        await discord.slash(channel, "anna", "about", locale="nl")
        await discord.slash(channel, "bob", "about", locale="en-GB")
    assert [asked.reply_language for asked in desk.asked] == ["nl", "en"]


async def test_who_may_manage_the_channel_is_an_admin(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        await discord.slash(channel, "anna", "about", admin=True)
        await discord.slash(channel, "bob", "about")
    assert [asked.is_admin for asked in desk.asked] == [True, False]
    assert not any(asked.is_private for asked in desk.asked)


async def test_a_private_conversation_belongs_to_the_person(discord: DiscordEmulator, desk: Desk) -> None:
    dm = discord.add_dm("anna")
    async with connected(discord, desk):
        await discord.slash(dm, "anna", "subscribe", "nato")
    (asked,) = desk.asked
    assert (asked.address.chat, asked.is_private, asked.is_admin) == (dm, True, True)


async def test_members_are_not_offered_what_only_admins_may(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        with pytest.raises(NotOffered):
            await discord.slash(channel, "bob", "subscribe", "nato")


async def test_a_thread_is_a_chat_of_its_own(discord: DiscordEmulator, desk: Desk, channel: str) -> None:
    guild = next(iter(discord.world.guilds))
    thread = await discord.add_channel(guild, "top", parent=channel)
    async with connected(discord, desk):
        await discord.slash(thread, "anna", "about")
    address = desk.asked[0].address
    assert (address.chat, address.thread) == (thread, "")


async def test_an_argument_is_one_line_of_bounded_length(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        await discord.slash(channel, "anna", "why", "https://nos.example/1\n/forgetme   x")
        with pytest.raises(NotOffered):
            await discord.slash(channel, "anna", "why", "x" * 1001)
    assert desk.asked[0].text == "/why https://nos.example/1 /forgetme x"


async def test_a_private_answer_is_seen_by_who_asked_only(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.answer = saying(say("Alleen voor jou", private=True))
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "about")
    assert reply.ephemeral
    assert discord.messages(channel) == []


async def test_an_argument_completes(discord: DiscordEmulator, desk: Desk, channel: str) -> None:
    async with connected(discord, desk):
        offers = await discord.autocomplete(channel, "anna", "subscribe", "na", admin=True)
    assert offers == [("NATO", "nato"), ("Mark Rutte", "rutte")]
    assert desk.completed[0][:2] == ("subscribe", "na")


async def test_completion_stays_within_discords_limits(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.offers = [(f"{n}" + "v" * 150, "L" * 150) for n in range(40)] + [("", "leeg"), ("leeg", "")]
    async with connected(discord, desk):
        offers = await discord.autocomplete(channel, "anna", "help", "")
    assert len(offers) == 25
    assert all(len(label) <= 100 and len(value) <= 100 for label, value in offers)


async def test_a_slow_completion_offers_nothing_rather_than_an_error(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async def slow(*_: object) -> list[tuple[str, str]]:
        await asyncio.sleep(30)
        return []

    desk._suggest = slow  # type: ignore[method-assign,assignment]  # the hook this test is about
    async with connected(discord, desk, defer_after=0.05):
        assert await discord.autocomplete(channel, "anna", "help", "") == []


async def test_a_button_does_what_its_command_does(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "about")
        await discord.press(reply.message.message_id, "Follow NATO", "anna", admin=True)
    assert [asked.text for asked in desk.asked] == ["/about", "/subscribe nato"]


async def test_a_button_from_before_a_restart_still_works(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "about")
    async with connected(discord, desk):
        again = await discord.press(reply.message.message_id, "Follow NATO", "anna", admin=True)
    assert again.text == "You said /subscribe nato"


async def test_a_button_of_a_private_answer_works(discord: DiscordEmulator, desk: Desk, channel: str) -> None:
    desk.answer = saying(say("Kies", buttons=[[Button("Volg", "/subscribe nato")]], private=True))
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "about")
        await discord.press(reply.message.message_id, "Volg", "anna")
    assert desk.asked[1].text == "/subscribe nato"
    assert not desk.asked[1].is_admin


async def test_an_answer_in_place_replaces_the_menu_of_the_button(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.answer = saying(say("Kies", buttons=[[Button("Volg", "/subscribe nato")]]))
    async with connected(discord, desk):
        menu = await discord.slash(channel, "anna", "about")
        desk.answer = saying(say("Gekozen", buttons=[[Button("Terug", "/about")]], in_place=True))
        await discord.press(menu.message.message_id, "Volg", "anna", admin=True)
    assert [(shown.text, list(shown.buttons)) for shown in discord.messages(channel)] == [
        ("Gekozen", ["Terug"])
    ]


@pytest.mark.parametrize("in_place", [True, False])
async def test_a_slow_answer_to_a_button_comes_where_it_asks_to(
    discord: DiscordEmulator, desk: Desk, channel: str, in_place: bool
) -> None:
    desk.answer = saying(say("Kies", buttons=[[Button("Volg", "/subscribe nato")]]))
    async with connected(discord, desk, defer_after=0.05):
        menu = await discord.slash(channel, "anna", "about")
        desk.answer = saying(say("Eindelijk", in_place=in_place), after=0.2)
        await discord.press(menu.message.message_id, "Volg", "anna", admin=True)
    assert [shown.text for shown in discord.messages(channel)] == (
        ["Eindelijk"] if in_place else ["Kies", "Eindelijk"]
    )


async def test_a_slow_private_answer_to_a_button_is_for_who_pressed_it(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.answer = saying(say("Kies", buttons=[[Button("Volg", "/subscribe nato")]]))
    async with connected(discord, desk, defer_after=0.05):
        menu = await discord.slash(channel, "anna", "about")
        desk.answer = saying(say("Geheim", private=True), after=0.2)
        reply = await discord.press(menu.message.message_id, "Volg", "anna")
    assert (reply.text, reply.ephemeral) == ("Geheim", True)


async def test_an_alert_is_not_replaced_by_the_answer_to_its_button(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    alert = Message(card=CARD, buttons=((Button("Demp", "/mute x"),),))
    desk.answer = saying(say("Gedempt", in_place=True))
    async with connected(discord, desk) as platform:
        sent = await platform.send(Address("discord", channel), alert, "k")
        assert isinstance(sent, Sent)
        await discord.press(sent.message_id, "Demp", "anna", admin=True)
    assert len(discord.messages(channel)) == 2


async def test_an_answer_of_everything_at_once_is_accepted(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    rows = [[Button(f"Knop {n}", "/x " + "y" * n) for n in range(60, 120)]]
    desk.answer = saying(say(*["regel " * 50] * 60, buttons=rows))
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "about")
    assert reply.text.startswith("regel ")
    assert len(reply.buttons) == 25


async def test_a_slow_answer_is_announced_and_then_given_to_everyone(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.answer = saying(say("Eindelijk"), after=0.2)
    async with connected(discord, desk, defer_after=0.05):
        reply = await discord.slash(channel, "anna", "about")
    assert (reply.text, reply.deferred, reply.ephemeral) == ("Eindelijk", True, False)
    assert [posted.text for posted in discord.messages(channel)] == ["Eindelijk"]


async def test_a_slow_private_answer_stays_private(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    desk.answer = saying(say("Geheim", private=True), after=0.2)
    async with connected(discord, desk, defer_after=0.05):
        reply = await discord.slash(channel, "anna", "about")
    assert (reply.text, reply.deferred, reply.ephemeral) == ("Geheim", True, True)
    assert discord.messages(channel) == []


async def test_a_slow_answer_in_private_needs_no_detour(discord: DiscordEmulator, desk: Desk) -> None:
    dm = discord.add_dm("anna")
    desk.answer = saying(say("Eindelijk"), after=0.2)
    async with connected(discord, desk, defer_after=0.05):
        reply = await discord.slash(dm, "anna", "about")
    assert (reply.text, reply.deferred) == ("Eindelijk", True)


async def test_a_command_that_fails_says_so_in_the_persons_language(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async def broken(_: Inbound) -> Message:
        raise RuntimeError("a bug")

    desk.answer = broken
    async with connected(discord, desk):
        reply = await discord.slash(channel, "anna", "about", locale="nl")
    assert reply.text.startswith("Er ging bij mij iets mis")
    assert reply.ephemeral


@pytest.mark.parametrize("how", ["rate_limit", "status", "drop"])
async def test_an_answer_survives_a_stumble_of_discord(
    discord: DiscordEmulator, desk: Desk, channel: str, how: str
) -> None:
    async with connected(discord, desk):
        discord.fail(how, path="/interactions/.*", retry_after=0.05)
        reply = await discord.slash(channel, "anna", "about")
    assert reply.text == "You said /about"


async def test_a_refused_answer_does_not_stop_the_next(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    async with connected(discord, desk):
        discord.fail("status", path="/interactions/.*", status=404, code=10062)
        usual, discord.world.first_answer = discord.world.first_answer, 0.5
        with pytest.raises(NoAnswer):
            await discord.slash(channel, "anna", "about")
        discord.world.first_answer = usual
        assert (await discord.slash(channel, "anna", "about")).text == "You said /about"


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        (("send_messages",), "Send Messages"),
        (("embed_links",), "Embed Links"),
        (("view_channel", "embed_links"), "View Channel, Embed Links"),
    ],
)
async def test_subscribing_where_the_bot_may_not_post_names_what_is_missing(
    discord: DiscordEmulator, desk: Desk, channel: str, missing: tuple[str, ...], named: str
) -> None:
    async with connected(discord, desk):
        await discord.set_permissions(channel, *missing)
        reply = await discord.slash(channel, "anna", "subscribe", "nato", admin=True)
    assert f"Missing: {named}." in reply.text
    assert reply.ephemeral
    assert desk.asked == []


async def test_in_a_thread_the_threads_own_permission_counts(
    discord: DiscordEmulator, desk: Desk, channel: str
) -> None:
    thread = await discord.add_channel(next(iter(discord.world.guilds)), "top", parent=channel)
    async with connected(discord, desk):
        await discord.set_permissions(channel, "send_messages")
        await discord.slash(thread, "anna", "subscribe", "nato", admin=True)
        await discord.set_permissions(channel, "send_messages_in_threads")
        reply = await discord.slash(thread, "anna", "subscribe", "nato", admin=True, locale="nl")
    assert len(desk.asked) == 1
    assert "Wat ontbreekt: Berichten in threads verzenden." in reply.text


@pytest.mark.parametrize(("command", "argument"), [("unsubscribe", "nato"), ("about", None)])
async def test_commands_that_post_nothing_later_need_no_permissions(
    discord: DiscordEmulator, desk: Desk, channel: str, command: str, argument: str | None
) -> None:
    async with connected(discord, desk):
        await discord.set_permissions(channel, "send_messages")
        await discord.slash(channel, "anna", command, argument, admin=True)
    assert len(desk.asked) == 1


def saying(message: Message, after: float = 0.0) -> Callable[[Inbound], Awaitable[Message]]:
    async def answer(_: Inbound) -> Message:
        await asyncio.sleep(after)
        return message

    return answer
