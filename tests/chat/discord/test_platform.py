"""The connection to Discord: log-in, commands, outages, restarts, what happens to chats."""

import asyncio
import base64

import pytest
import structlog

from bot.chat.discord import DiscordPlatform
from bot.chat.discord.platform import account_of, versioned
from bot.domain.messages import Message, say
from bot.domain.models import Address, Gone, Sent
from bot.errors import BadInput
from tests.emulators.discord import DiscordEmulator
from tests.support.discordbot import CARD, COMMANDS, Desk, connected, platform_for, stop, until


def test_the_lane_is_the_bots_account_and_known_without_a_connection() -> None:
    first = base64.urlsafe_b64encode(b"173188384801521664").decode().rstrip("=")
    assert account_of(f"{first}.Gx.secret") == "173188384801521664"


@pytest.mark.parametrize("token", ["x", "ZZZ.a.b", "not-base64!.a", "MTIzNA==.a", "é.a", "." * 5])
def test_a_token_of_another_form_gets_a_lane_that_does_not_give_it_away(token: str) -> None:
    account = account_of(token)
    assert account == account_of(token)
    assert token not in account


@pytest.mark.parametrize("token", ["", "  ", "a b", "a\nb", "tökén"])
def test_what_cannot_be_a_token_is_refused_at_once(token: str, desk: Desk) -> None:
    with pytest.raises(BadInput):
        DiscordPlatform(token, desk.hooks)


async def test_the_commands_are_registered_once(discord: DiscordEmulator, desk: Desk) -> None:
    for _ in range(2):
        async with connected(discord, desk):
            pass
    assert {command["name"] for command in discord.world.commands} == {spec.name for spec in COMMANDS}
    assert [seen.method for seen in discord.requests if seen.path.endswith("/commands")] == [
        "GET",
        "PUT",
        "GET",
    ]


async def test_commands_that_cannot_be_listed_are_registered_all_the_same(
    discord: DiscordEmulator, desk: Desk
) -> None:
    discord.fail("status", method="GET", path="/applications/.*/commands", status=404)
    async with connected(discord, desk):
        assert len(discord.world.commands) == len(COMMANDS)


@pytest.mark.parametrize("how", ["status", "rate_limit"])
async def test_commands_that_are_refused_do_not_keep_the_bot_away(
    discord: DiscordEmulator, desk: Desk, how: str
) -> None:
    discord.fail(
        how, method="PUT", path="/applications/.*/commands", status=400, code=30034, retry_after=9999
    )
    with structlog.testing.capture_logs() as logs:
        async with connected(discord, desk):
            pass
    assert "discord commands not registered" in [entry["event"] for entry in logs]


async def test_no_privileged_intent_is_asked_for(discord: DiscordEmulator, desk: Desk) -> None:
    async with connected(discord, desk):
        assert discord.gateway.intents == 1


async def test_the_addresses_of_one_client_are_not_those_of_another(desk: Desk) -> None:
    async with (
        DiscordEmulator() as one,
        DiscordEmulator() as other,
        connected(one, desk),
        connected(other, desk),
    ):
        assert one.gateway.identifies == other.gateway.identifies == 1


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://h:1", "http://h:1/api/v10"),
        ("http://h:1/api/", "http://h:1/api/v10"),
        ("http://h:1/api/v10/", "http://h:1/api/v10"),
        ("http://h:1/discord", "http://h:1/discord"),
    ],
)
def test_a_proxy_may_be_given_without_the_path_that_is_always_the_same(given: str, used: str) -> None:
    assert versioned(given) == used


async def test_a_rest_interface_of_its_own_names_its_gateway(discord: DiscordEmulator, desk: Desk) -> None:
    async with connected(discord, desk, gateway_url=None):
        assert discord.gateway.identifies == 1


async def test_a_platform_that_is_down_at_the_start_is_waited_for(
    discord: DiscordEmulator, desk: Desk
) -> None:
    await discord.go_down()
    platform = platform_for(discord, desk)
    running = asyncio.create_task(platform.run())
    await asyncio.sleep(0.1)
    assert not running.done()
    await discord.come_up()
    await discord.gateway.wait_connected()
    await stop(running)


async def test_a_gateway_that_is_down_at_the_start_is_waited_for(
    discord: DiscordEmulator, desk: Desk
) -> None:
    discord.gateway.refusing = 2
    async with connected(discord, desk):
        assert discord.gateway.identifies == 1


async def test_errors_at_log_in_are_tried_again(discord: DiscordEmulator, desk: Desk) -> None:
    discord.fail("status", method="GET", path="/users/@me", status=503, times=2)
    async with connected(discord, desk):
        assert discord.gateway.identifies == 1


async def test_a_broken_connection_is_resumed_and_nothing_said_meanwhile_is_missed(
    discord: DiscordEmulator, desk: Desk
) -> None:
    channel = await discord.add_channel(discord.add_guild())
    async with connected(discord, desk):
        await discord.gateway.close(4000)
        await discord.remove_channel(channel)
        await until(lambda: "gone" in kinds(desk, channel))
        assert (discord.gateway.identifies, discord.gateway.resumes) == (1, 1)


async def test_deliveries_go_on_while_the_gateway_is_away(discord: DiscordEmulator, desk: Desk) -> None:
    channel = await discord.add_channel(discord.add_guild())
    platform = platform_for(discord, desk)
    assert isinstance(await platform.send(Address("discord", channel), say("hallo"), "k"), Sent)


async def test_a_refused_token_is_reported_once_without_the_token_and_stops_nothing(
    discord: DiscordEmulator, desk: Desk
) -> None:
    token = base64.urlsafe_b64encode(b"42").decode() + ".very.secret"
    platform = platform_for(discord, desk, token=token)
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(platform.run())
        await until(lambda: logs)
        assert not running.done()
        assert platform.refused
        await stop(running)
        assert not platform.refused
    assert [entry["event"] for entry in logs] == ["discord token refused"]
    assert "secret" not in repr(logs)


async def test_a_token_revoked_while_connected_is_reported(discord: DiscordEmulator, desk: Desk) -> None:
    async with connected(discord, desk):
        with structlog.testing.capture_logs() as logs:
            discord.revoke_token()
            await discord.gateway.close(4004)
            await until(lambda: any(entry["event"] == "discord token refused" for entry in logs))


async def test_stopping_lets_an_answer_on_its_way_out_finish(discord: DiscordEmulator, desk: Desk) -> None:
    channel = await discord.add_channel(discord.add_guild())
    asked = asyncio.Event()

    async def slow(_: object) -> Message:
        asked.set()
        await asyncio.sleep(0.2)
        return say("Nog net")

    desk.answer = slow
    async with connected(discord, desk):
        asking = asyncio.create_task(discord.slash(channel, "anna", "about"))
        await asked.wait()
    assert (await asking).text == "Nog net"


async def test_a_deleted_channel_and_thread_are_told(discord: DiscordEmulator, desk: Desk) -> None:
    guild = discord.add_guild()
    channel = await discord.add_channel(guild)
    thread = await discord.add_channel(guild, "top", parent=channel)
    async with connected(discord, desk):
        await discord.remove_channel(thread)
        await discord.remove_channel(channel)
        await until(lambda: len(desk.events) == 2)
    assert [(event.address.chat, event.kind) for event in desk.events] == [
        (thread, "gone"),
        (channel, "gone"),
    ]


async def test_a_bot_that_is_kicked_and_invited_again_tells_both(
    discord: DiscordEmulator, desk: Desk
) -> None:
    guild = discord.add_guild("Redactie")
    channel = await discord.add_channel(guild, "nieuws")
    async with connected(discord, desk):
        await until(lambda: desk.events)
        desk.events.clear()
        await discord.remove_bot(guild)
        await discord.return_bot(guild)
        await until(lambda: len(desk.events) == 2)
    assert [(event.kind, event.address.chat) for event in desk.events] == [
        ("gone", channel),
        ("joined", channel),
    ]
    assert desk.events[1].detail == "Redactie #nieuws"


async def test_a_permission_given_back_is_a_return(discord: DiscordEmulator, desk: Desk) -> None:
    guild = discord.add_guild()
    channel, other = await discord.add_channel(guild), await discord.add_channel(guild)
    await discord.set_permissions(channel, "embed_links")
    async with connected(discord, desk):
        await until(lambda: kinds(desk, other))
        assert kinds(desk, channel) == []
        await discord.set_permissions(channel)
        await until(lambda: kinds(desk, channel))
    assert kinds(desk, channel) == ["joined"]


async def test_what_returned_while_we_were_away_is_told_on_connecting(
    discord: DiscordEmulator, desk: Desk
) -> None:
    guild = discord.add_guild()
    open_, closed = await discord.add_channel(guild, "open"), await discord.add_channel(guild, "dicht")
    await discord.set_permissions(closed, "view_channel")
    async with connected(discord, desk):
        await until(lambda: desk.events)
    assert [(event.kind, event.address.chat) for event in desk.events] == [("joined", open_)]


async def test_an_unlocked_thread_is_a_return(discord: DiscordEmulator, desk: Desk) -> None:
    guild = discord.add_guild()
    channel = await discord.add_channel(guild)
    thread = await discord.add_channel(guild, "top", parent=channel)
    await discord.set_thread(thread, locked=True)
    async with connected(discord, desk):
        await until(lambda: desk.events)
        desk.events.clear()
        await discord.set_thread(thread)
        await until(lambda: desk.events)
    assert [(event.kind, event.address.chat) for event in desk.events] == [("joined", thread)]


@pytest.mark.parametrize(
    ("missing", "named"),
    [("embed_links", "Embed Links"), ("send_messages", "Send Messages"), ("view_channel", "View Channel")],
)
async def test_a_refused_delivery_names_the_permission_that_is_missing(
    discord: DiscordEmulator, desk: Desk, missing: str, named: str
) -> None:
    channel = await discord.add_channel(discord.add_guild())
    async with connected(discord, desk) as platform:
        await discord.set_permissions(channel, missing)
        alert, address = Message(card=CARD), Address("discord", channel)
        for _ in range(100):  # the gateway may tell us later than REST refuses us
            outcome = await platform.send(address, alert, "k")
            if outcome == Gone(f"missing permission: {named}"):
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail(f"named as {outcome}")


def kinds(desk: Desk, channel: str) -> list[str]:
    """What was told of a channel, in order."""
    return [event.kind for event in desk.events if event.address.chat == channel]


async def test_a_person_is_written_to_in_private_and_the_conversation_is_opened_once(
    discord: DiscordEmulator, desk: Desk
) -> None:
    private = discord.add_dm("anna")
    person = discord.world.user("anna").id
    async with connected(discord, desk) as platform:
        for key in ("k1", "k2"):
            assert isinstance(await platform.send(Address("discord", f"@{person}"), say("Hoi"), key), Sent)
        gone = await platform.send(Address("discord", "@42"), say("Hoi"), "k3")
    assert len(discord.messages(private)) == 2
    assert len([seen for seen in discord.requests if seen.path.endswith("/users/@me/channels")]) == 2
    assert gone == Gone("Discord knows no such person")
