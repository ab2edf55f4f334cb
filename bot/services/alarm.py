"""Notices to the people who run the bot: seldom, and through an account that still works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.messagecodec import to_json
from bot.domain.messages import Text, say
from bot.domain.models import Address, Delivery, DeliveryKind, Priority
from bot.store import books, chats, deliveries
from bot.store.database import Transaction
from bot.store.deliveries import Owed

log = structlog.get_logger()

SELDOM = timedelta(hours=1)
"""The same trouble is told at most so often; the books and the log have all of it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who runs the bot: the account and the chat in which they are reached."""

    lane: str
    address: Address


class Alarms:
    """Tells owners what they have to know.

    Args:
        owners: whom to tell.
        timezone: of a chat with an owner that is new.
    """

    def __init__(self, owners: Sequence[Owner], timezone: str = "Europe/Amsterdam") -> None:
        self._owners = tuple(owners)
        self._timezone = timezone

    async def tell(self, tx: Transaction, delivery: Delivery, problem: str, now: datetime) -> None:
        """Owe a notice about a delivery to every owner, at most one an hour about one account."""
        log.error("delivery needs attention", delivery=delivery.id, lane=delivery.lane, problem=problem)
        about = books.describe(delivery)
        lines = (
            [Text("Heraut needs attention", bold=True)],
            f"{about}: {problem}",
            "See: heraut outbox list",
        )
        await self.notify(tx, f"delivery:{delivery.lane}", to_json(say(*lines)), now)

    async def notify(self, tx: Transaction, key: str, payload: str, now: datetime) -> int:
        """Owe a notice to every owner unless one with this key was owed just now; returns to how many."""
        if not self._owners or not await books.may_alarm(tx, key, now, now - SELDOM):
            return 0
        owed = []
        for owner in self._owners:
            chat = await chats.ensure(
                tx, owner.lane, owner.address, now, title="owner", language="en", timezone=self._timezone
            )
            owed.append(Owed(owner.lane, chat.id, DeliveryKind.NOTICE, Priority.ALERT, payload=payload))
        return await deliveries.owe(tx, owed, now)
