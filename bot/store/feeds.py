"""Feeds, their poll state, and the leases that keep two workers from polling one feed.

A row is known by the address somebody gave (`url`); `moved_to` is where its publisher says it lives now.
What the configuration lists and what chats added stand side by side; neither disables the other.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from bot.domain.models import FeedDue, FeedSpec, Outlet, PollState
from bot.domain.text import fold
from bot.store import turns
from bot.store.database import Transaction, upsert
from bot.store.prepared import PREPARED
from bot.store.schema import feed_events, feeds

CONFIG, CHAT = "config", "chat"
GAP = "gap"
"""The kind of event that says items may have come and gone between two polls."""
_SECRET = re.compile(r"(?<=://)[^/?#]*@|[?#].*", re.DOTALL)

# Statements of every poll: made once, as making one costs more than running it.
_FINISH = update(feeds).where(feeds.c.id == bindparam("feed")).execution_options(**PREPARED)
_NOW = bindparam("now", type_=feeds.c.next_poll_at.type)
_DUE = (
    select(feeds)
    .where(feeds.c.enabled, ~feeds.c.retired, feeds.c.next_poll_at <= _NOW)
    .where(or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= _NOW))
    .order_by(feeds.c.next_poll_at, feeds.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(feeds)
    .where(feeds.c.id.in_(bindparam("taken", expanding=True)))
    .values(leased_until=bindparam("until"))
)
_RENEW = _LEASE.where(feeds.c.leased_until.is_not(None))


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """Something that happened to a feed. `kind` is a `schedule.Notice` or `GAP`."""

    feed_id: int
    kind: str
    at: datetime
    detail: str


# --- which feeds there are --------------------------------------------------------------------------


async def configure(tx: Transaction, specs: Iterable[FeedSpec], now: datetime, interval: timedelta) -> None:
    """Make the configuration's feeds these; known ones keep their poll state, added ones stay.

    Args:
        tx: the transaction.
        specs: all feeds that the configuration lists.
        now: a new feed is due at once.
        interval: the first interval of a new feed.
    """
    await turns.take(tx, turns.FEEDS)
    known = {row.url: row for row in await tx.execute(select(feeds))}
    new: list[dict[str, Any]] = []
    for spec in specs:
        row = known.pop(spec.url, None)
        wanted = _described(spec, row.moved_to if row else None) | {"origin": CONFIG}
        if row is None:
            new.append({"url": spec.url} | wanted | _first(now, interval))
            continue
        if not (row.stopped or row.enabled):
            wanted |= _again(now)
        # Most are as they were: a start with thousands of feeds writes next to nothing.
        changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if changed:
            await tx.execute(update(feeds).where(feeds.c.id == row.id).values(changed))
    if new:
        await tx.execute(upsert(tx, feeds).on_conflict_do_nothing(), new)
    for row in known.values():
        if row.origin == CONFIG and row.enabled:
            await tx.execute(update(feeds).where(feeds.c.id == row.id).values(enabled=False))
        if not row.words:
            await _reword(tx, row, row.moved_to)


async def add(tx: Transaction, spec: FeedSpec, now: datetime, interval: timedelta) -> tuple[int, bool]:
    """Add a feed by command; returns its id, and False when it was watched already.

    One that was removed or retired is watched again, as if it were new.
    """
    await turns.take(tx, turns.FEEDS)
    row = (
        await tx.execute(select(feeds).where(or_(feeds.c.url == spec.url, feeds.c.moved_to == spec.url)))
    ).first()
    if row is None:
        values = _described(spec) | _first(now, interval) | {"origin": CHAT}
        return int(
            await tx.scalar(insert(feeds).values(url=spec.url, **values).returning(feeds.c.id)) or 0
        ), True
    if row.enabled and not row.retired:
        return row.id, False
    values = _described(spec, row.moved_to) | _again(now) | {"stopped": False, "origin": CHAT}
    await tx.execute(update(feeds).where(feeds.c.id == row.id).values(values))
    return row.id, True


async def remove(tx: Transaction, feed_id: int) -> None:
    """Stop watching a feed, whoever listed it. Its items, and what was sent of them, stay."""
    await tx.execute(update(feeds).where(feeds.c.id == feed_id).values(enabled=False, stopped=True))


def words_of(*described: str | None) -> str:
    """What a feed is found and ordered by, folded: its outlet, owner, title and addresses, in this order.

    Of an address neither login nor query: who may look for feeds could guess a secret bit by bit.
    """
    parts = [_SECRET.sub("", part) if "://" in part else part for part in described if part]
    return fold(" ".join(parts)).text


async def _reword(tx: Transaction, row: Row[Any], moved_to: str | None) -> None:
    words = words_of(row.outlet, row.owner, row.title, row.url, moved_to)
    await tx.execute(update(feeds).where(feeds.c.id == row.id).values(moved_to=moved_to, words=words))


def _described(spec: FeedSpec, *known_at: str | None) -> dict[str, Any]:
    return {
        "words": words_of(spec.outlet.name, spec.outlet.owner, spec.title, spec.url, *known_at),
        "outlet": spec.outlet.name[:200],
        "owner": spec.outlet.owner[:100],
        "language": spec.language,
        "title": spec.title[:300],
        "headers": dict(spec.headers),
        "proxy": spec.proxy,
        "backup": spec.backup,
        "article": spec.article,
    }


def _first(now: datetime, interval: timedelta) -> dict[str, Any]:
    return {
        "enabled": True,
        "created_at": now,
        "next_poll_at": now,
        "interval_seconds": interval.total_seconds(),
        "skip_hours": [],
    }


def _again(now: datetime) -> dict[str, Any]:
    """A feed that comes back begins as a new one: what it published meanwhile is not news."""
    return {
        "enabled": True,
        "retired": False,
        "failures": 0,
        "last_error": None,
        "last_success_at": None,
        "silent_after": None,
        "created_at": now,
        "next_poll_at": now,
    }


# --- polls ------------------------------------------------------------------------------------------


async def lease_due(tx: Transaction, now: datetime, lease: timedelta, limit: int) -> list[FeedDue]:
    """Take the feeds that are due and that nobody holds, the longest waiting first."""
    rows = (await tx.execute(_DUE, {"now": now, "most": limit})).all()
    until = now + lease
    if rows:
        await tx.execute(_LEASE, {"until": until, "taken": [row.id for row in rows]})
    return [FeedDue(row.id, spec_of(row), state_of(row), row.created_at, until) for row in rows]


async def renew(tx: Transaction, feed_ids: Collection[int], until: datetime) -> None:
    """Keep feeds that are held for longer; a lease that was given back stays so."""
    await tx.execute(_RENEW, {"until": until, "taken": list(feed_ids)})


async def finish(tx: Transaction, feed_id: int, state: PollState, next_poll_at: datetime) -> None:
    """Write what a poll taught, and give the lease back."""
    await finish_all(tx, [(feed_id, state, next_poll_at)])


async def finish_all(tx: Transaction, polled: Iterable[tuple[int, PollState, datetime]]) -> None:
    """The same for several feeds: each its id, its state, and when it is polled again."""
    rows = [
        {
            "feed": feed_id,
            "etag": state.etag,
            "last_modified": state.last_modified,
            "body_hash": state.body_hash,
            "interval_seconds": state.interval.total_seconds(),
            "failures": state.failures,
            "last_error": state.last_error[:500] if state.last_error else None,
            "last_success_at": state.last_success_at,
            "retired": state.retired,
            "skip_hours": sorted(state.skip_hours),
            "silent_after": state.silent_after,
            "next_poll_at": next_poll_at,
            "leased_until": None,
        }
        for feed_id, state, next_poll_at in polled
    ]
    if rows:
        await tx.execute(_FINISH, rows)


async def hasten(tx: Transaction, feed_ids: Collection[int], now: datetime, least: timedelta) -> None:
    """Read these feeds soon: so long after they were last read, unless they would be read earlier anyway."""
    works = feeds.c.failures == 0, feeds.c.last_success_at.is_not(None)
    rows = await tx.execute(
        select(feeds.c.id, feeds.c.last_success_at, feeds.c.next_poll_at).where(
            feeds.c.id.in_(list(feed_ids)), *works
        )
    )
    for row in rows.all():
        soon = max(now, row.last_success_at + least)
        if soon < row.next_poll_at:
            await tx.execute(update(feeds).where(feeds.c.id == row.id).values(next_poll_at=soon))


async def move(tx: Transaction, feed_id: int, url: str) -> bool:
    """Remember a permanent redirect. False when another feed is read at that address already."""
    there = or_(feeds.c.url == url, feeds.c.moved_to == url)
    if await tx.scalar(select(feeds.c.id).where(there, feeds.c.enabled, feeds.c.id != feed_id)):
        return False
    await _move(tx, feed_id, url)
    return True


async def move_back(tx: Transaction, feed_id: int) -> None:
    """Where the feed moved to does not work: read it at the address that was given."""
    await _move(tx, feed_id, None)


async def _move(tx: Transaction, feed_id: int, url: str | None) -> None:
    row = (await tx.execute(select(feeds).where(feeds.c.id == feed_id))).first()
    if row is not None and row.moved_to != url:
        await _reword(tx, row, url)


async def shift(tx: Transaction, by: timedelta) -> int:
    """The machine's clock was set: the next polls, and the leases, move with it. Returns how many feeds."""
    rows = (await tx.execute(select(feeds.c.id, feeds.c.next_poll_at, feeds.c.leased_until))).all()
    for row in rows:
        leased = row.leased_until + by if row.leased_until else None
        await tx.execute(
            update(feeds)
            .where(feeds.c.id == row.id)
            .values(next_poll_at=row.next_poll_at + by, leased_until=leased)
        )
    return len(rows)


async def release_all(tx: Transaction) -> None:
    """Give every lease back: only for the one process of an embedded installation, at its start."""
    await tx.execute(update(feeds).values(leased_until=None))


# --- how they are doing -----------------------------------------------------------------------------


async def note(tx: Transaction, event: FeedEvent) -> None:
    """Write down what happened to a feed."""
    await tx.execute(
        insert(feed_events).values(
            feed_id=event.feed_id, kind=event.kind, at=event.at, detail=event.detail[:500]
        )
    )


async def forget_events(tx: Transaction, before: datetime) -> int:
    """Forget what happened to feeds before a time; returns how much."""
    return (await tx.execute(delete(feed_events).where(feed_events.c.at < before))).rowcount


async def count(tx: Transaction) -> int:
    """How many feeds are watched."""
    return await tx.scalar(select(func.count()).select_from(feeds).where(feeds.c.enabled)) or 0


def spec_of(row: Row[Any]) -> FeedSpec:
    """What a row says of a feed."""
    return FeedSpec(
        url=row.moved_to or row.url,
        outlet=Outlet(row.outlet, row.owner),
        language=row.language,
        title=row.title,
        headers=row.headers,
        proxy=row.proxy,
        backup=row.backup,
        article=row.article,
    )


def state_of(row: Row[Any]) -> PollState:
    """What a row says of its last poll."""
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
        silent_after=row.silent_after,
    )
