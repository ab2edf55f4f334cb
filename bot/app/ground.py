"""What every side of the program is built on."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.config import Settings
from bot.ports import Clock
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Mode:
    """How this start differs from the settings.

    Args:
        demo: only the bundled sample, at a quick pace, in a data folder of its own.
        console: print alerts and take commands on the terminal too.
        ready: called once with the address of the web chat, "" without one.
    """

    demo: bool = False
    console: bool = False
    ready: Callable[[str], None] = lambda url: None


AS_SET = Mode()
"""A start as the settings say."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The settings, how this start differs from them, the time, and the open database."""

    settings: Settings
    mode: Mode
    clock: Clock
    database: Database
