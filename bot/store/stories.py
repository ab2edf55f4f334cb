"""Stories: which items report one event, and which rules they satisfy."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, insert, or_, select, update

from bot.domain.models import Outlet, Story, StoryItem
from bot.domain.wire import agency_of, prints_of
from bot.store.database import Transaction, insert_of
from bot.store.items import StoredItem, stored_item
from bot.store.prepared import PREPARED
from bot.store.schema import items, stories, story_items, story_rules

# Statements of every report that is grouped: made once, as making one costs more than running it.
_CREATE = insert(stories).execution_options(**PREPARED)
_JOIN = insert(story_items).execution_options(**PREPARED)
_TOUCH = (
    update(stories)
    .where(stories.c.id == bindparam("story"))
    .values(updated_at=bindparam("now"))
    .execution_options(**PREPARED)
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TOLD_OF = (
    "id", "outlet", "owner", "url", "title", "summary", "text", "language", "published", "image", "paywalled",
    "brief", "shortened", "authors", "was", "gone_at",
)  # fmt: skip
"""What a story tells of its items; what the matcher said of them is not asked for."""
_REPORTS: Select[*tuple[Any, ...]] = (
    select(*(items.c[name] for name in _TOLD_OF), story_items.c.story_id, stories.c.created_at.label("begun"))
    .join(story_items, story_items.c.item_id == items.c.id)
    .join(stories, stories.c.id == story_items.c.story_id)
    .where(story_items.c.story_id.in_(_IDS))
    .order_by(story_items.c.joined_at, items.c.id)
)
_TOPICS = (
    select(story_rules)
    .where(story_rules.c.story_id.in_(_IDS), story_rules.c.rule_key.startswith("topic:"))
    .order_by(story_rules.c.salience.desc(), story_rules.c.rule_key)
)
_OF_ITEM = select(story_items).where(story_items.c.item_id == bindparam("item"))


async def create(tx: Transaction, now: datetime, follows: int | None = None) -> int:
    """A new, empty story; returns its id.

    Args:
        tx: a write transaction.
        now: the time.
        follows: the earlier story that it is a reaction to or the next event of.
    """
    added = await tx.execute(_CREATE, {"created_at": now, "updated_at": now, "follows": follows})
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101  an INSERT of one row always has one
    return int(key[0])


async def join(tx: Transaction, story_id: int, item_id: int, why: str, now: datetime) -> None:
    """Put an item into a story."""
    row = {"story_id": story_id, "item_id": item_id, "why": why, "joined_at": now}
    await tx.execute(_JOIN, row)
    await tx.execute(_TOUCH, {"story": story_id, "now": now})


async def of_item(tx: Transaction, item_id: int) -> tuple[int, str] | None:
    """The story an item belongs to, and why; None when it belongs to none."""
    row = (await tx.execute(_OF_ITEM, {"item": item_id})).first()
    return (row.story_id, row.why) if row else None


@lru_cache
def _satisfied(dialect: str) -> Any:
    statement = insert_of(dialect, story_rules)
    higher = func.max if dialect == "sqlite" else func.greatest
    return statement.on_conflict_do_update(
        index_elements=["story_id", "rule_key"],
        set_={"salience": higher(story_rules.c.salience, statement.excluded.salience)},
    ).execution_options(**PREPARED)


async def satisfy(tx: Transaction, story_id: int, rules: Mapping[str, float]) -> None:
    """Note that a story satisfies these rules; the highest salience of its items counts."""
    if rules:
        rows = [{"story_id": story_id, "rule_key": key, "salience": value} for key, value in rules.items()]
        await tx.execute(_satisfied(tx.dialect.name), rows)


async def rules_of(tx: Transaction, story_id: int) -> dict[str, float]:
    """The rules a story satisfies, with the salience."""
    rows = await tx.execute(select(story_rules).where(story_rules.c.story_id == story_id))
    return {row.rule_key: row.salience for row in rows}


async def latest(tx: Transaction, rule_keys: Collection[str], limit: int) -> list[Story]:
    """The newest stories that satisfy any of these rules, the newest first."""
    newest = (
        select(story_rules.c.story_id)
        .where(story_rules.c.rule_key.in_(list(rule_keys)))
        .group_by(story_rules.c.story_id)
        .order_by(story_rules.c.story_id.desc())
        .limit(limit)
    )
    ids = [row.story_id for row in await tx.execute(newest)]
    found = await load(tx, ids)
    return [found[story_id] for story_id in ids if story_id in found]


async def load(tx: Transaction, story_ids: Iterable[int]) -> dict[int, Story]:
    """Stories with their items, in the order in which the items arrived."""
    ids = list(story_ids)
    reports: dict[tuple[int, datetime], list[StoryItem]] = {}
    for row in await tx.execute(_REPORTS, {"ids": ids}):
        reports.setdefault((row.story_id, row.begun), []).append(_report(row))
    topics = await _topics(tx, ids)
    return {
        story_id: Story(story_id, tuple(told), topics.get(story_id, ()), begun)
        for (story_id, begun), told in reports.items()
    }


async def developing(tx: Transaction, since: datetime, owners: int) -> frozenset[int]:
    """The feeds that report a story which at least so many owners joined since then."""
    recent = (
        select(story_items.c.story_id)
        .join(stories, stories.c.id == story_items.c.story_id)
        .join(items, items.c.id == story_items.c.item_id)
        .where(stories.c.updated_at >= since, story_items.c.joined_at >= since)
        .group_by(story_items.c.story_id)
        .having(func.count(items.c.owner.distinct()) >= owners)
    )
    rows = await tx.execute(
        select(items.c.feed_id)
        .join(story_items, story_items.c.item_id == items.c.id)
        .where(story_items.c.story_id.in_(recent), items.c.feed_id.is_not(None))
        .distinct()
    )
    return frozenset(row.feed_id for row in rows)


@dataclass(frozen=True, slots=True)
class Told:
    """A report as it was grouped: its story, and what grouping read of it."""

    story_id: int
    item: StoredItem


async def since(tx: Transaction, moment: datetime) -> list[Told]:
    """Every report that joined a story since then, the oldest first: what the window is rebuilt from."""
    rows = await tx.execute(
        select(items, story_items.c.story_id)
        .join(story_items, story_items.c.item_id == items.c.id)
        .where(story_items.c.joined_at >= moment)
        .order_by(story_items.c.joined_at, items.c.id)
    )
    return [Told(row.story_id, stored_item(row)) for row in rows]


async def placed(tx: Transaction, newest: int, edited: datetime, moment: datetime) -> list[Told]:
    """Reports that other processes may have placed, the oldest first.

    Args:
        tx: a transaction that has the turn of the stories.
        newest: an item that is known to be placed; those after it count.
        edited: items that were corrected since then count too.
        moment: what joined its story earlier is left out.
    """
    rows = await tx.execute(
        select(items, story_items.c.story_id)
        .join(story_items, story_items.c.item_id == items.c.id)
        .where(or_(items.c.id > newest, items.c.edited_at >= edited), story_items.c.joined_at >= moment)
        .order_by(story_items.c.joined_at, items.c.id)
    )
    return [Told(row.story_id, stored_item(row)) for row in rows]


async def _topics(tx: Transaction, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = await tx.execute(_TOPICS, {"ids": ids})
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.story_id] = (*found.get(row.story_id, ()), row.rule_key.removeprefix("topic:"))
    return found


def _report(row: Row[Any]) -> StoryItem:
    return StoryItem(
        item_id=row.id,
        outlet=Outlet(row.outlet, row.owner),
        url=row.url,
        title=row.title,
        summary=row.summary,
        language=row.language or "en",
        published=row.published,
        image=row.image,
        paywalled=row.paywalled,
        brief=row.brief or "",
        shortened=row.shortened,
        agency=agency_of(row.text or row.summary, row.authors),
        prints=prints_of(row.text or row.summary),
        was=row.was,
        gone=row.gone_at is not None,
    )
