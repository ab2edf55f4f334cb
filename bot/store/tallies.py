"""Numbers about the whole, cheap enough to be asked every few seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from bot.domain.models import DeliveryState
from bot.store import books, feedlist
from bot.store.database import Transaction
from bot.store.schema import READY, chats, deliveries, feeds, items, stories, subscriptions


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is. `items` and `stories` are how many there ever were.

    Args:
        oldest_ready: for each lane, since when its oldest message that may go now is owed.
        held_lanes: accounts that are held back as a whole, and until when.
    """

    items: int
    stories: int
    chats: int
    subscriptions: int
    deliveries: Mapping[DeliveryState, int]
    oldest_ready: Mapping[str, datetime]
    held_lanes: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Overdue:
    """Feeds that were to be read before now: how many, and since when the first of them waits."""

    feeds: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Feeds:
    """Watched feeds by how they are doing, in the words of the feeds page, and when one was last read."""

    moods: Mapping[str, int]
    last_read: datetime | None

    @property
    def failing(self) -> int:
        """How many could not be read, and are tried again."""
        return self.moods.get("failing", 0)


async def watched(tx: Transaction, now: datetime) -> Feeds:
    """Count feeds in the database: a row for each of a hundred thousand takes seconds to bring here."""
    mood = feedlist.mood(now).label("mood")
    counted = select(mood, func.count().label("n"), func.max(feeds.c.last_success_at).label("last"))
    rows = (await tx.execute(counted.where(feeds.c.enabled).group_by(mood))).all()
    last = max((row.last for row in rows if row.last), default=None)
    return Feeds({row.mood: row.n for row in rows}, last)


async def overdue(tx: Transaction, now: datetime) -> Overdue:
    """What the workers are behind with."""
    due = feeds.c.next_poll_at
    rows = select(func.count(), func.min(due)).where(feeds.c.enabled, ~feeds.c.retired, due <= now)
    count, since = (await tx.execute(rows)).one()
    return Overdue(count, since)


async def tally(tx: Transaction) -> Tally:
    """Count."""
    waiting = (
        select(deliveries.c.lane, func.min(deliveries.c.created_at).label("since"))
        .where(text(READY))
        .group_by(deliveries.c.lane)
    )
    return Tally(
        items=await tx.scalar(select(func.max(items.c.id))) or 0,
        stories=await tx.scalar(select(func.max(stories.c.id))) or 0,
        chats=await tx.scalar(select(func.count()).select_from(chats)) or 0,
        subscriptions=await tx.scalar(select(func.count()).select_from(subscriptions)) or 0,
        deliveries=await books.counts(tx),
        oldest_ready={row.lane: row.since for row in await tx.execute(waiting)},
        held_lanes={lane: hold.until for lane, hold in (await books.held_lanes(tx)).items()},
    )
