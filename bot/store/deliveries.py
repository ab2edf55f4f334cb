"""The ledger: every message owed to a chat, from the transaction of its story to the platform's answer.

A row is ready, held back (until its time, or until its chat returns), under way, or closed. `books` reads
the ledger for people, `folding` turns many rows into one digest, `owing` writes what is owed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    Row,
    String,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)

from bot.domain.manner import from_stored
from bot.domain.models import Address, ChatState, Delivery, DeliveryKind, DeliveryState, Priority
from bot.domain.quiet import Gather, Telling
from bot.store.database import Transaction
from bot.store.schema import chats, deliveries

CHUNK = 500
ROUNDS = 4
"""How often the search for chats that may be served goes on behind those that already were found."""

# In these words, or the indexes of the schema are not used.
READY = text("deliveries.state = 'pending' AND NOT deliveries.held")
HELD = text("deliveries.state = 'pending' AND deliveries.held")
PENDING = text("deliveries.state = 'pending'")
SENDING = text("deliveries.state = 'sending'")

# The statements of each step of a pump are made once: making one costs more than running it.
_WITH_CHAT = select(
    deliveries,
    chats.c.platform,
    chats.c.chat,
    chats.c.thread,
    chats.c.language,
    chats.c.manner,
    chats.c.timezone,
    chats.c.state.label("chat_state"),
).join(chats, chats.c.id == deliveries.c.chat_id)

_NEXT = (
    select(deliveries.c.id, deliveries.c.chat_id)
    .where(deliveries.c.lane == bindparam("b_lane"), READY)
    .where(deliveries.c.chat_id.not_in(bindparam("b_skip", expanding=True)))
    .order_by(deliveries.c.priority, deliveries.c.id)
    .limit(bindparam("b_size", type_=Integer))
)
# Where another pump still holds the account, what it claims or has claimed is left to it.
_BY_ID = _WITH_CHAT.where(deliveries.c.id.in_(bindparam("b_ids", expanding=True)), READY).with_for_update(
    of=deliveries, skip_locked=True
)
_MARK = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("b_ids", expanding=True)))
    .values(state=DeliveryState.SENDING, attempts=deliveries.c.attempts + 1, updated_at=bindparam("b_now"))
)

_is_alert = deliveries.c.kind == DeliveryKind.ALERT
_is_fold = and_(
    deliveries.c.kind == DeliveryKind.DIGEST,
    deliveries.c.payload.is_(None),
    bindparam("b_quiet", type_=Boolean),
)
_POSTPONE = (
    update(deliveries)
    .where(deliveries.c.chat_id == bindparam("b_chat"), READY, or_(_is_alert, _is_fold))
    .where(deliveries.c.priority > Priority.BREAKING, deliveries.c.lost_answers == 0)
    .values(
        held=True,
        gather=case((_is_alert, bindparam("b_gather", type_=String)), else_=deliveries.c.gather),
        not_before=bindparam("b_not_before"),
        # What waits until it is told with others does not grow stale meanwhile.
        expires_at=None,
        detail=bindparam("b_detail"),
        updated_at=bindparam("b_now"),
    )
)

_unchanged = deliveries.c.version == bindparam("b_version", type_=Integer)
_CLOSE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("b_id"))
    .values(
        state=case((_unchanged, bindparam("b_state", type_=String)), else_=DeliveryState.PENDING),
        held=case((_unchanged, False), else_=True),
        message_id=func.coalesce(bindparam("b_message_id", type_=String), deliveries.c.message_id),
        detail=bindparam("b_detail"),
        lost_answers=deliveries.c.lost_answers + bindparam("b_lost", type_=Integer),
        updated_at=bindparam("b_now"),
    )
)

_tried = deliveries.c.attempts - bindparam("b_uncounted", type_=Integer)
_PUT_BACK = (
    update(deliveries)
    # One that another process settled meanwhile stays as it is.
    .where(deliveries.c.id == bindparam("b_id"), deliveries.c.state == DeliveryState.SENDING)
    .values(
        state=DeliveryState.PENDING,
        held=bindparam("b_held"),
        not_before=bindparam("b_not_before"),
        detail=bindparam("b_detail"),
        attempts=case((_tried > 0, _tried), else_=0),
        lost_answers=deliveries.c.lost_answers + bindparam("b_lost", type_=Integer),
        updated_at=bindparam("b_now"),
    )
)


@dataclass(frozen=True, slots=True)
class Closing:
    """How one message ended."""

    id: int
    version: int
    state: DeliveryState
    message_id: str | None = None
    detail: str = ""
    lost_answers: int = 0


@dataclass(frozen=True, slots=True)
class Return:
    """A message that waits for its next try. `counted` is False for a try that says nothing about it."""

    id: int
    not_before: datetime | None
    detail: str
    counted: bool = True
    lost_answers: int = 0


async def ready(tx: Transaction, lane: str, limit: int, skip: Collection[int] = ()) -> list[Delivery]:
    """The next messages of a lane in order (priority, id), at most one of each chat.

    Args:
        tx: a transaction; a row of a paused chat that should have been held is held by the way.
        lane: the account.
        limit: how many at most.
        skip: chats to leave alone for now.
    """
    heads: dict[int, int] = {}
    page = max(64, 4 * limit)
    for _ in range(ROUNDS):
        rows = await _page(tx, lane, [*skip, *heads], page)
        for row in rows:
            heads.setdefault(row.chat_id, row.id)
        if len(rows) < page or len(heads) >= limit:
            break
    return await _full(tx, list(heads.values())[:limit])


async def _page(tx: Transaction, lane: str, skip: Sequence[int], size: int) -> Sequence[Any]:
    found = await tx.execute(_NEXT, {"b_lane": lane, "b_skip": list(skip), "b_size": size})
    return found.all()


async def _full(tx: Transaction, ids: Sequence[int]) -> list[Delivery]:
    if not ids:
        return []
    rows = (await tx.execute(_BY_ID, {"b_ids": list(ids)})).all()
    paused = [row.chat_id for row in rows if row.chat_state != ChatState.ACTIVE]
    if paused:
        await hold_chats(tx, paused)
    active = {row.id: row for row in rows if row.chat_state == ChatState.ACTIVE}
    return [_delivery(active[each]) for each in ids if each in active]


async def mark(tx: Transaction, ids: Collection[int], now: datetime) -> None:
    """Note that these messages are about to be sent. Nothing may be sent before this is committed."""
    if ids:
        await tx.execute(_MARK, {"b_ids": list(ids), "b_now": now})


async def postpone(tx: Transaction, waits: Mapping[int, Telling], now: datetime) -> None:
    """What these chats were to be told now waits after all, as they wish by now; see `quiet.postponed`."""
    rows = [
        {
            "b_chat": chat,
            "b_gather": how.gather,
            "b_quiet": how.gather is Gather.QUIET,
            "b_not_before": how.not_before,
            "b_detail": how.why,
            "b_now": now,
        }
        for chat, how in waits.items()
    ]
    if rows:
        await tx.execute(_POSTPONE, rows)


async def close(tx: Transaction, closings: Sequence[Closing], now: datetime) -> None:
    """Write down how messages ended. One that has more to say by now goes out once more."""
    if not closings:
        return
    rows = [
        {
            "b_id": each.id,
            "b_version": each.version,
            "b_state": each.state,
            "b_message_id": each.message_id,
            "b_detail": each.detail[:500],
            "b_lost": each.lost_answers,
            "b_now": now,
        }
        for each in closings
    ]
    await tx.execute(_CLOSE, rows)


async def put_back(tx: Transaction, returns: Sequence[Return], now: datetime) -> None:
    """Messages whose try did not count or did not work: they wait for their next turn."""
    if not returns:
        return
    rows = [
        {
            "b_id": each.id,
            "b_held": each.not_before is not None,
            "b_not_before": each.not_before,
            "b_detail": each.detail[:500],
            "b_uncounted": 0 if each.counted else 1,
            "b_lost": each.lost_answers,
            "b_now": now,
        }
        for each in returns
    ]
    await tx.execute(_PUT_BACK, rows)


async def under_way(tx: Transaction, lane: str) -> list[Delivery]:
    """Messages in `sending`: after a crash, those whose answer is not known."""
    rows = await tx.execute(_WITH_CHAT.where(deliveries.c.lane == lane, SENDING).order_by(deliveries.c.id))
    return [_delivery(row) for row in rows]


async def sent_within(
    tx: Transaction, lane: str, since: datetime, now: datetime, limit: int = 5_000
) -> list[tuple[Address, datetime]]:
    """Where an account's last messages went and when, oldest first; also those that may have gone.

    Those of a time to come, by a clock that was set back since, are left out.
    """
    rows = await tx.execute(
        select(chats.c.platform, chats.c.chat, chats.c.thread, deliveries.c.updated_at)
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(deliveries.c.updated_at.between(since, now), deliveries.c.lane == lane)
        .where(or_(deliveries.c.state == DeliveryState.SENT, SENDING, deliveries.c.lost_answers > 0))
        .order_by(deliveries.c.updated_at.desc())
        .limit(limit)
    )
    return [(Address(row.platform, row.chat, row.thread), row.updated_at) for row in reversed(rows.all())]


async def retrying(tx: Transaction, lane: str) -> dict[int, datetime]:
    """Chats whose message waits for its next try, and until when: nothing may overtake it."""
    rows = await tx.execute(
        select(deliveries.c.chat_id, func.min(deliveries.c.not_before).label("until"))
        .where(deliveries.c.lane == lane, deliveries.c.not_before.is_not(None))
        # An alert that is gathered with nothing waits for a try that need not have counted.
        .where(or_(deliveries.c.attempts > 0, and_(_is_alert, deliveries.c.gather == "")))
        .where(HELD, deliveries.c.kind != DeliveryKind.UPDATE)
        .group_by(deliveries.c.chat_id)
    )
    return {row.chat_id: row.until for row in rows}


async def release(tx: Transaction, lane: str, now: datetime, limit: int = 1_000) -> int:
    """Let messages go whose time has come; returns how many. Gathered alerts are left to `folding`."""
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.lane == lane, HELD, deliveries.c.not_before <= now)
        .where((deliveries.c.gather == "") | (deliveries.c.kind != DeliveryKind.ALERT))
        .order_by(deliveries.c.not_before)
        .limit(limit)
    )
    ids = [row.id for row in await tx.execute(due)]
    if ids:
        await tx.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(held=False))
    return len(ids)


async def shift(tx: Transaction, lane: str, by: timedelta) -> int:
    """The machine's clock was set back: times that were noted by the earlier clock move with it."""
    moved = 0
    waiting = select(deliveries.c.id, deliveries.c.not_before, deliveries.c.expires_at)
    for row in (await tx.execute(waiting.where(deliveries.c.lane == lane, PENDING))).all():
        values = {
            name: moment + by
            for name, moment in (("not_before", row.not_before), ("expires_at", row.expires_at))
            if moment is not None
        }
        if values:
            await tx.execute(update(deliveries).where(deliveries.c.id == row.id).values(values))
            moved += 1
    return moved


async def hold_chats(tx: Transaction, chat_ids: Collection[int]) -> None:
    """What is owed to these chats waits until they return."""
    await tx.execute(
        update(deliveries)
        .where(deliveries.c.chat_id.in_(list(chat_ids)), PENDING)
        .values(held=True, not_before=None)
    )


async def next_release(tx: Transaction, lane: str) -> datetime | None:
    """When the first message that waits for its time may go; None when none waits."""
    moment: datetime | None = await tx.scalar(
        select(func.min(deliveries.c.not_before)).where(deliveries.c.lane == lane, HELD)
    )
    return moment


async def alert_messages(
    tx: Transaction, wanted: Collection[tuple[str, int, int]]
) -> dict[tuple[str, int, int], str]:
    """The platform's ids of alerts, by (lane, chat, story); those that were not sent are left out."""
    if not wanted:
        return {}
    asked = [
        (deliveries.c.lane == lane) & (deliveries.c.chat_id == chat) & (deliveries.c.story_id == story)
        for lane, chat, story in wanted
    ]
    rows = await tx.execute(
        select(deliveries.c.lane, deliveries.c.chat_id, deliveries.c.story_id, deliveries.c.message_id).where(
            or_(*asked), deliveries.c.kind == DeliveryKind.ALERT, deliveries.c.message_id.is_not(None)
        )
    )
    return {(row.lane, row.chat_id, row.story_id): row.message_id for row in rows}


def _delivery(row: Row[Any]) -> Delivery:
    manner = from_stored(row.manner)
    return Delivery(
        id=row.id,
        lane=row.lane,
        chat_id=row.chat_id,
        address=Address(row.platform, row.chat, row.thread),
        kind=DeliveryKind(row.kind),
        story_id=row.story_id,
        priority=row.priority,
        attempts=row.attempts,
        created_at=row.created_at,
        message_id=row.message_id,
        payload=row.payload,
        version=row.version,
        language=row.language,
        lost_answer=manner.lost_answer,
        gather=row.gather,
        manner=manner,
        timezone=row.timezone,
        lost_answers=row.lost_answers,
    )
