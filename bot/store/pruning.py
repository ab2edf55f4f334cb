"""Deleting what is old. Each function removes at most a chunk and returns how many rows that was."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, delete, exists, func, select

from bot.domain.models import DeliveryState
from bot.store import schema
from bot.store.amendments import State
from bot.store.database import Transaction

Prune = Callable[[Transaction, datetime], Awaitable[int]]

CHUNK = 2_000
KEPT_ITEMS = 500
"""Items of each feed that are never forgotten: what a publisher still lists must not become news again."""

OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED)
CLOSED = (DeliveryState.SENT, DeliveryState.DROPPED, DeliveryState.FOLDED)


async def deliveries(tx: Transaction, before: datetime) -> int:
    """Messages that were closed before, except those folded into a digest that is still open."""
    row, digest = schema.deliveries, schema.deliveries.alias("digest")
    waits = exists().where(digest.c.id == row.c.folded_into, digest.c.state.in_(OPEN))
    old = select(row.c.id).where(row.c.state.in_(CLOSED), row.c.updated_at < before, ~waits)
    return await _remove(tx, row, old)


async def stories(tx: Transaction, before: datetime) -> int:
    """Stories that nothing happened to since, and that nothing is owed of, nor told by a digest to come."""
    row, owed, digest = schema.stories, schema.deliveries, schema.deliveries.alias("digest")
    told_by = exists().where(digest.c.id == owed.c.folded_into, digest.c.state.in_(OPEN))
    waits = exists().where(owed.c.story_id == row.c.id, owed.c.state.in_(OPEN) | told_by)
    old = select(row.c.id).where(row.c.updated_at < before, ~waits)
    return await _remove(tx, row, old)


async def items(tx: Transaction, before: datetime) -> int:
    """Items of no story, except the last of every feed."""
    row, newer = schema.items, schema.items.alias("newer")
    placed = exists().where(schema.story_items.c.item_id == row.c.id)
    later = (
        select(func.count())
        .select_from(
            select(newer.c.id)
            .where(newer.c.feed_id == row.c.feed_id, newer.c.id > row.c.id)
            .limit(KEPT_ITEMS)
            .correlate(row)
            .subquery()
        )
        .scalar_subquery()
    )
    pushed_out = row.c.feed_id.is_(None) | (later >= KEPT_ITEMS)
    old = select(row.c.id).where(row.c.seen_at < before, ~placed, pushed_out)
    return await _remove(tx, row, old)


async def notes(tx: Transaction, before: datetime) -> int:
    """Reasons for silence, ended mutes and follows, changes, proposals and alarms of long ago.

    A phrase that was accepted as meaning something else stays.
    """
    gone, proposals = 0, schema.amendments.c
    counts = (proposals.state == State.ACCEPTED) & (proposals.entity != "")
    for condition in (
        delete(schema.holdbacks).where(schema.holdbacks.c.at < before),
        delete(schema.story_mutes).where(schema.story_mutes.c.until < before),
        delete(schema.story_follows).where(schema.story_follows.c.until < before),
        delete(schema.audit).where(schema.audit.c.at < before),
        delete(schema.amendments).where(proposals.made_at < before, ~counts),
        delete(schema.alarms).where(schema.alarms.c.told_at < before),
    ):
        gone += (await tx.execute(condition)).rowcount
    return gone


async def _remove(tx: Transaction, table: Table, old: Select[Any]) -> int:
    ids = [row.id for row in await tx.execute(old.limit(CHUNK))]
    if ids:
        await tx.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)
