"""Stories and items as pages, the API and outgoing feeds show them: with matches, reasons and times.

Reading only. Every answer is bounded: by a limit, or by the reports of one story.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, literal, or_, select

from bot.domain.models import Item, Target
from bot.domain.wire import Voice, agency_of, independent, prints_of
from bot.errors import BadInput
from bot.store.database import Transaction
from bot.store.items import StoredItem, stored_item
from bot.store.schema import items, stories, story_items, story_rules

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
TOPIC = f"{Target.TOPIC}:"
MOST_REPORTS = 500
"""So many reports of one story are shown; more would be a fault of grouping."""
_BRIEF = [column for column in items.c if column.name != "text"]
_PLACE = re.compile(r"(\d{1,17})\.(\d{1,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoryPlace:
    """Where a story stands among all, the last changed first: what comes `before` it is the next page."""

    updated_at: datetime
    id: int

    @classmethod
    def parse(cls, text: str) -> "StoryPlace":
        """Read what `str()` wrote.

        Raises:
            BadInput: it is not that.
        """
        found = _PLACE.fullmatch(text)
        if not found:
            raise BadInput("this is no place in the list of stories")
        try:
            return cls(EPOCH + int(found[1]) * MICROSECOND, int(found[2]))
        except OverflowError as error:
            raise BadInput("this is no place in the list of stories") from error

    def __str__(self) -> str:
        return f"{(self.updated_at - EPOCH) // MICROSECOND}.{self.id}"


@dataclass(frozen=True, slots=True)
class Joined:
    """A report of a story: the item with its matches, and why it was put there."""

    stored: StoredItem
    why: str
    joined_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoryFile:
    """All that is known of a story. `reports` is in order of arrival and never empty.

    `topics` holds slugs with their salience, the most salient first. `follows` is the earlier story that
    this one is a reaction to or the next event of; it may be removed already.
    """

    id: int
    created_at: datetime
    updated_at: datetime
    reports: tuple[Joined, ...]
    topics: Mapping[str, float]
    follows: int | None = None

    @property
    def place(self) -> StoryPlace:
        """Where it stands in the list."""
        return StoryPlace(self.updated_at, self.id)

    @property
    def owners(self) -> frozenset[str]:
        """The owners that report it."""
        return frozenset(report.stored.item.outlet.owner for report in self.reports)

    @property
    def sources(self) -> int:
        """How many independent sources tell it: an agency's copy counts once."""
        return independent(_voice(report.stored.item) for report in self.reports)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its reports, in order of arrival."""
        return tuple(dict.fromkeys(report.stored.item.language or "?" for report in self.reports))


async def recent(
    tx: Transaction, *, rule_key: str = "", before: StoryPlace | None = None, limit: int = 30
) -> list[StoryFile]:
    """Stories, the last changed first; their items come without the full text.

    Args:
        rule_key: only stories that satisfy this rule; "" for all.
        before: continue behind this place.
        limit: how many at most.
    """
    query = select(stories.c.id).order_by(stories.c.updated_at.desc(), stories.c.id.desc()).limit(limit)
    if rule_key:
        query = query.join(story_rules, story_rules.c.story_id == stories.c.id).where(
            story_rules.c.rule_key == rule_key
        )
    if before:
        earlier = and_(stories.c.updated_at == before.updated_at, stories.c.id < before.id)
        query = query.where(or_(stories.c.updated_at < before.updated_at, earlier))
    ids = [row.id for row in await tx.execute(query)]
    found = await _files(tx, ids, full=False)
    return [found[story_id] for story_id in ids if story_id in found]


async def story(tx: Transaction, story_id: int) -> StoryFile | None:
    """One story with everything, or None when there is none (any more)."""
    return (await _files(tx, [story_id], full=True)).get(story_id)


async def headlines(tx: Transaction, story_ids: Collection[int]) -> dict[int, str]:
    """The first headline of each story."""
    rows = await tx.execute(
        select(story_items.c.story_id, items.c.title)
        .join(items, items.c.id == story_items.c.item_id)
        .where(story_items.c.story_id.in_(list(story_ids)))
        .order_by(story_items.c.joined_at.desc(), items.c.id.desc())
    )
    return {row.story_id: row.title for row in rows}


async def items_before(
    tx: Transaction,
    *,
    since: datetime | None = None,
    before: int | None = None,
    limit: int,
    full: bool = False,
) -> list[StoredItem]:
    """Items, the last seen first.

    Args:
        since: only items seen from then on.
        before: only items with a smaller id.
        limit: how many at most.
        full: with the full text, else without.
    """
    query = select(*_columns(full)).order_by(items.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(items.c.seen_at >= since)
    if before is not None:
        query = query.where(items.c.id < before)
    return [stored_item(row) for row in await tx.execute(query)]


async def story_of_items(tx: Transaction, item_ids: Collection[int]) -> dict[int, int]:
    """The stories that items belong to."""
    rows = await tx.execute(select(story_items).where(story_items.c.item_id.in_(list(item_ids))))
    return {row.item_id: row.story_id for row in rows}


def _columns(full: bool) -> list[Any]:
    return list(items.c) if full else [*_BRIEF, literal("").label("text")]


async def _files(tx: Transaction, ids: Sequence[int], *, full: bool) -> dict[int, StoryFile]:
    if not ids:
        return {}
    reports = await _reports(tx, ids, full)
    topics = await _topics(tx, ids)
    heads = await tx.execute(select(stories).where(stories.c.id.in_(ids)))
    return {
        row.id: StoryFile(
            row.id,
            row.created_at,
            row.updated_at,
            tuple(reports[row.id]),
            topics.get(row.id, {}),
            row.follows,
        )
        for row in heads
        if reports.get(row.id)
    }


def _voice(item: Item) -> Voice:
    text = item.text or item.summary
    return Voice(item.outlet.owner, item.published, agency_of(text, item.authors), prints_of(text))


async def _reports(tx: Transaction, ids: Iterable[int], full: bool) -> dict[int, list[Joined]]:
    number = func.row_number().over(
        partition_by=story_items.c.story_id, order_by=(story_items.c.joined_at, story_items.c.item_id)
    )
    ranked = (
        select(story_items, number.label("number")).where(story_items.c.story_id.in_(list(ids))).subquery()
    )
    rows = await tx.execute(
        select(*_columns(full), ranked.c.story_id, ranked.c.why, ranked.c.joined_at)
        .join(ranked, ranked.c.item_id == items.c.id)
        .where(ranked.c.number <= MOST_REPORTS)
        .order_by(ranked.c.story_id, ranked.c.number)
    )
    found: dict[int, list[Joined]] = {}
    for row in rows:
        found.setdefault(row.story_id, []).append(_joined(row))
    return found


async def _topics(tx: Transaction, ids: Collection[int]) -> dict[int, dict[str, float]]:
    rows = await tx.execute(
        select(story_rules)
        .where(story_rules.c.story_id.in_(list(ids)), story_rules.c.rule_key.startswith(TOPIC))
        .order_by(story_rules.c.salience.desc(), story_rules.c.rule_key)
    )
    found: dict[int, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row.story_id, {})[row.rule_key.removeprefix(TOPIC)] = row.salience
    return found


def _joined(row: Any) -> Joined:
    return Joined(stored_item(row), row.why, row.joined_at, row.edited_at)
