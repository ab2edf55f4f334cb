"""Feeds, their poll state, and the leases that keep two workers from polling one feed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select, update

from bot.domain.models import FeedDue, FeedSpec, Outlet, PollState
from bot.store.database import Transaction, upsert
from bot.store.schema import feeds


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed's row for `/status` and the feeds page."""

    id: int
    spec: FeedSpec
    state: PollState
    next_poll_at: datetime


async def configure(tx: Transaction, specs: Iterable[FeedSpec], now: datetime, interval: timedelta) -> None:
    """Make the configured feeds the enabled ones; known ones keep their poll state.

    Args:
        tx: the transaction.
        specs: all feeds that should be polled.
        now: a new feed is due at once.
        interval: the first interval of a new feed.
    """
    await tx.execute(update(feeds).values(enabled=False))
    for spec in specs:
        described = {
            "outlet": spec.outlet.name,
            "owner": spec.outlet.owner,
            "language": spec.language,
            "title": spec.title,
            "headers": dict(spec.headers),
            "enabled": True,
        }
        first = {"created_at": now, "next_poll_at": now, "interval_seconds": interval.total_seconds()}
        statement = upsert(tx, feeds).values(url=spec.url, skip_hours=[], **first, **described)
        await tx.execute(statement.on_conflict_do_update(index_elements=["url"], set_=described))


async def lease_due(tx: Transaction, now: datetime, lease: timedelta, limit: int) -> list[FeedDue]:
    """Take the feeds that are due and that nobody holds, the longest waiting first."""
    free = or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= now)
    due = (
        select(feeds)
        .where(feeds.c.enabled, ~feeds.c.retired, feeds.c.next_poll_at <= now, free)
        .order_by(feeds.c.next_poll_at, feeds.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (await tx.execute(due)).all()
    until = now + lease
    if rows:
        await tx.execute(
            update(feeds).where(feeds.c.id.in_([row.id for row in rows])).values(leased_until=until)
        )
    return [FeedDue(row.id, _spec(row), _state(row), row.created_at, until) for row in rows]


async def finish(tx: Transaction, feed_id: int, state: PollState, next_poll_at: datetime) -> None:
    """Write what a poll taught, and give the lease back."""
    await tx.execute(
        update(feeds)
        .where(feeds.c.id == feed_id)
        .values(
            etag=state.etag,
            last_modified=state.last_modified,
            body_hash=state.body_hash,
            interval_seconds=state.interval.total_seconds(),
            failures=state.failures,
            last_error=state.last_error[:500] if state.last_error else None,
            last_success_at=state.last_success_at,
            retired=state.retired,
            skip_hours=sorted(state.skip_hours),
            next_poll_at=next_poll_at,
            leased_until=None,
        )
    )


async def move(tx: Transaction, feed_id: int, url: str) -> bool:
    """Remember a permanent redirect. False when another feed already has that address."""
    if await tx.scalar(select(feeds.c.id).where(feeds.c.url == url, feeds.c.id != feed_id)):
        return False
    await tx.execute(update(feeds).where(feeds.c.id == feed_id).values(url=url))
    return True


async def release_all(tx: Transaction) -> None:
    """Give every lease back: only for the one process of an embedded installation, at its start."""
    await tx.execute(update(feeds).values(leased_until=None))


async def health(tx: Transaction) -> Sequence[FeedHealth]:
    """Every enabled feed, the failing ones first."""
    rows = (
        await tx.execute(select(feeds).where(feeds.c.enabled).order_by(feeds.c.failures.desc(), feeds.c.id))
    ).all()
    return [FeedHealth(row.id, _spec(row), _state(row), row.next_poll_at) for row in rows]


async def count(tx: Transaction) -> int:
    """How many feeds are watched."""
    return await tx.scalar(select(func.count()).select_from(feeds).where(feeds.c.enabled)) or 0


def _spec(row: Row[Any]) -> FeedSpec:
    return FeedSpec(row.url, Outlet(row.outlet, row.owner), row.language, row.title, row.headers)


def _state(row: Row[Any]) -> PollState:
    return PollState(
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        interval=timedelta(seconds=row.interval_seconds),
        failures=row.failures,
        last_error=row.last_error,
        last_success_at=row.last_success_at,
        retired=row.retired,
        skip_hours=frozenset(row.skip_hours),
    )
