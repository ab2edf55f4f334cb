"""Who changed what: written in the transaction of the change, so that neither is there without the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.store.database import Transaction
from bot.store.schema import audit

NOBODY = "heraut"
"""Who changed something that no person asked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the log.

    Args:
        at: when.
        lane: the account through which it was asked; "" for the command line and the pages.
        chat: the platform's id of the chat.
        who: ``platform:user``.
        what: the command's name.
        detail: what was given, shortened.
    """

    at: datetime
    lane: str
    chat: str
    who: str
    what: str
    detail: str = ""
    id: int = 0


async def note(tx: Transaction, change: Change) -> None:
    """Write a line."""
    await tx.execute(
        insert(audit).values(
            at=change.at,
            lane=change.lane,
            chat=change.chat,
            who=(change.who or NOBODY)[:200],
            what=change.what[:40],
            detail=change.detail[:500],
        )
    )


async def changes(
    tx: Transaction,
    *,
    lane: str = "",
    chat: str = "",
    who: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Change]:
    """Lines, the newest first.

    Args:
        tx: any transaction.
        lane: only of this account.
        chat: only of this chat, with `lane`.
        who: only by this person.
        before: only lines with a smaller id: the next page.
        limit: how many at most.
    """
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    for column, wanted in ((audit.c.lane, lane), (audit.c.chat, chat), (audit.c.who, who)):
        if wanted:
            query = query.where(column == wanted)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [_change(row) for row in await tx.execute(query)]


async def forget_person(tx: Transaction, who: str) -> int:
    """Take a person's name out of the log; what was done stays. Returns from how many lines."""
    return (await tx.execute(update(audit).where(audit.c.who == who).values(who="forgotten"))).rowcount


async def forget_chat(tx: Transaction, lane: str, chat: str) -> int:
    """Remove what was done in a chat; returns how many lines."""
    return (await tx.execute(delete(audit).where(audit.c.lane == lane, audit.c.chat == chat))).rowcount


async def prune(tx: Transaction, before: datetime) -> int:
    """Remove old lines; returns how many."""
    return (await tx.execute(delete(audit).where(audit.c.at < before))).rowcount


def _change(row: Row[Any]) -> Change:
    return Change(row.at, row.lane, row.chat, row.who, row.what, row.detail, row.id)
