"""Where a command comes from."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.models import Address
from bot.store.audit import Change


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command comes from: the account that heard it, the chat, who said it: ``platform:user``."""

    lane: str
    address: Address
    title: str = ""
    language: str = "en"
    who: str = ""

    def change(self, now: datetime, what: str, detail: str = "") -> Change:
        """A line for the log of changes."""
        return Change(now, self.lane, self.address.chat, self.who, what, detail)
