"""A Discord for tests, driven by the real client over real HTTP and WebSocket.

    async with DiscordEmulator() as discord:
        guild = discord.add_guild("Newsroom")
        channel = await discord.add_channel(guild, "alerts")
        platform = DiscordPlatform(discord.token, hooks,
                                   api_base_url=discord.api_base_url, gateway_url=discord.gateway_url)
        ...
        reply = await discord.slash(channel, "anna", "subscribe", "nato", admin=True)
        assert discord.messages(channel)[0].links

It refuses what Discord refuses, with Discord's codes. As a process of its own:
``python -m tests.emulators.discord --port 8090 --control-port 8091``.
"""

from tests.emulators.discord.checks import ApiError
from tests.emulators.discord.faults import Fault
from tests.emulators.discord.people import NoAnswer, NotOffered, Reply
from tests.emulators.discord.server import DiscordEmulator
from tests.emulators.discord.world import FORUM, Posted

__all__ = ["FORUM", "ApiError", "DiscordEmulator", "Fault", "NoAnswer", "NotOffered", "Posted", "Reply"]
