"""Discord: slash commands, buttons and embeds. `DiscordPlatform` is the only thing others need."""

from bot.chat.discord.platform import DiscordPlatform

__all__ = ["DiscordPlatform"]
