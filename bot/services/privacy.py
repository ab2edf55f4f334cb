"""What is kept of a chat and of the person in it, and forgetting it: /mydata and /forgetme.

A person is known by their private chats, and by their name in the log of changes; of a group nobody's words
are kept. Stories belong to nobody and stay.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.errors import CommandError
from bot.ports import Clock
from bot.services.places import Place
from bot.store import personal
from bot.store.database import Database

log = structlog.get_logger()

MOST_ROWS = 1_000
"""Of each kind, the newest first, that a document holds."""
CONFIRM = "yes"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows of each kind went. `dropped` counts the messages that were still owed."""

    rows: dict[str, int]
    dropped: int

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())


class Privacy:
    """The use cases behind /mydata and /forgetme. Whether somebody may ask is decided by the caller:
    in a private chat its person, elsewhere an administrator.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def document(self, place: Place) -> str:
        """All that is kept of this chat and of who asks, as JSON with times in UTC."""
        async with self._database.read() as tx:
            found = await personal.of(tx, place.lane, place.address, place.who, MOST_ROWS)
        known: dict[str, Any] = {
            "asked_at": self._clock.now(),
            "account": place.lane,
            "chat": place.address.chat,
            "person": place.who,
            **found,
        }
        return json.dumps(known, indent=2, ensure_ascii=False, default=_written)

    async def forget(self, place: Place, confirmation: str) -> Forgotten:
        """Remove all of it; messages that are still owed are dropped.

        Raises:
            CommandError: it is not confirmed with the word ``yes``.
        """
        if confirmation.strip().lower() not in (CONFIRM, "ja"):
            raise CommandError(
                "This removes everything that this chat follows and all that is kept of it.",
                "to do so, say: /forgetme yes",
            )
        async with self._database.write() as tx:
            rows = await personal.forget(tx, place.lane, place.address, place.who)
        dropped = rows.pop("open messages", 0)
        log.info("chat forgotten", lane=place.lane, rows=sum(rows.values()), dropped=dropped)
        return Forgotten(rows, dropped)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
