"""Which permissions Heraut needs in a Discord channel, and how they are named to people.

Pure: it looks at permissions that others computed. The names are those of Discord's own settings, so that
an admin finds the switch.
"""

import discord

from bot.domain.messages import Message, Text, say
from bot.domain.tongue import ENGLISH, Tongue
from bot.errors import Phrase

_NAMES = {
    "view_channel": Phrase("View Channel"),
    "send_messages": Phrase("Send Messages"),
    "send_messages_in_threads": Phrase("Send Messages in Threads"),
    "embed_links": Phrase("Embed Links"),
}


def missing(permissions: discord.Permissions, *, thread: bool) -> tuple[str, ...]:
    """The needed permissions that are not there, as attributes of `discord.Permissions`."""
    speak = "send_messages_in_threads" if thread else "send_messages"
    if permissions.administrator:
        return ()
    return tuple(name for name in ("view_channel", speak, "embed_links") if not getattr(permissions, name))


def named(names: tuple[str, ...], tongue: Tongue = ENGLISH) -> str:
    """Names of permissions as Discord's settings show them."""
    return ", ".join(tongue(_NAMES[name]) for name in names)


def refusal(names: tuple[str, ...], tongue: Tongue) -> Message:
    """The answer to a command that would make Heraut speak where it may not."""
    return say(
        tongue.spans(
            "I may not post here yet. Missing: {permissions}.",
            permissions=Text(named(names, tongue), bold=True),
        ),
        tongue("Grant it in the channel's settings, under Permissions, and try again."),
        private=True,
    )


def is_admin(permissions: discord.Permissions) -> bool:
    """Whether a member with these permissions in a channel may change what Heraut sends there."""
    return permissions.administrator or permissions.manage_guild or permissions.manage_channels
