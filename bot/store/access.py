"""The chats that the owners allowed or denied."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.domain.models import Address
from bot.store.database import Transaction, upsert
from bot.store.schema import chat_access

ALLOWED, DENIED, UNLISTED = "allowed", "denied", "unlisted"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the owners decided of a chat, with all its threads.

    Args:
        told_at: when the chat was last told that it is not served.
        told_by: the accounts that told it; empty where a version that did not note them did.
    """

    platform: str
    chat: str
    verdict: str
    reason: str = ""
    told_at: datetime | None = None
    told_by: frozenset[str] = frozenset()

    @property
    def allowed(self) -> bool:
        return self.verdict == ALLOWED

    @property
    def denied(self) -> bool:
        return self.verdict == DENIED

    def was_told(self, lane: str) -> bool:
        """Whether this account need not say any more that the chat is not served."""
        return self.told_at is not None and (not self.told_by or lane in self.told_by)


async def everything(tx: Transaction) -> list[Ruling]:
    """Every chat that was allowed or denied."""
    rows = await tx.execute(
        select(chat_access)
        .where(chat_access.c.verdict != UNLISTED)
        .order_by(chat_access.c.platform, chat_access.c.chat)
    )
    return [_ruling(row) for row in rows]


async def of_chat(tx: Transaction, address: Address) -> Ruling | None:
    """What was decided of a chat, if anything was."""
    row = (await tx.execute(select(chat_access).where(*_here(address)))).first()
    return _ruling(row) if row else None


async def rule(tx: Transaction, address: Address, verdict: str, reason: str, now: datetime) -> None:
    """Decide of a chat; what was decided before no longer counts."""
    values = {"verdict": verdict, "reason": reason[:300], "at": now, "told_at": None, "told_by": ""}
    fresh = upsert(tx, chat_access).values(platform=address.platform, chat=address.chat, **values)
    await tx.execute(fresh.on_conflict_do_update(index_elements=["platform", "chat"], set_=values))


async def forget(tx: Transaction, address: Address) -> int:
    """Decide nothing of a chat any more; returns how many rows went."""
    return (await tx.execute(delete(chat_access).where(*_here(address)))).rowcount


async def told(tx: Transaction, lane: str, address: Address, now: datetime) -> bool:
    """Note that an account tells a chat that it is not served; False when it did before."""
    fresh = upsert(tx, chat_access).values(
        platform=address.platform, chat=address.chat, verdict=UNLISTED, at=now
    )
    await tx.execute(fresh.on_conflict_do_nothing())
    # One statement, as two processes may be asked at the same time.
    told_by, mark = chat_access.c.told_by, f" {lane} "
    untold = update(chat_access).where(*_here(address), ~told_by.contains(mark, autoescape=True))
    return (await tx.execute(untold.values(told_at=now, told_by=told_by + mark))).rowcount == 1


def _here(address: Address) -> tuple[Any, ...]:
    return chat_access.c.platform == address.platform, chat_access.c.chat == address.chat


def _ruling(row: Row[Any]) -> Ruling:
    told_by = frozenset(row.told_by.split())
    return Ruling(row.platform, row.chat, row.verdict, row.reason, row.told_at, told_by)
