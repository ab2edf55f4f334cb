"""What every side of the program is built on."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.config import Settings
from bot.ports import Clock
from bot.store.database import Database


class Role(StrEnum):
    """What a process does, of those that share a PostgreSQL; on SQLite one does it all."""

    ALL = "all"
    WORKER = "worker"
    GATEWAY = "gateway"
    WEB = "web"

    @property
    def polls(self) -> bool:
        """Whether it reads feeds, matches, groups, and does what is done at its time."""
        return self in (Role.ALL, Role.WORKER)

    @property
    def sends(self) -> bool:
        """Whether it connects to chat platforms, takes commands there and delivers."""
        return self in (Role.ALL, Role.GATEWAY)

    @property
    def serves(self) -> bool:
        """Whether it opens the pages."""
        return self in (Role.ALL, Role.WEB)


@dataclass(frozen=True, slots=True)
class Mode:
    """How this start differs from the settings.

    Args:
        demo: only the bundled sample, at a quick pace, in a data folder of its own.
        console: print alerts and take commands on the terminal too.
        role: what of the work this process does.
        ready: called once with the address of the web chat, "" without one.
    """

    demo: bool = False
    console: bool = False
    role: Role = Role.ALL
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

    @property
    def shared(self) -> bool:
        """Whether other processes may work on the same database."""
        return not self.database.embedded
