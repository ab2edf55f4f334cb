"""Keeps the memory that a server takes small: what discord.py would hold of it and we never look at."""

from collections.abc import Callable
from typing import Any

from discord.state import ConnectionState

_UNUSED = (
    "emojis",
    "guild_scheduled_events",
    "presences",
    "soundboard_sounds",
    "stage_instances",
    "stickers",
    "voice_states",
)


def thrifty(state: ConnectionState[Any]) -> ConnectionState[Any]:
    """The state, which from now on takes of a server only what permissions and forums are read from."""
    state.parsers["GUILD_CREATE"] = _taking_less(state.parsers["GUILD_CREATE"])
    return state


def _taking_less(parse: Callable[[Any], None]) -> Callable[[Any], None]:
    def parse_less(data: Any) -> None:
        for key in _UNUSED:
            data.pop(key, None)
        for channel in data.get("channels", ()):
            channel["topic"] = None
        parse(data)

    return parse_less
