"""Words said to mean something else: proposals, and those accepted as blockers of a pack's names."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.store.database import Transaction
from bot.store.schema import amendments

LONGEST_PHRASE, LONGEST_TITLE = 200, 300


class State(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A phrase in which a word means something else than was asked for.

    Args:
        chat_id: the chat that said so; None when it is forgotten.
        subscription_id: the wish that the article was told for.
        entity: whose name is not meant in the phrase; "" for a change to a rule of that chat.
        phrase: as it stood in the article.
        title: of the article.
    """

    id: int
    chat_id: int | None
    subscription_id: int | None
    entity: str
    phrase: str
    title: str
    state: State


async def propose(
    tx: Transaction, chat_id: int, subscription_id: int, entity: str, phrase: str, title: str, now: datetime
) -> int:
    """Note a proposal; returns its number, the same for one that is open already."""
    mine = select(amendments.c.id).where(
        amendments.c.chat_id == chat_id,
        amendments.c.subscription_id == subscription_id,
        amendments.c.entity == entity,
        amendments.c.phrase == phrase[:LONGEST_PHRASE],
        amendments.c.state == State.OPEN,
    )
    if known := await tx.scalar(mine):
        return int(known)
    added = await tx.execute(
        insert(amendments).values(
            chat_id=chat_id,
            subscription_id=subscription_id,
            entity=entity,
            phrase=phrase[:LONGEST_PHRASE],
            title=title[:LONGEST_TITLE],
            state=State.OPEN,
            made_at=now,
        )
    )
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101  an INSERT of one row always has one
    return int(key[0])


async def find(tx: Transaction, number: int) -> Amendment | None:
    """The proposal of this number."""
    row = (await tx.execute(select(amendments).where(amendments.c.id == number))).first()
    return _amendment(row) if row else None


async def decide(tx: Transaction, number: int, was: State, state: State, now: datetime) -> bool:
    """Say what becomes of a proposal; False when it no longer is what it `was`."""
    done = await tx.execute(
        update(amendments)
        .where(amendments.c.id == number, amendments.c.state == was)
        .values(state=state, decided_at=now)
    )
    return done.rowcount == 1


async def blockers(tx: Transaction) -> list[Amendment]:
    """The accepted phrases in which an entity's name means something else, the oldest first."""
    rows = await tx.execute(
        select(amendments)
        .where(amendments.c.state == State.ACCEPTED, amendments.c.entity != "")
        .order_by(amendments.c.id)
    )
    return [_amendment(row) for row in rows]


def _amendment(row: Row[Any]) -> Amendment:
    return Amendment(
        row.id, row.chat_id, row.subscription_id, row.entity, row.phrase, row.title, State(row.state)
    )
