"""Many messages into one: alerts that would come too late, too many or at a bad time go out in a digest.

A folded row names the digest that tells its story, so nothing is dropped and `/why` can say what became
of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from bot.domain.manner import from_stored
from bot.domain.models import ChatState, DeliveryKind, DeliveryState, Priority
from bot.domain.quiet import Gather, next_digest, quiet_until, telling
from bot.errors import Phrase
from bot.store.database import Transaction
from bot.store.deliveries import HELD, PENDING, READY
from bot.store.owing import Owed, add
from bot.store.schema import chats, deliveries

PART = 10
"""Stories in one digest message: as many headlines with links as every platform shows in one piece."""

DIGEST_GRACE = timedelta(minutes=3)

LATE, BURST, RETURN = "late", "burst", "return"
"""Why a digest was made by the pump itself; the other reasons are `Gather`'s."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A story of a digest, and when its alert was owed."""

    story_id: int
    owed_at: datetime


async def fold_chat(tx: Transaction, chat_id: int, why: str, detail: str, now: datetime) -> int:
    """Fold all alerts that are owed to a chat; returns how many. A single one is let go as it is."""
    rows = await _alerts(tx, deliveries.c.chat_id == chat_id, PENDING)
    if len(rows) == 1 and why in (BURST, RETURN):
        await _let_go([rows[0].id], tx)
        return 0
    await _fold(tx, rows, why, detail, now)
    return len(rows)


async def fold_expired(tx: Transaction, lane: str, now: datetime, limit: int = 1_000) -> int:
    """Fold what waited past its time to live: it is no longer news, but nobody shall miss it.

    A chat with digest times gets it in its next digest, another one at once in one of its own.
    """
    stale = await _alerts(tx, deliveries.c.lane == lane, PENDING, deliveries.c.expires_at <= now, limit=limit)
    by_chat = _by_chat(stale)
    if not by_chat:
        return 0
    for chat_id, rows in by_chat.items():
        chat = (await tx.execute(select(chats).where(chats.c.id == chat_id))).one()
        if chat.state != ChatState.ACTIVE:
            await _postpone(tx, rows, None, now)
            continue
        manner = from_stored(chat.manner)
        slot = next_digest(manner, chat.timezone, now)
        if slot is not None:
            await _postpone(tx, rows, slot, now)
        else:
            after = quiet_until(manner, chat.timezone, now)
            await _fold(tx, rows, LATE, "waited past its time to live", now, after)
    return len(stale)


async def fold_due(tx: Transaction, lane: str, now: datetime, limit: int = 1_000) -> int:
    """Fold what was gathered and is due: the alerts of quiet hours, and those that wait for a digest.

    Returns:
        How many messages became ready or folded.
    """
    ended = (deliveries.c.gather == Gather.QUIET) & (deliveries.c.not_before <= now)
    # At its digest times a chat gets what waited with other stories (`services.digest`); this is for those
    # that wait without such times.
    left = (deliveries.c.gather == Gather.DIGEST) & (deliveries.c.not_before <= now - DIGEST_GRACE)
    due = await _alerts(tx, deliveries.c.lane == lane, HELD, ended | left, limit=limit)
    for rows in _by_chat(due).values():
        if len(rows) == 1 and rows[0].gather == Gather.QUIET:
            await _let_go([rows[0].id], tx)
        else:
            await _fold(tx, rows, rows[0].gather, rows[0].detail, now)
    return len(due)


async def regather(tx: Transaction, chat_id: int, now: datetime) -> int:
    """A chat chose other times: what was gathered for the old ones waits for the new ones, or for none.

    Returns:
        How many alerts that were.
    """
    chat = (await tx.execute(select(chats).where(chats.c.id == chat_id))).one()
    manner = replace(from_stored(chat.manner), breaking=0)
    how = telling(manner, chat.timezone, 0, 0, now)
    moment = how.not_before or now
    digest = next_digest(manner, chat.timezone, now) or moment
    mine = update(deliveries).where(
        deliveries.c.chat_id == chat_id, deliveries.c.kind == DeliveryKind.ALERT, HELD
    )
    if how.gather is Gather.DIGEST:
        every = mine.where(deliveries.c.gather != "").values(
            gather=how.gather, not_before=moment, expires_at=None, detail=how.why, updated_at=now
        )
        return (await tx.execute(every)).rowcount
    quiet = mine.where(deliveries.c.gather == Gather.QUIET).values(
        not_before=moment, detail=how.why or Phrase("the quiet hours were changed"), updated_at=now
    )
    left = mine.where(deliveries.c.gather == Gather.DIGEST).values(not_before=digest, updated_at=now)
    return (await tx.execute(quiet)).rowcount + (await tx.execute(left)).rowcount


async def welcome_back(tx: Transaction, chat_ids: Collection[int], now: datetime) -> None:
    """Chats that had gone are back: one digest of what was owed to them, and the rest as it was."""
    for chat_id in chat_ids:
        await fold_chat(tx, chat_id, RETURN, "owed while the chat was away", now)
        waiting = select(deliveries.c.id).where(
            deliveries.c.chat_id == chat_id, HELD, deliveries.c.not_before.is_(None)
        )
        await _let_go([row.id for row in await tx.execute(waiting)], tx)


async def flooded(tx: Transaction, lane: str, more_than: int) -> list[int]:
    """Chats that are owed so many alerts now that they would come as a flood."""
    rows = await tx.execute(
        select(deliveries.c.chat_id)
        .where(deliveries.c.lane == lane, READY, deliveries.c.priority == Priority.ALERT)
        .group_by(deliveries.c.chat_id)
        .having(func.count() > more_than)
    )
    return [row.chat_id for row in rows]


async def stories_of(tx: Transaction, digest_ids: Collection[int]) -> dict[int, list[Folded]]:
    """The stories that each of these digests tells, in the order in which they were owed."""
    rows = await tx.execute(
        select(deliveries.c.folded_into, deliveries.c.story_id, deliveries.c.created_at)
        .where(
            deliveries.c.folded_into.in_(list(digest_ids)),
            text("deliveries.state = 'folded'"),
            deliveries.c.story_id.is_not(None),
        )
        .order_by(deliveries.c.id)
    )
    found: dict[int, list[Folded]] = defaultdict(list)
    for row in rows:
        found[row.folded_into].append(Folded(row.story_id, row.created_at))
    return found


async def gathered(tx: Transaction, chat_id: int) -> dict[int, int]:
    """What waits for a chat's next digest: the rows by their story."""
    rows = await tx.execute(
        select(deliveries.c.story_id, deliveries.c.id).where(
            deliveries.c.chat_id == chat_id,
            deliveries.c.kind == DeliveryKind.ALERT,
            deliveries.c.gather == Gather.DIGEST,
            PENDING,
        )
    )
    return {row.story_id: row.id for row in rows}


async def fold_into(tx: Transaction, ids: Iterable[int], digest_id: int, detail: str, now: datetime) -> None:
    """Note that these rows' stories are told by a digest."""
    await tx.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(list(ids)))
        .values(
            state=DeliveryState.FOLDED,
            held=False,
            folded_into=digest_id,
            detail=detail[:500],
            updated_at=now,
        )
    )


async def _fold(
    tx: Transaction,
    rows: Sequence[Any],
    why: str,
    detail: str,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        head = part[0]
        owed = Owed(
            head.lane,
            head.chat_id,
            DeliveryKind.DIGEST,
            Priority.DIGEST,
            not_before=not_before,
            gather=why,
        )
        digest_id = await add(tx, owed, now)
        await fold_into(tx, [row.id for row in part], digest_id, f"in digest {digest_id}: {detail}", now)


async def _postpone(tx: Transaction, rows: Sequence[Any], slot: datetime | None, now: datetime) -> None:
    await tx.execute(
        update(deliveries)
        .where(deliveries.c.id.in_([row.id for row in rows]))
        .values(
            held=True,
            not_before=slot,
            expires_at=None,
            gather=Gather.DIGEST,
            detail="waited past its time to live; comes in the next digest",
            updated_at=now,
        )
    )


async def _let_go(ids: Sequence[int], tx: Transaction) -> None:
    if ids:
        await tx.execute(
            update(deliveries).where(deliveries.c.id.in_(ids)).values(held=False, not_before=None, gather="")
        )


async def _alerts(tx: Transaction, *where: Any, limit: int | None = None) -> Sequence[Any]:
    rows = await tx.execute(
        select(
            deliveries.c.id,
            deliveries.c.lane,
            deliveries.c.chat_id,
            deliveries.c.gather,
            deliveries.c.detail,
        )
        # One whose answer was lost may have arrived: only its own idempotency key can tell, so it stays.
        .where(*where, deliveries.c.kind == DeliveryKind.ALERT, deliveries.c.lost_answers == 0)
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    return rows.all()


def _by_chat(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.chat_id].append(row)
    return found
