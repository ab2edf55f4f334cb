"""Which permissions Heraut needs in a Discord channel, and how they are named to people.

Pure: it looks at permissions that others computed. The names are those of Discord's own settings, so that
an admin finds the switch.
"""

import discord

from bot.domain.messages import Message, Text, say

_NAMES: dict[str, dict[str, str]] = {
    "en": {
        "view_channel": "View Channel",
        "send_messages": "Send Messages",
        "send_messages_in_threads": "Send Messages in Threads",
        "embed_links": "Embed Links",
    },
    "nl": {
        "view_channel": "Kanaal bekijken",
        "send_messages": "Berichten verzenden",
        "send_messages_in_threads": "Berichten in threads verzenden",
        "embed_links": "Links insluiten",
    },
}


def missing(permissions: discord.Permissions, *, thread: bool) -> tuple[str, ...]:
    """The needed permissions that are not there, as attributes of `discord.Permissions`."""
    speak = "send_messages_in_threads" if thread else "send_messages"
    if permissions.administrator:
        return ()
    return tuple(name for name in ("view_channel", speak, "embed_links") if not getattr(permissions, name))


def named(names: tuple[str, ...], language: str = "en") -> str:
    """Names of permissions as Discord's settings show them, in `language` where we know it."""
    words = _NAMES.get(language, _NAMES["en"])
    return ", ".join(words[name] for name in names)


def refusal(names: tuple[str, ...], language: str) -> Message:
    """The answer to a command that would make Heraut speak where it may not."""
    asked = Text(named(names, language), bold=True)
    if language == "nl":
        return say(
            ("Ik mag hier nog niet schrijven. Wat ontbreekt: ", asked, "."),
            "Geef mij dit in de kanaalinstellingen onder Machtigingen en probeer het opnieuw.",
            private=True,
        )
    return say(
        ("I may not post here yet. Missing: ", asked, "."),
        "Grant it in the channel's settings, under Permissions, and try again.",
        private=True,
    )


def is_admin(permissions: discord.Permissions) -> bool:
    """Whether a member with these permissions in a channel may change what Heraut sends there."""
    return permissions.administrator or permissions.manage_guild or permissions.manage_channels
