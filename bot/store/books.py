"""The ledger as people read it, and what they may do with a line that failed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from bot.domain.models import Address, DeliveryKind, DeliveryState
from bot.store import signals
from bot.store.database import Transaction, upsert
from bot.store.deliveries import READY
from bot.store.schema import alarms, chats, deliveries, holdbacks, lanes


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
    not_before: datetime | None = None
    folded_into: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which lines of the ledger somebody wants to see; an empty value leaves nothing out.

    Args:
        chat: part of a chat's title, or the platform's own id of it.
        before: only lines with a smaller id.
    """

    states: frozenset[DeliveryState] = frozenset()
    lane: str = ""
    chat: str = ""
    story_id: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class LaneHold:
    """An account that is held back as a whole."""

    lane: str
    until: datetime
    reason: str


async def of_story(tx: Transaction, story_id: int, chat_id: int | None = None) -> list[LedgerLine]:
    """The ledger's lines of a story, for one chat or for all."""
    where: list[ColumnElement[bool]] = [deliveries.c.story_id == story_id]
    if chat_id is not None:
        where.append(deliveries.c.chat_id == chat_id)
    return await _lines(tx, *where, limit=1000)


async def lines(
    tx: Transaction, states: Collection[DeliveryState], *, lane: str = "", limit: int = 50
) -> list[LedgerLine]:
    """The newest lines in any of these states."""
    where: list[ColumnElement[bool]] = [deliveries.c.state.in_(list(states))]
    if lane:
        where.append(deliveries.c.lane == lane)
    return await _lines(tx, *where, limit=limit)


async def page(tx: Transaction, wanted: LedgerFilter, limit: int) -> list[LedgerLine]:
    """Lines of the ledger, the newest first."""
    where: list[ColumnElement[bool]] = []
    if wanted.states:
        where.append(deliveries.c.state.in_(sorted(wanted.states)))
    if wanted.lane:
        where.append(deliveries.c.lane == wanted.lane)
    if wanted.chat:
        named = chats.c.title.icontains(wanted.chat, autoescape=True)
        where.append(or_(named, chats.c.chat == wanted.chat))
    if wanted.story_id is not None:
        where.append(deliveries.c.story_id == wanted.story_id)
    if wanted.before is not None:
        where.append(deliveries.c.id < wanted.before)
    return await _lines(tx, *where, limit=limit)


async def known_lanes(tx: Transaction) -> list[str]:
    """Every account that something was owed through."""
    rows = await tx.execute(select(chats.c.lane).distinct().order_by(chats.c.lane))
    return [row.lane for row in rows]


async def line(tx: Transaction, delivery_id: int) -> LedgerLine | None:
    """One line."""
    found = await _lines(tx, deliveries.c.id == delivery_id, limit=1)
    return found[0] if found else None


async def counts(tx: Transaction, lane: str = "") -> dict[DeliveryState, int]:
    """How many deliveries are in each state."""
    query = select(deliveries.c.state, func.count().label("n")).group_by(deliveries.c.state)
    rows = await tx.execute(query.where(deliveries.c.lane == lane) if lane else query)
    return {DeliveryState(row.state): row.n for row in rows}


async def lost_answers(tx: Transaction, lane: str = "") -> int:
    """How often a platform's answer was lost, by a time-out or by a crash: at most so many doubles."""
    query = select(func.coalesce(func.sum(deliveries.c.lost_answers), 0))
    return int(await tx.scalar(query.where(deliveries.c.lane == lane) if lane else query) or 0)


async def retry(tx: Transaction, ids: Collection[int] | None, now: datetime) -> int:
    """Send failed messages once more, these or all; returns how many."""
    where: list[ColumnElement[bool]] = [deliveries.c.state == DeliveryState.FAILED]
    if ids is not None:
        where.append(deliveries.c.id.in_(list(ids)))
    done = await tx.execute(
        update(deliveries)
        .where(*where)
        .values(
            state=DeliveryState.PENDING,
            held=False,
            not_before=None,
            expires_at=None,
            attempts=0,
            detail="sent again by hand",
            updated_at=now,
        )
    )
    signals.note(tx, signals.OWED)
    return done.rowcount


async def drop(tx: Transaction, ids: Collection[int], now: datetime) -> int:
    """Give messages up that are owed or failed; returns how many. One under way cannot be stopped."""
    done = await tx.execute(
        update(deliveries)
        .where(
            deliveries.c.id.in_(list(ids)),
            deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.FAILED]),
        )
        .values(state=DeliveryState.DROPPED, held=False, detail="dropped by hand", updated_at=now)
    )
    return done.rowcount


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages of one account that could go now, and since when the oldest of them could."""

    lane: str
    waiting: int
    since: datetime


async def backlogs(tx: Transaction) -> list[Backlog]:
    """What could go now and has not, by account."""
    rows = await tx.execute(
        select(deliveries.c.lane, func.count().label("n"), func.min(deliveries.c.updated_at).label("since"))
        .where(READY)
        .group_by(deliveries.c.lane)
    )
    return [Backlog(row.lane, row.n, row.since) for row in rows]


async def hold_lane(tx: Transaction, lane: str, until: datetime, reason: str) -> None:
    """Note that an account is held back, so that a restart knows it as well."""
    values = {"lane": lane, "held_until": until, "reason": reason[:500]}
    fresh = upsert(tx, lanes).values(values)
    await tx.execute(
        fresh.on_conflict_do_update(
            index_elements=["lane"], set_={"held_until": until, "reason": reason[:500]}
        )
    )


async def free_lane(tx: Transaction, lane: str) -> None:
    """The account works again."""
    await tx.execute(delete(lanes).where(lanes.c.lane == lane))


async def held_lanes(tx: Transaction) -> dict[str, LaneHold]:
    """The accounts that are held back."""
    rows = await tx.execute(select(lanes))
    return {row.lane: LaneHold(row.lane, row.held_until, row.reason) for row in rows}


async def hold_back(tx: Transaction, story_id: int, reasons: dict[int, str], now: datetime) -> None:
    """Note why chats do not hear of a story now, by chat id."""
    if not reasons:
        return
    rows = [
        {"chat_id": chat, "story_id": story_id, "why": why[:500], "at": now} for chat, why in reasons.items()
    ]
    fresh = upsert(tx, holdbacks)
    last = fresh.on_conflict_do_update(
        index_elements=["chat_id", "story_id"], set_={"why": fresh.excluded.why, "at": fresh.excluded.at}
    )
    await tx.execute(last, rows)


async def held_back(tx: Transaction, story_id: int, chat_id: int) -> tuple[str, datetime] | None:
    """Why a chat did not hear of a story, and when that was decided."""
    row = (
        await tx.execute(
            select(holdbacks).where(holdbacks.c.story_id == story_id, holdbacks.c.chat_id == chat_id)
        )
    ).first()
    return (row.why, row.at) if row else None


async def told_since(tx: Transaction, chat_id: int, moment: datetime) -> int:
    """How many alerts a chat was owed since then that did not wait for a digest."""
    counted = select(func.count()).where(
        deliveries.c.chat_id == chat_id,
        deliveries.c.kind == DeliveryKind.ALERT,
        deliveries.c.created_at > moment,
        deliveries.c.gather == "",
    )
    return await tx.scalar(counted) or 0


async def story_of_message(tx: Transaction, lane: str, address: Address, message_id: str) -> int | None:
    """The story that a message of ours is the alert of; None when it is none."""
    told = (
        select(deliveries.c.story_id)
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(
            chats.c.lane == lane,
            chats.c.chat == address.chat,
            chats.c.thread == address.thread,
            deliveries.c.kind == DeliveryKind.ALERT,
            deliveries.c.message_id == message_id,
        )
    )
    return await tx.scalar(told.limit(1))


async def may_alarm(tx: Transaction, key: str, now: datetime, again_after: datetime) -> bool:
    """Whether the people who run the bot shall be told of a trouble now; notes that they are.

    Args:
        again_after: an alarm told after this moment is not repeated.
    """
    told = await tx.scalar(select(alarms.c.told_at).where(alarms.c.key == key))
    if told is not None and told > again_after:
        return False
    fresh = upsert(tx, alarms).values(key=key, told_at=now)
    await tx.execute(fresh.on_conflict_do_update(index_elements=["key"], set_={"told_at": now}))
    return True


async def _lines(tx: Transaction, *where: Any, limit: int) -> list[LedgerLine]:
    rows = await tx.execute(
        select(deliveries, chats.c.title.label("chat_title"))
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(*where)
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
            not_before=row.not_before,
            folded_into=row.folded_into,
        )
        for row in rows
    ]
