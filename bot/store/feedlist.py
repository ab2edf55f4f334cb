"""The feeds as people look at them: page by page, those in trouble first, found by words, and counted.

All of it in the database: a row for each of a hundred thousand feeds takes seconds to bring here.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from bot.domain.models import FeedSpec, PollState
from bot.errors import BadInput
from bot.store.database import Transaction
from bot.store.feeds import CHAT, GAP, FeedEvent, spec_of, state_of
from bot.store.schema import feed_events, feeds

MOODS = ("failing", "silent", "retired", "new", "well")
"""How a feed is doing, in a word."""
RECENT_GAP = timedelta(days=1)
"""So long it is told of a feed that items may have been missed."""
MOST_OF_A_SITE = 100
MOST_WORDS = 50
"""No feed has more to be found by than that, and SQLite takes no thousand conditions at once."""
_LAST_TROUBLED = 3
"""Up to this rank there is something to say of a feed."""
_PLACE = re.compile(r"(\d)\.(\d{1,12})", re.ASCII)
_LAST_GAP = (
    select(func.max(feed_events.c.at))
    .where(feed_events.c.feed_id == feeds.c.id, feed_events.c.kind == GAP)
    .scalar_subquery()
    .label("gap_at")
)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed's row for `/status` and the feeds page.

    Args:
        address: what somebody gave; `spec.url` is where the feed is read.
        added: whether it was added by command, not by the configuration.
        gap_at: when items may last have been missed.
        rank: where its state stands in the list, that of the worst is 0.
    """

    id: int
    spec: FeedSpec
    state: PollState
    next_poll_at: datetime
    address: str = ""
    added: bool = False
    gap_at: datetime | None = None
    rank: int = 0

    @property
    def place(self) -> "FeedPlace":
        """Where it stands in the list."""
        return FeedPlace(self.rank, self.id)

    def is_silent(self, now: datetime) -> bool:
        """Whether it is silent for longer than its rhythm explains."""
        return self.state.silent_after is not None and self.state.silent_after < now


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Where a feed stands in the list: what comes after it is the next page."""

    rank: int
    id: int

    @classmethod
    def parse(cls, text: str) -> "FeedPlace":
        """Read what `str()` wrote.

        Raises:
            BadInput: it is not that.
        """
        found = _PLACE.fullmatch(text)
        if not found:
            raise BadInput("this is no place in the list of feeds")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.rank}.{self.id}"


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """Which watched feeds somebody wants to see; an empty value leaves nothing out.

    Args:
        words: folded words that all stand in its name, outlet, owner or address.
        mood: one of `MOODS`.
        troubled: only those of which there is something to say: also where items may have been missed.
        after: continue behind this place.
    """

    words: Sequence[str] = ()
    mood: str = ""
    troubled: bool = False
    after: FeedPlace | None = None


@dataclass(frozen=True, slots=True)
class FeedCount:
    """How many feeds there are, and of how many of them there is something to say."""

    feeds: int
    troubled: int


async def page(
    tx: Transaction,
    now: datetime,
    wanted: FeedFilter = FeedFilter(),
    *,
    limit: int | None = None,
    skip: int = 0,
) -> list[FeedHealth]:
    """Watched feeds, those in trouble first, then by outlet.

    Args:
        tx: any transaction.
        now: tells who is silent, and which gaps are recent.
        wanted: which of them.
        limit: how many at most; None for all.
        skip: leave out so many of the first.
    """
    rank = _rank(now)
    some = select(feeds.c.id, rank.label("rank")).where(*_where(wanted, now))
    if wanted.after:
        some = some.where(_behind(wanted.after, rank))
    some = some.order_by(rank, feeds.c.words, feeds.c.id).limit(limit).offset(skip or None)
    chosen = some.subquery()
    query = select(feeds, _LAST_GAP, chosen.c.rank).join(chosen, chosen.c.id == feeds.c.id)
    rows = await tx.execute(query.order_by(chosen.c.rank, feeds.c.words, feeds.c.id))
    return [_health(row) for row in rows]


async def at(tx: Transaction, now: datetime, *, number: int | None = None, url: str = "") -> list[FeedHealth]:
    """The watched feed of a number, or those that were given, or are read, at an address."""
    where = feeds.c.id == number if number is not None else or_(feeds.c.url == url, feeds.c.moved_to == url)
    query = select(feeds, _LAST_GAP, _rank(now).label("rank")).where(feeds.c.enabled, where)
    return [_health(row) for row in await tx.execute(query.order_by(feeds.c.id))]


async def of_site(tx: Transaction, hosts: Collection[str]) -> list[FeedSpec]:
    """Watched feeds whose address names one of these hosts, or a part of one, the first ones."""
    named = [feeds.c.words.contains(f"{before}{host}", autoescape=True) for host in hosts for before in "/."]
    rows = await tx.execute(
        select(feeds).where(feeds.c.enabled, or_(*named)).order_by(feeds.c.id).limit(MOST_OF_A_SITE)
    )
    return [spec_of(row) for row in rows]


async def count(tx: Transaction, now: datetime, wanted: FeedFilter = FeedFilter()) -> FeedCount:
    """How many fit, on all pages."""
    troubled = func.sum(case((_troubled(now), 1), else_=0))
    row = (await tx.execute(select(func.count(), troubled).where(*_where(wanted, now)))).one()
    return FeedCount(row[0], int(row[1] or 0))


async def moods(tx: Transaction, now: datetime, wanted: FeedFilter = FeedFilter()) -> dict[str, int]:
    """How many of those that fit are in each mood."""
    named = mood(now).label("mood")
    counted = select(named, func.count().label("n")).where(*_where(wanted, now)).group_by(named)
    return {row.mood: row.n for row in await tx.execute(counted)}


async def happened(
    tx: Transaction, feed_ids: Collection[int], since: datetime, most: int
) -> Mapping[int, Sequence[FeedEvent]]:
    """What happened to each of these feeds, the newest first, at most so many of each."""
    number = func.row_number().over(partition_by=feed_events.c.feed_id, order_by=feed_events.c.id.desc())
    ranked = (
        select(feed_events, number.label("number"))
        .where(feed_events.c.feed_id.in_(list(feed_ids)), feed_events.c.at >= since)
        .subquery()
    )
    found: dict[int, list[FeedEvent]] = {}
    for row in await tx.execute(select(ranked).where(ranked.c.number <= most).order_by(ranked.c.id.desc())):
        found.setdefault(row.feed_id, []).append(FeedEvent(row.feed_id, row.kind, row.at, row.detail))
    return found


def mood(now: datetime) -> ColumnElement[str]:
    """How a feed is doing, one of `MOODS`."""
    return case(
        (feeds.c.retired, "retired"),
        (feeds.c.failures > 0, "failing"),
        (feeds.c.silent_after < now, "silent"),
        (feeds.c.last_success_at.is_(None), "new"),
        else_="well",
    )


def _rank(now: datetime) -> ColumnElement[int]:
    return case(
        (feeds.c.retired, 2),
        (feeds.c.failures > 0, 0),
        (feeds.c.silent_after < now, 1),
        (_gapped(now), _LAST_TROUBLED),
        (feeds.c.last_success_at.is_(None), 4),
        else_=5,
    )


def _troubled(now: datetime) -> ColumnElement[bool]:
    return _rank(now) <= _LAST_TROUBLED


def _gapped(now: datetime) -> ColumnElement[bool]:
    recent = select(feed_events.c.feed_id).where(feed_events.c.kind == GAP)
    return feeds.c.id.in_(recent.where(feed_events.c.at > now - RECENT_GAP))


def _where(wanted: FeedFilter, now: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [feeds.c.enabled]
    words = dict.fromkeys(wanted.words)
    if len(words) > MOST_WORDS:
        return [false()]
    where += [feeds.c.words.contains(word, autoescape=True) for word in words]
    if wanted.mood:
        where.append(mood(now) == wanted.mood)
    if wanted.troubled:
        where.append(_troubled(now))
    return where


def _behind(place: FeedPlace, rank: ColumnElement[int]) -> ColumnElement[bool]:
    there = feeds.alias()
    words = func.coalesce(select(there.c.words).where(there.c.id == place.id).scalar_subquery(), "")
    same = or_(feeds.c.words > words, and_(feeds.c.words == words, feeds.c.id > place.id))
    return or_(rank > place.rank, and_(rank == place.rank, same))


def _health(row: Any) -> FeedHealth:
    return FeedHealth(
        id=row.id,
        spec=spec_of(row),
        state=state_of(row),
        next_poll_at=row.next_poll_at,
        address=row.url,
        added=row.origin == CHAT,
        gap_at=row.gap_at,
        rank=row.rank,
    )
