"""What is owed to chats is written into the ledger here, in the transaction of what there is to tell.

Whoever sends for an account is told of it as that transaction is committed. `deliveries` hands out what is
written here, and says how it ended.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, insert, select, update

from bot.domain.models import DeliveryKind, DeliveryState, Priority
from bot.store import signals
from bot.store.database import Transaction, insert_missing, upsert
from bot.store.deliveries import CHUNK, PENDING
from bot.store.schema import deliveries


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to be written into the ledger. `payload` is a message's JSON; None renders the story.

    `gather` says that it waits to be told together with others (`bot.domain.quiet.Gather`).
    """

    lane: str
    chat_id: int
    kind: DeliveryKind
    priority: int
    story_id: int | None = None
    payload: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    gather: str = ""
    detail: str = ""


async def owe(tx: Transaction, owed: Iterable[Owed], now: datetime) -> int:
    """Write messages into the ledger; one that is there already stays as it is.

    Returns:
        How many were new.
    """
    rows = [_values(each, now) for each in owed]
    if not rows:
        return 0
    _signal(tx, rows)
    return (await tx.execute(insert_missing(tx.dialect.name, deliveries), rows)).rowcount


_edits = deliveries.alias()
_TOLD = (
    select(deliveries.c.lane, deliveries.c.chat_id, _edits.c.version)
    .outerjoin(
        _edits,
        and_(
            _edits.c.lane == deliveries.c.lane,
            _edits.c.chat_id == deliveries.c.chat_id,
            _edits.c.story_id == deliveries.c.story_id,
            _edits.c.kind == DeliveryKind.UPDATE,
        ),
    )
    .where(
        deliveries.c.story_id == bindparam("story"),
        deliveries.c.kind == DeliveryKind.ALERT,
        # An alert under way was composed before this change, so its message needs the edit as well.
        deliveries.c.state.in_([DeliveryState.SENT, DeliveryState.SENDING]),
    )
)


async def owe_updates(
    tx: Transaction, story_id: int, now: datetime, pause: Callable[[int], timedelta], priority: int
) -> int:
    """Owe an edit to every chat that has this story's alert; an edit still waiting is not owed twice.

    Args:
        tx: a write transaction.
        story_id: the story that changed.
        now: the time.
        pause: how long to gather changes for a chat, from how often its message was edited already.
        priority: of the edits.

    Returns:
        How many chats get an edit.
    """
    rows = []
    for row in await tx.execute(_TOLD, {"story": story_id}):
        after = now + pause(0 if row.version is None else row.version + 1)
        owed = Owed(row.lane, row.chat_id, DeliveryKind.UPDATE, priority, story_id, not_before=after)
        rows.append(_values(owed, now))
    if not rows:
        return 0
    again = {
        "state": case(
            (deliveries.c.state == DeliveryState.SENDING, DeliveryState.SENDING), else_=DeliveryState.PENDING
        ),
        "held": True,
        "attempts": 0,
        "version": deliveries.c.version + 1,
        "updated_at": now,
        "detail": "",
    }
    statement = upsert(tx, deliveries)
    statement = statement.on_conflict_do_update(
        index_elements=["lane", "chat_id", "story_id", "kind"],
        set_=again | {"not_before": statement.excluded.not_before},
        where=deliveries.c.state != DeliveryState.PENDING,
    )
    await tx.execute(statement, rows)
    return len(rows)


async def escalate(tx: Transaction, story_id: int, chat_ids: Collection[int], now: datetime) -> int:
    """A story became breaking news: its alert goes out at once, whatever it was waiting for."""
    ids, raised = list(chat_ids), 0
    for start in range(0, len(ids), CHUNK):
        done = await tx.execute(
            update(deliveries)
            .where(
                deliveries.c.story_id == story_id,
                deliveries.c.kind == DeliveryKind.ALERT,
                deliveries.c.chat_id.in_(ids[start : start + CHUNK]),
                deliveries.c.priority > Priority.BREAKING,
                PENDING,
            )
            .values(
                priority=Priority.BREAKING,
                held=False,
                not_before=None,
                gather="",
                detail="breaking news",
                updated_at=now,
            )
        )
        raised += done.rowcount
    if raised:
        signals.note(tx, signals.OWED)
    return raised


async def add(tx: Transaction, owed: Owed, now: datetime) -> int:
    """Write one message into the ledger and return its id."""
    values = _values(owed, now)
    _signal(tx, [values])
    made = await tx.execute(insert(deliveries).values(**values))
    key = made.inserted_primary_key
    assert key is not None  # noqa: S101  an INSERT of one row always has one
    return int(key[0])


def _signal(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Whoever sends for these rows' accounts shall look, unless they have to wait anyway."""
    for lane in {row["lane"] for row in rows if not row["held"]}:
        signals.note(tx, signals.OWED, lane)


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
        "held": owed.not_before is not None,
        "gather": owed.gather,
        "detail": owed.detail,
        "created_at": now,
        "updated_at": now,
    }
