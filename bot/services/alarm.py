"""Notices to the people who run the bot: seldom, and through an account that still works."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.messagecodec import to_json
from bot.domain.messages import Message, Text, say
from bot.domain.models import Address, Delivery, DeliveryKind, Priority
from bot.domain.tongue import Tongue
from bot.ports import Clock
from bot.services.tongues import tongue_of
from bot.store import books, chats, owing
from bot.store.database import Database, Transaction
from bot.store.owing import Owed

log = structlog.get_logger()

SELDOM = timedelta(hours=1)
"""The same trouble is told at most so often; the books and the log have all of it."""

Worded = Callable[[Tongue], Message]
"""A notice in a language."""


class Notify(Protocol):
    """Owes a notice to those who run the bot; returns to how many."""

    async def __call__(self, tx: Transaction, key: str, worded: Worded, now: datetime) -> int: ...


def attention(tongue: Tongue, *lines: str) -> Message:
    """A notice that something needs those who run the bot."""
    return say([Text(tongue("Heraut needs attention"), bold=True)], *lines)


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

        def worded(tongue: Tongue) -> Message:
            return attention(
                tongue,
                tongue(
                    "Message {id} to {platform} chat {chat}: {problem}",
                    id=delivery.id,
                    platform=delivery.address.platform,
                    chat=delivery.address.chat,
                    problem=tongue.recall(problem),
                ),
                tongue("See: {command}", command="heraut outbox list"),
            )

        await self.notify(tx, f"delivery:{delivery.lane}", worded, now)

    async def notify(self, tx: Transaction, key: str, worded: Worded, now: datetime) -> int:
        """Owe a notice to every owner unless one with this key was owed just now; returns to how many.

        Args:
            key: what it is about.
            worded: the notice in a language.
        """
        if not self._owners or not await books.may_alarm(tx, key, now, now - SELDOM):
            return 0
        owed = []
        for owner in self._owners:
            chat = await chats.ensure(
                tx, owner.lane, owner.address, now, title="owner", language="en", timezone=self._timezone
            )
            notice = replace(worded(tongue_of(chat.language)), language=chat.language)
            owed.append(
                Owed(owner.lane, chat.id, DeliveryKind.NOTICE, Priority.ALERT, payload=to_json(notice))
            )
        return await owing.owe(tx, owed, now)


class Notices:
    """Notices of what is found by looking, each owed in a transaction of its own.

    Args:
        database: where they are owed.
        clock: the time.
        notify: owes them.
    """

    def __init__(self, database: Database, clock: Clock, notify: Notify) -> None:
        self._database = database
        self._clock = clock
        self._notify = notify

    async def owe(self, key: str, worded: Worded) -> None:
        """Owe a notice; `key` is what it is about, of which only so much is told (`SELDOM`)."""
        async with self._database.write() as tx:
            await self._notify(tx, key, worded, self._clock.now())
