"""Discord's interactions as Heraut's words: a slash command or a pressed button becomes an `Inbound`.

Pure: it reads an interaction and answers nothing. A thread is a channel of its own on Discord, so its id
is the chat and the address has no thread.
"""

from collections.abc import Mapping
from typing import Any

import discord

from bot.chat.discord.commands import MOST_TYPED
from bot.chat.discord.forms import chosen
from bot.chat.discord.forum import is_post
from bot.chat.discord.permissions import is_admin
from bot.domain.models import Address
from bot.ports import Inbound

NAME = "discord"


def address_of(interaction: discord.Interaction[Any]) -> Address | None:
    """Where it happened; None for a kind of channel that discord.py does not know.

    What is said in a post is said of its forum: nobody can type a command in the forum itself.
    """
    if isinstance(interaction.channel, discord.Thread) and is_post(interaction.channel):
        return Address(NAME, str(interaction.channel.parent_id))
    return None if interaction.channel_id is None else Address(NAME, str(interaction.channel_id))


def command_of(interaction: discord.Interaction[Any]) -> tuple[str, str]:
    """A slash command's name and its argument, "" when none was given."""
    data: Mapping[str, Any] = interaction.data or {}
    options = data.get("options") or ()
    value = options[0].get("value", "") if options else ""
    return str(data.get("name", "")), " ".join(str(value).split())[:MOST_TYPED]


def text_of(interaction: discord.Interaction[Any]) -> str:
    """The command line that was meant; "" for none.

    ``/name argument``, the action of a button, or that of a menu or form with what was chosen or written.
    """
    if interaction.type is discord.InteractionType.application_command:
        return "/" + " ".join(filter(None, command_of(interaction)))
    data: Mapping[str, Any] = interaction.data or {}
    action = str(data.get("custom_id", ""))
    return f"{action} {chosen(interaction)}".rstrip() if action.startswith("/") else ""


def inbound_of(interaction: discord.Interaction[Any], address: Address) -> Inbound:
    """The interaction as the router takes it."""
    private = interaction.guild_id is None
    return Inbound(
        address=address,
        text=text_of(interaction),
        user=str(interaction.user.id),
        user_name=interaction.user.display_name,
        chat_title=_title(interaction),
        is_private=private,
        is_admin=may_change(interaction),
        reply_language=language_of(interaction),
    )


def may_change(interaction: discord.Interaction[Any]) -> bool:
    """Whether whoever asks may change what is sent here."""
    return interaction.guild_id is None or is_admin(interaction.permissions)


def language_of(interaction: discord.Interaction[Any]) -> str:
    """The language of the server, or else of the person's own Discord, ISO 639-1: ``en`` for ``en-GB``.

    American English is what servers have that chose none.
    """
    chosen = interaction.guild_locale
    if chosen is None or chosen is discord.Locale.american_english:
        chosen = interaction.locale
    return str(chosen.value).partition("-")[0]


def is_menu(interaction: discord.Interaction[Any]) -> bool:
    """Whether it is a button under a message that may be replaced: not a card, which names its outlet."""
    if interaction.type is not discord.InteractionType.component or interaction.message is None:
        return False
    return not any(embed.author.name for embed in interaction.message.embeds)


def in_thread(interaction: discord.Interaction[Any]) -> bool:
    """Whether it happened in a thread, which needs another permission than a forum's new post does."""
    return isinstance(interaction.channel, discord.Thread) and not is_post(interaction.channel)


def _title(interaction: discord.Interaction[Any]) -> str:
    channel = interaction.channel
    if isinstance(channel, discord.Thread) and is_post(channel):
        channel = channel.parent
    name = getattr(channel, "name", None)
    if interaction.guild_id is None or not name:
        return interaction.user.display_name
    server = interaction.guild.name if interaction.guild else ""
    return f"{server} #{name}".strip()
