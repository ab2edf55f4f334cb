"""Where a command comes from."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.models import Address, Chat
from bot.store import chats
from bot.store.audit import Change
from bot.store.database import Transaction


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

    async def chat(self, tx: Transaction, now: datetime, timezone: str) -> Chat:
        """The chat here, made when it is new: in this timezone, and in the language of the place."""
        return await chats.ensure(
            tx, self.lane, self.address, now, title=self.title, language=self.language, timezone=timezone
        )
