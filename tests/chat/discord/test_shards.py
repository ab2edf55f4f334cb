"""An account with several connections: who hears what, and what trouble of one does to the others."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import structlog

from bot.chat.discord.shards import MOST_RESUMES
from bot.domain.messages import say
from bot.domain.models import Address, Sent
from tests.emulators.discord import DiscordEmulator
from tests.support.discordbot import Desk, connected, platform_for, stop, until

pytestmark = pytest.mark.slow  # a client of several connections in each


async def channels_of(discord: DiscordEmulator, shards: int = 3) -> list[str]:
    """A channel in a server of each shard, which Discord advises so many of."""
    discord.gateway.advise(shards)
    return [
        await discord.add_channel(discord.add_guild(f"Redactie {number}", shard=number))
        for number in range(shards)
    ]


async def all_up(discord: DiscordEmulator, shards: int) -> None:
    """Until so many shards are connected, and no other ones."""
    await until(lambda: discord.gateway.up == list(range(shards)))


def kinds(desk: Desk, channel: str) -> list[str]:
    """What was told of a channel, in order."""
    return [event.kind for event in desk.events if event.address.chat == channel]


def asked(desk: Desk) -> list[str]:
    """The channels in which something was asked, in order."""
    return [inbound.address.chat for inbound in desk.asked]


async def test_as_many_connections_are_made_as_discord_advises(discord: DiscordEmulator, desk: Desk) -> None:
    await channels_of(discord)
    async with connected(discord, desk) as platform:
        assert sorted(discord.gateway.identified) == [(0, 3), (1, 3), (2, 3)]
        assert [(each.number, each.of) for each in platform.connections()] == [(0, 3), (1, 3), (2, 3)]
        await until(lambda: all(each.up for each in platform.connections()))
        await until(lambda: all(each.lag is not None for each in platform.connections()))
    assert platform.connections() == []


async def test_the_commands_of_every_shard_are_answered_once_and_private_ones_by_the_first(
    discord: DiscordEmulator, desk: Desk
) -> None:
    places = [*await channels_of(discord), discord.add_dm("anna")]
    async with connected(discord, desk):
        for place in places:
            assert "about" in (await discord.slash(place, "anna", "about")).text
    assert asked(desk) == places


async def test_what_happens_to_servers_is_heard_from_every_shard(
    discord: DiscordEmulator, desk: Desk
) -> None:
    places = await channels_of(discord)
    async with connected(discord, desk):
        await until(lambda: all(kinds(desk, place) == ["joined"] for place in places))
        for place in places:
            await discord.remove_channel(place)
        await until(lambda: all(kinds(desk, place) == ["joined", "gone"] for place in places))


async def test_a_lost_connection_is_resumed_while_the_others_go_on_and_nothing_is_missed(
    discord: DiscordEmulator, desk: Desk
) -> None:
    first, second, third = await channels_of(discord)
    extra = await discord.add_channel(discord.world.channels[second].guild or "", "extra")
    async with connected(discord, desk) as platform:
        discord.gateway.unreachable = {1}
        await discord.gateway.close(4000, shard=1)
        await until(lambda: [each.number for each in platform.connections() if not each.up] == [1])
        asking = asyncio.create_task(discord.slash(second, "anna", "about"))
        await discord.remove_channel(extra)
        for place in (first, third):
            await discord.slash(place, "anna", "about")
        sent = await platform.send(Address("discord", second), say("Nieuws"), "k")
        assert isinstance(sent, Sent)
        assert discord.gateway.up == [0, 2]
        discord.gateway.unreachable = set()
        await asking
        await until(lambda: "gone" in kinds(desk, extra))
        await until(lambda: all(each.up for each in platform.connections()))
    assert asked(desk) == [first, third, second]
    assert (discord.gateway.identified.count((0, 3)), discord.gateway.identified.count((2, 3))) == (1, 1)


async def test_a_connection_that_is_closed_is_resumed_at_once(discord: DiscordEmulator, desk: Desk) -> None:
    await channels_of(discord)
    async with connected(discord, desk, retry_delays=(300.0,)):
        await discord.gateway.close(4000, shard=1)
        await discord.gateway.wait_connected()
    assert (discord.gateway.identifies, discord.gateway.resumes) == (3, 1)


@pytest.mark.parametrize("how", ["ask_to_reconnect", "not_here"])
async def test_a_shard_that_is_told_to_connect_anew_resumes(
    discord: DiscordEmulator, desk: Desk, how: str
) -> None:
    channels = await channels_of(discord)
    async with connected(discord, desk):
        if how == "ask_to_reconnect":
            await discord.gateway.ask_to_reconnect(1)
        else:
            await discord.gateway.invalidate(1, resumable=True)
        await until(lambda: discord.gateway.resumes == 1)
        await discord.gateway.wait_connected()
        for channel in channels:
            await discord.slash(channel, "anna", "about")
    assert discord.gateway.identifies == 3
    assert asked(desk) == channels


async def test_a_shard_whose_session_is_invalid_begins_a_new_one_and_forgets_its_servers(
    discord: DiscordEmulator, desk: Desk
) -> None:
    first, second, _ = await channels_of(discord)
    lost = discord.world.guilds[discord.add_guild("Verloren", shard=1)]
    with structlog.testing.capture_logs() as logs:
        async with connected(discord, desk):
            await until(lambda: servers_of(logs, 1) == [2])
            lost.present = False  # nobody is told, as when it happens between two sessions
            await discord.gateway.invalidate(1)
            await until(lambda: servers_of(logs, 1) == [2, 1])
            for channel in (first, second):
                await discord.slash(channel, "anna", "about")
    assert sorted(discord.gateway.identified) == [(0, 3), (1, 3), (1, 3), (2, 3)]
    assert asked(desk) == [first, second]


def servers_of(logs: Sequence[Mapping[str, Any]], shard: int) -> list[int]:
    """How many servers a shard had, each time it was told all of them."""
    told = [entry for entry in logs if entry["event"] == "discord shard connected"]
    return [entry["servers"] for entry in told if entry["shard"] == shard]


async def test_a_session_that_cannot_be_resumed_for_long_is_begun_anew(
    discord: DiscordEmulator, desk: Desk
) -> None:
    await channels_of(discord)
    async with connected(discord, desk):
        discord.gateway.unreachable = {1}
        await discord.gateway.close(4000, shard=1)
        await until(lambda: discord.gateway.identified.count((1, 3)) > 1)
        assert discord.gateway.resumes == MOST_RESUMES
        discord.gateway.unreachable = set()
        await discord.gateway.wait_connected()
    assert discord.gateway.identified.count((0, 3)) == 1


async def test_an_event_that_cannot_be_read_concerns_one_shard_and_is_left_out(
    discord: DiscordEmulator, desk: Desk
) -> None:
    channels = await channels_of(discord)
    broken = {"guild_id": discord.world.channels[channels[1]].guild, "id": "no number", "type": 0}
    async with connected(discord, desk) as platform:
        await discord.gateway.dispatch("CHANNEL_CREATE", broken)
        await until(lambda: discord.gateway.resumes == 1)
        await until(lambda: all(each.up for each in platform.connections()))
        await discord.slash(channels[1], "anna", "about")
    assert (discord.gateway.identifies, discord.gateway.resumes) == (3, 1)


async def test_another_advice_is_followed_at_the_next_start(discord: DiscordEmulator, desk: Desk) -> None:
    for shards in (1, 3, 2):
        channels = await channels_of(discord, shards)
        async with connected(discord, desk):
            await all_up(discord, shards)
            await discord.slash(channels[-1], "anna", "about")
            assert asked(desk)[-1] == channels[-1]
        await all_up(discord, 0)
    assert sorted(discord.gateway.identified) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert len(desk.asked) == 3


async def test_a_bot_that_has_grown_too_large_connects_anew_with_more_shards(
    discord: DiscordEmulator, desk: Desk
) -> None:
    async with connected(discord, desk) as platform:
        channels = await channels_of(discord, 2)
        await discord.gateway.close(4009, forget=True)
        await until(lambda: discord.gateway.up == [0, 1])
        for channel in channels:
            await discord.slash(channel, "anna", "about")
        assert len(platform.connections()) == 2
    assert discord.gateway.identified[:2] == [(0, 1), (0, 1)]
    assert asked(desk) == channels


async def test_sessions_begin_no_faster_than_discord_allows(discord: DiscordEmulator, desk: Desk) -> None:
    discord.gateway.advise(4, at_once=2, window=0.2)
    async with connected(discord, desk, identify_every=0.2):
        assert discord.gateway.up == [0, 1, 2, 3]
    assert discord.gateway.starts.too_soon == 0


async def test_a_restart_that_comes_too_soon_for_discord_connects_all_the_same(
    discord: DiscordEmulator, desk: Desk
) -> None:
    discord.gateway.advise(2, at_once=2, window=1.5)
    for _ in range(2):
        async with connected(discord, desk, identify_every=1.5):
            await all_up(discord, 2)
        await all_up(discord, 0)


async def test_when_no_sessions_are_left_the_rest_waits_and_what_is_connected_goes_on(
    discord: DiscordEmulator, desk: Desk
) -> None:
    first, second = await channels_of(discord, 2)
    discord.gateway.starts.total, discord.gateway.starts.day = 1, 0.0
    platform = platform_for(discord, desk)
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(platform.run())
        await until(lambda: "discord sessions used up" in [entry["event"] for entry in logs])
        await discord.slash(first, "anna", "about")
        discord.gateway.starts.renew()
        await discord.slash(second, "anna", "about")
        await stop(running)
    assert (discord.gateway.identifies, discord.gateway.starts.revoked) == (2, False)
    assert asked(desk) == [first, second]


@pytest.mark.parametrize("how", ["garbage", "status", "drop"])
async def test_an_advice_that_cannot_be_had_is_asked_for_again(
    discord: DiscordEmulator, desk: Desk, how: str
) -> None:
    discord.gateway.advise(2)
    discord.fail(how, method="GET", path="/gateway/bot", status=403, times=2)
    async with connected(discord, desk):
        assert discord.gateway.up == [0, 1]


async def test_a_rest_interface_that_advises_nothing_gets_one_connection(
    discord: DiscordEmulator, desk: Desk
) -> None:
    channel = await discord.add_channel(discord.add_guild())
    discord.fail("status", method="GET", path="/gateway/bot", status=404, times=99)
    discord.gateway.tells_shard = False
    async with connected(discord, desk) as platform:
        await discord.slash(channel, "anna", "about")
        assert [(each.number, each.of) for each in platform.connections()] == [(0, 1)]


async def test_a_refused_token_ends_all_connections_and_is_reported_once(
    discord: DiscordEmulator, desk: Desk
) -> None:
    await channels_of(discord)
    async with connected(discord, desk) as platform:
        with structlog.testing.capture_logs() as logs:
            discord.revoke_token()
            await discord.gateway.close(4004, shard=1)
            await until(lambda: discord.gateway.up == [])
            await until(lambda: [each["event"] for each in logs].count("discord token refused") == 1)
        await until(lambda: [(each.number, each.up) for each in platform.connections()] == [(0, False)])


async def test_stopping_ends_all_sessions_also_while_some_wait_for_their_turn(
    discord: DiscordEmulator, desk: Desk
) -> None:
    channels = await channels_of(discord)
    platform = platform_for(discord, desk, identify_every=300.0)
    running = asyncio.create_task(platform.run())
    await discord.slash(channels[0], "anna", "about")
    await stop(running)
    await until(lambda: discord.gateway.up == [])
    assert discord.gateway.identified == [(0, 3)]
    assert [task for task in asyncio.all_tasks() if "shard" in task.get_name()] == []


async def test_stopping_does_not_wait_for_a_discord_that_hangs(discord: DiscordEmulator, desk: Desk) -> None:
    discord.gateway.hangs = True
    discord.gateway.advise(5, at_once=5)
    platform = platform_for(discord, desk)
    running = asyncio.create_task(platform.run())
    await all_up(discord, 5)
    async with asyncio.timeout(25):  # a client that waits for it does so for 30 s
        await stop(running)
