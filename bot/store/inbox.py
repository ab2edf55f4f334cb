"""What platforms brought in: kept before it is acknowledged, taken in order by the one who has the account.

A row is waiting until it was handled; then its words are forgotten, and its number is kept for as long as the
platform may bring it again. It must not know what a letter says.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text, tuple_, update

from bot.store import signals
from bot.store.database import Transaction, insert_missing
from bot.store.schema import inbox

# In these words, or the index of the schema is not used.
WAITING = text("inbox.handled_at IS NULL")


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that a platform brought: its number there, and JSON. `tries` counts this one."""

    number: int
    body: str
    tries: int


async def put(tx: Transaction, lane: str, number: int, body: str, now: datetime) -> bool:
    """Keep a letter; False when it came before, whatever became of it."""
    signals.note(tx, signals.INBOX, lane)
    row = {"lane": lane, "number": number, "body": body, "received_at": now}
    done = await tx.execute(insert_missing(tx.dialect.name, inbox), row)
    return bool(done.rowcount)


async def waiting(tx: Transaction, lane: str, most: int) -> int:
    """How many letters wait for an account, counted up to `most`."""
    some = select(inbox.c.number).where(inbox.c.lane == lane, WAITING).limit(most)
    return int(await tx.scalar(select(func.count()).select_from(some.subquery())) or 0)


async def take(tx: Transaction, lane: str, skip: Collection[int], limit: int) -> list[Letter]:
    """The next letters of an account in the order of their numbers, each counted as tried once more.

    Args:
        skip: those that are being handled.
        limit: how many at most.
    """
    rows = await tx.execute(
        select(inbox.c.number, inbox.c.body, inbox.c.tries)
        .where(inbox.c.lane == lane, WAITING, inbox.c.number.not_in(list(skip)))
        .order_by(inbox.c.number)
        .limit(limit)
    )
    letters = [Letter(row.number, row.body, row.tries + 1) for row in rows]
    if letters:
        numbers = [each.number for each in letters]
        await tx.execute(
            update(inbox)
            .where(inbox.c.lane == lane, inbox.c.number.in_(numbers))
            .values(tries=inbox.c.tries + 1)
        )
    return letters


async def close(tx: Transaction, lane: str, numbers: Collection[int], now: datetime) -> None:
    """These letters were handled: what they said is forgotten."""
    if numbers:
        await tx.execute(
            update(inbox)
            .where(inbox.c.lane == lane, inbox.c.number.in_(list(numbers)))
            .values(handled_at=now, body="")
        )


async def prune(tx: Transaction, before: datetime, limit: int = 2_000) -> int:
    """Remove letters that came before, handled or not; returns how many of them."""
    key = tuple_(inbox.c.lane, inbox.c.number)
    old = select(inbox.c.lane, inbox.c.number).where(inbox.c.received_at < before).limit(limit)
    return (await tx.execute(delete(inbox).where(key.in_(old)))).rowcount
