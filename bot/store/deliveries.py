"""The ledger: every message owed to a chat, from the transaction of its story to the platform's answer."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from bot.domain.models import Address, ChatState, Delivery, DeliveryKind, DeliveryState
from bot.store.database import Transaction, upsert
from bot.store.schema import chats, deliveries

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to be written into the ledger. `payload` is a message's JSON; None renders the story."""

    lane: str
    chat_id: int
    kind: DeliveryKind
    priority: int
    story_id: int | None = None
    payload: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A delivery as `/why` and the books show it."""

    id: int
    lane: str
    chat_id: int
    chat_title: str
    kind: DeliveryKind
    story_id: int | None
    state: DeliveryState
    attempts: int
    message_id: str | None
    detail: str
    created_at: datetime
    updated_at: datetime


async def owe(tx: Transaction, owed: Iterable[Owed], now: datetime) -> int:
    """Write messages into the ledger; one that is there already stays as it is.

    Returns:
        How many were new.
    """
    rows = [_values(each, now) for each in owed]
    added = 0
    for start in range(0, len(rows), CHUNK):
        statement = upsert(tx, deliveries).values(rows[start : start + CHUNK]).on_conflict_do_nothing()
        added += (await tx.execute(statement)).rowcount
    return added


async def owe_updates(
    tx: Transaction, story_id: int, now: datetime, not_before: datetime, priority: int
) -> int:
    """Owe an edit to every chat that has this story's alert; an edit still waiting is not owed twice.

    Returns:
        How many chats get an edit.
    """
    told = await tx.execute(
        select(deliveries.c.lane, deliveries.c.chat_id).where(
            deliveries.c.story_id == story_id,
            deliveries.c.kind == DeliveryKind.ALERT,
            deliveries.c.state == DeliveryState.SENT,
        )
    )
    rows = [
        _values(Owed(row.lane, row.chat_id, DeliveryKind.UPDATE, priority, story_id, None, not_before), now)
        for row in told
    ]
    for start in range(0, len(rows), CHUNK):
        statement = upsert(tx, deliveries).values(rows[start : start + CHUNK])
        again = {
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "not_before": not_before,
            "updated_at": now,
            "detail": "",
        }
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["lane", "chat_id", "story_id", "kind"],
                set_=again,
                where=deliveries.c.state != DeliveryState.PENDING,
            )
        )
    return len(rows)


async def claim(
    tx: Transaction, lane: str, now: datetime, limit: int, busy: Collection[int] = ()
) -> list[Delivery]:
    """Take the next messages of a lane in order (priority, id), the head of each chat only.

    A chat with a message under way is left alone, so that a chat reads everything in order.

    Args:
        tx: a write transaction.
        lane: the account.
        now: messages with a later `not_before` stay.
        limit: how many at most.
        busy: chats to leave alone for now.
    """
    rows = await _open_heads(tx, lane, now, limit, busy)
    if rows:
        await tx.execute(
            update(deliveries)
            .where(deliveries.c.id.in_([row.id for row in rows]))
            .values(state=DeliveryState.SENDING, attempts=deliveries.c.attempts + 1, updated_at=now)
        )
    return [_delivery(row, attempts=row.attempts + 1) for row in rows]


async def _open_heads(
    tx: Transaction, lane: str, now: datetime, limit: int, busy: Collection[int]
) -> Sequence[Row[Any]]:
    underway = select(deliveries.c.chat_id).where(
        deliveries.c.lane == lane, deliveries.c.state == DeliveryState.SENDING
    )
    place = func.row_number().over(
        partition_by=deliveries.c.chat_id, order_by=(deliveries.c.priority, deliveries.c.id)
    )
    ready = (
        select(deliveries, chats.c.platform, chats.c.chat, chats.c.thread, place.label("place"))
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(
            deliveries.c.lane == lane,
            deliveries.c.state == DeliveryState.PENDING,
            (deliveries.c.not_before.is_(None)) | (deliveries.c.not_before <= now),
            chats.c.state == ChatState.ACTIVE,
            deliveries.c.chat_id.not_in(underway),
            deliveries.c.chat_id.not_in(list(busy)),
        )
        .subquery()
    )
    heads = select(ready).where(ready.c.place == 1).order_by(ready.c.priority, ready.c.id).limit(limit)
    return (await tx.execute(heads)).all()


async def close(
    tx: Transaction,
    delivery_id: int,
    state: DeliveryState,
    now: datetime,
    *,
    message_id: str | None = None,
    detail: str = "",
) -> None:
    """Write down how a delivery ended."""
    values: dict[str, Any] = {"state": state, "detail": detail[:500], "updated_at": now}
    if message_id is not None:
        values["message_id"] = message_id
    await tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


async def put_back(
    tx: Transaction, delivery_id: int, now: datetime, not_before: datetime | None, detail: str
) -> None:
    """A try that did not count or did not work: the message waits for its next turn."""
    await tx.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(state=DeliveryState.PENDING, not_before=not_before, detail=detail[:500], updated_at=now)
    )


async def under_way(tx: Transaction, lane: str) -> list[Delivery]:
    """Messages in `sending`: after a crash, those whose answer is not known."""
    rows = await tx.execute(
        select(deliveries, chats.c.platform, chats.c.chat, chats.c.thread)
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(deliveries.c.lane == lane, deliveries.c.state == DeliveryState.SENDING)
        .order_by(deliveries.c.id)
    )
    return [_delivery(row, attempts=row.attempts) for row in rows]


async def drop_expired(tx: Transaction, lane: str, now: datetime) -> int:
    """Close what has waited past its time to live; returns how many."""
    stale = await tx.execute(
        update(deliveries)
        .where(
            deliveries.c.lane == lane,
            deliveries.c.state == DeliveryState.PENDING,
            deliveries.c.expires_at <= now,
        )
        .values(state=DeliveryState.DROPPED, detail="waited past its time to live", updated_at=now)
    )
    return stale.rowcount


async def next_due(tx: Transaction, lane: str, now: datetime) -> datetime | None:
    """When the first message that has to wait may go; None when none waits."""
    moment: datetime | None = await tx.scalar(
        select(func.min(deliveries.c.not_before)).where(
            deliveries.c.lane == lane,
            deliveries.c.state == DeliveryState.PENDING,
            deliveries.c.not_before > now,
        )
    )
    return moment


async def alert_message(tx: Transaction, lane: str, chat_id: int, story_id: int) -> str | None:
    """The platform's id of a story's alert in a chat; None when it was not sent."""
    found: str | None = await tx.scalar(
        select(deliveries.c.message_id).where(
            deliveries.c.lane == lane,
            deliveries.c.chat_id == chat_id,
            deliveries.c.story_id == story_id,
            deliveries.c.kind == DeliveryKind.ALERT,
        )
    )
    return found


async def of_story(tx: Transaction, story_id: int, chat_id: int | None = None) -> list[LedgerLine]:
    """The ledger's lines of a story, for one chat or for all."""
    where: ColumnElement[bool] = deliveries.c.story_id == story_id
    if chat_id is not None:
        where = where & (deliveries.c.chat_id == chat_id)
    return await _lines(tx, where, limit=1000)


async def counts(tx: Transaction) -> dict[DeliveryState, int]:
    """How many deliveries are in each state."""
    rows = await tx.execute(select(deliveries.c.state, func.count().label("n")).group_by(deliveries.c.state))
    return {DeliveryState(row.state): row.n for row in rows}


async def _lines(tx: Transaction, where: ColumnElement[bool], limit: int) -> list[LedgerLine]:
    rows = await tx.execute(
        select(deliveries, chats.c.title.label("chat_title"))
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(where)
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    return [
        LedgerLine(
            id=row.id,
            lane=row.lane,
            chat_id=row.chat_id,
            chat_title=row.chat_title,
            kind=DeliveryKind(row.kind),
            story_id=row.story_id,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            message_id=row.message_id,
            detail=row.detail,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]


def _values(owed: Owed, now: datetime) -> dict[str, Any]:
    return {
        "lane": owed.lane,
        "chat_id": owed.chat_id,
        "kind": owed.kind,
        "story_id": owed.story_id,
        "state": DeliveryState.PENDING,
        "priority": owed.priority,
        "payload": owed.payload,
        "not_before": owed.not_before,
        "expires_at": owed.expires_at,
        "created_at": now,
        "updated_at": now,
    }


def _delivery(row: Row[Any], attempts: int) -> Delivery:
    return Delivery(
        id=row.id,
        lane=row.lane,
        chat_id=row.chat_id,
        address=Address(row.platform, row.chat, row.thread),
        kind=DeliveryKind(row.kind),
        story_id=row.story_id,
        priority=row.priority,
        attempts=attempts,
        created_at=row.created_at,
        message_id=row.message_id,
        payload=row.payload,
    )
