"""The commands of Heraut as Discord's slash commands, and whether Discord already has them.

Pure. Source: https://docs.discord.com/developers/interactions/application-commands. An application may
create 200 commands a day, so the set is written only when it differs from what is registered.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import discord

from bot.domain.tongue import SOURCE
from bot.ports import CommandSpec
from bot.services.tongues import languages, tongue_of

MOST_TYPED = 1_000
_STRING = 3
_LOCALES = frozenset(locale.value for locale in discord.Locale)
_IN_SERVERS, _WITH_THE_BOT = 0, 1
_TO_SERVERS = 0

# Discord shows a command only to members who have all of these; its own default for server admins.
_CHANGES_CHAT = discord.Permissions(manage_channels=True).value


def slash_commands(commands: Iterable[CommandSpec]) -> list[dict[str, Any]]:
    """The body that registers `commands` in servers and in private."""
    return [_command(spec) for spec in commands]


def registered(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether `theirs`, as Discord lists them, are the commands `ours` would register."""
    return sorted(map(_bare, ours)) == sorted(map(_bare, theirs))


def argument_name(spec: CommandSpec) -> str:
    """The argument's name as Discord allows it: lower case, no blanks, at most 32 characters."""
    return re.sub(r"[^\w-]+", "_", spec.argument.lower()).strip("_")[:32] or "text"


def _command(spec: CommandSpec) -> dict[str, Any]:
    return {
        "type": 1,
        "name": spec.name.lower()[:32],
        "description": spec.description[:100] or spec.name,
        "description_localizations": _translations(spec.description),
        "options": [_option(spec)] if spec.argument else [],
        "default_member_permissions": _CHANGES_CHAT if spec.changes_chat else None,
        "contexts": [_IN_SERVERS, _WITH_THE_BOT],
        "integration_types": [_TO_SERVERS],
    }


def _option(spec: CommandSpec) -> dict[str, Any]:
    return {
        "type": _STRING,
        "name": argument_name(spec),
        "description": (spec.argument_help or spec.argument)[:100],
        "description_localizations": _translations(spec.argument_help or spec.argument),
        "required": spec.argument_required,
        "autocomplete": spec.completes,
        "max_length": MOST_TYPED,
    }


def _translations(text: str) -> dict[str, str]:
    """A description in our other languages, as far as Discord has them."""
    spoken = (language for language in languages() if language != SOURCE and language in _LOCALES)
    return {language: tongue_of(language)(text)[:100] for language in spoken if text}


def _bare(command: Mapping[str, Any]) -> str:
    """What makes a command what it is, without ids, versions and defaults that Discord adds."""
    permissions = command.get("default_member_permissions")
    options = [
        (
            option.get("type"),
            option.get("name"),
            option.get("description"),
            sorted((option.get("description_localizations") or {}).items()),
            bool(option.get("required")),
            bool(option.get("autocomplete")),
            option.get("max_length"),
        )
        for option in command.get("options") or ()
    ]
    return repr(
        (
            command.get("type", 1),
            command.get("name"),
            command.get("description"),
            sorted((command.get("description_localizations") or {}).items()),
            None if permissions is None else str(permissions),
            sorted(command.get("contexts") or ()),
            sorted(command.get("integration_types") or ()),
            options,
        )
    )
