"""What is kept of a server, and what is not."""

from typing import Any

import discord

from bot.chat.discord.thrift import thrifty
from tests.emulators.discord import world
from tests.emulators.discord.world import FORUM, TEXT, Channel, Guild, User, World, snowflake


def told(*channels: Channel, **more: Any) -> dict[str, Any]:
    """A server as Discord tells it."""
    emulated = World(User("Heraut"), snowflake())
    guild = Guild(snowflake(), "Redactie")
    for channel in channels:
        channel.guild = guild.id
        emulated.channels[channel.id] = channel
    return emulated.guild_payload(guild) | more


def kept(data: dict[str, Any]) -> discord.Guild:
    """What discord.py holds of it."""
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True), max_messages=None)
    state = thrifty(client._connection)
    state.user = discord.ClientUser(state=state, data=data["members"][0]["user"])
    state.shard_count = 1
    state.parsers["GUILD_CREATE"](data)
    (guild,) = client.guilds
    return guild


def test_what_permissions_and_forums_are_read_from_is_kept() -> None:
    forum = Channel(snowflake(), FORUM, name="nieuws", tags={"nato": snowflake()})
    closed = Channel(snowflake(), TEXT, name="dicht", denied=world.PERMISSIONS["view_channel"])
    thread = Channel(snowflake(), world.THREAD, name="top", parent=closed.id)
    guild = kept(told(forum, closed, thread))
    assert [tag.name for tag in guild.forums[0].available_tags] == ["nato"]
    (channel,) = guild.text_channels
    assert not channel.permissions_for(guild.me).view_channel
    assert [each.name for each in guild.threads] == ["top"]


def test_what_nobody_asks_for_is_not() -> None:
    voice = [{"channel_id": "5", "user_id": "6", "session_id": "x"}]
    event = {"id": "7", "name": "not even whole"}
    data = told(
        Channel(snowflake(), TEXT),
        voice_states=voice,
        guild_scheduled_events=[event],
        emojis=[{"id": "8"}],
    )
    data["channels"][0]["topic"] = "Over dit kanaal. " * 60
    guild = kept(data)
    assert [*guild.scheduled_events, *guild.emojis] == []
    assert guild.text_channels[0].topic is None


def test_a_server_that_is_away_is_told_without_anything() -> None:
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True))
    thrifty(client._connection).parsers["GUILD_CREATE"]({"id": "1", "unavailable": True})
    assert list(client.guilds) == []
