"""Items: one row per article of one publisher, with what the matcher said of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, exists, func, insert, select, update

from bot.domain.models import Brief, DeliveryKind, DeliveryState, Item, Match, MatchResult, Outlet
from bot.store.database import Transaction, insert_missing
from bot.store.prepared import PREPARED
from bot.store.schema import deliveries, item_keys, items, story_items

# SQLite's default limit of variables in a statement is 32,766; far below it, and one plan for all.
CHUNK = 500

# Statements of every poll: made once, as making one costs three times what running it does.
_ADD = insert(items).execution_options(**PREPARED)
_KNOWN = (
    select(items, item_keys.c.key.label("known_as"))
    .join(item_keys, item_keys.c.item_id == items.c.id)
    .where(item_keys.c.owner == bindparam("by"), item_keys.c.key.in_(bindparam("wanted", expanding=True)))
)
_SLOTS = 16
_ANY_KNOWN = (
    select(item_keys.c.item_id)
    .where(
        item_keys.c.owner == bindparam("by"),
        item_keys.c.key.in_([bindparam(f"key_{slot}") for slot in range(_SLOTS)]),
    )
    .limit(1)
    .execution_options(**PREPARED)
)
"""Most of what a poll brings is new; to learn that takes a third of the time of looking it up."""
_TIMES = (
    select(items.c.published)
    .where(items.c.feed_id == bindparam("feed"))
    .order_by(items.c.id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item with its row id and, once it was matched, the matcher's word for it."""

    id: int
    item: Item
    result: MatchResult | None


@dataclass(frozen=True, slots=True)
class ToldItem:
    """An article that leads a story which chats were told of, and all keys it is known by."""

    id: int
    story_id: int
    url: str
    published: datetime
    keys: frozenset[str]


async def known(tx: Transaction, owner: str, keys: Collection[str]) -> dict[str, StoredItem]:
    """The items of a publisher that are stored already, under each of these keys they are known by."""
    found: dict[str, StoredItem] = {}
    wanted = list(keys)
    if tx.dialect.name == "sqlite" and 0 < len(wanted) <= _SLOTS:
        slots = {f"key_{slot}": wanted[slot % len(wanted)] for slot in range(_SLOTS)}
        if await tx.scalar(_ANY_KNOWN, {"by": owner, **slots}) is None:
            return found
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        rows = await tx.execute(_KNOWN, {"by": owner, "wanted": chunk})
        found.update({row.known_as: stored_item(row) for row in rows})
    return found


async def add(tx: Transaction, item: Item, result: MatchResult, keys: Iterable[str]) -> int:
    """Store a new item under all its keys; returns its id."""
    added = await tx.execute(_ADD, _values(item) | {"analysis": _packed(result)})
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101  an INSERT of one row always has one
    await know(tx, item.outlet.owner, int(key[0]), keys)
    return int(key[0])


async def know(tx: Transaction, owner: str, item_id: int, keys: Iterable[str]) -> None:
    """Remember further keys of an item; a key that means another item stays with that one."""
    rows = [{"owner": owner, "key": key, "item_id": item_id} for key in keys]
    if rows:
        await tx.execute(insert_missing(tx.dialect.name, item_keys), rows)


async def edit(
    tx: Transaction,
    item_id: int,
    item: Item,
    result: MatchResult,
    now: datetime,
    previous_title: str | None = None,
) -> None:
    """Write a corrected item over the earlier one; when it was first seen stays.

    Args:
        tx: a write transaction.
        item_id: the item.
        item: as it is now.
        result: what the matcher says of it now.
        now: the time.
        previous_title: the headline before, where that changed; the one that it had first is kept.
    """
    values = _values(item) | {"gone_at": None}
    del values["seen_at"]
    if previous_title is not None:
        first = func.coalesce(items.c.was, previous_title)
        values["was"] = case((items.c.was == item.title, None), else_=first)
    await tx.execute(
        update(items).where(items.c.id == item_id).values(**values, edited_at=now, analysis=_packed(result))
    )


async def told_of(tx: Transaction, feed_id: int, since: datetime, limit: int = 50) -> list[ToldItem]:
    """A feed's articles since then that chats were told of and that are not taken down, the newest first."""
    earlier = story_items.alias()
    leads = ~exists().where(
        earlier.c.story_id == story_items.c.story_id, earlier.c.item_id < story_items.c.item_id
    )
    told = exists().where(
        deliveries.c.story_id == story_items.c.story_id,
        deliveries.c.kind == DeliveryKind.ALERT,
        deliveries.c.state == DeliveryState.SENT,
    )
    rows = (
        await tx.execute(
            select(items.c.id, items.c.url, items.c.published, story_items.c.story_id)
            .join(story_items, story_items.c.item_id == items.c.id)
            .where(
                items.c.feed_id == feed_id, items.c.published >= since, items.c.gone_at.is_(None), leads, told
            )
            .order_by(items.c.id.desc())
            .limit(limit)
        )
    ).all()
    keys: dict[int, set[str]] = {row.id: set() for row in rows}
    for row in await tx.execute(select(item_keys).where(item_keys.c.item_id.in_(list(keys)))):
        keys[row.item_id].add(row.key)
    return [ToldItem(row.id, row.story_id, row.url, row.published, frozenset(keys[row.id])) for row in rows]


async def take_down(tx: Transaction, item_id: int, now: datetime) -> None:
    """Note that an article's outlet took it down."""
    await tx.execute(update(items).where(items.c.id == item_id).values(gone_at=now))


async def recent_times(tx: Transaction, feed_id: int, limit: int) -> list[datetime]:
    """When a feed's newest items were published, the newest first."""
    rows = await tx.execute(_TIMES, {"feed": feed_id, "most": limit})
    return [row.published for row in rows]


async def by_url(tx: Transaction, urls: Collection[str]) -> StoredItem | None:
    """The item at one of these addresses, if it is known."""
    row = (await tx.execute(select(items).where(items.c.url.in_(list(urls))).limit(1))).first()
    return stored_item(row) if row else None


async def by_id(tx: Transaction, item_id: int) -> StoredItem | None:
    """The item with this id, if it is known."""
    row = (await tx.execute(select(items).where(items.c.id == item_id))).first()
    return stored_item(row) if row else None


def _values(item: Item) -> dict[str, Any]:
    return {
        "owner": item.outlet.owner,
        "key": item.key,
        "feed_id": item.feed_id,
        "outlet": item.outlet.name,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "text": item.text,
        "language": item.language,
        "image": item.image,
        "authors": list(item.authors),
        "published": item.published,
        "seen_at": item.seen_at,
        "brief": item.brief.text if item.brief else None,
        "paywalled": bool(item.brief and item.brief.paywalled),
        "shortened": bool(item.brief and item.brief.shortened),
    }


def stored_item(row: Row[Any]) -> StoredItem:
    """An item from a row that holds the columns of `items`."""
    item = Item(
        key=row.key,
        feed_id=row.feed_id,
        outlet=Outlet(row.outlet, row.owner),
        url=row.url,
        title=row.title,
        summary=row.summary,
        text=row.text,
        language=row.language,
        published=row.published,
        seen_at=row.seen_at,
        image=row.image,
        authors=tuple(row.authors),
        brief=None if row.brief is None else Brief(row.brief, row.paywalled, row.shortened),
    )
    return StoredItem(row.id, item, _unpacked(row.analysis) if row.analysis else None)


def _packed(result: MatchResult) -> dict[str, Any]:
    return {
        "language": result.language,
        "matches": [asdict(match) for match in result.matches],
        "salience": dict(result.salience),
        "rules": list(result.rules),
    }


def _unpacked(analysis: Mapping[str, Any]) -> MatchResult:
    return MatchResult(
        language=analysis["language"],
        matches=tuple(Match(**match) for match in analysis["matches"]),
        salience=analysis["salience"],
        rules=tuple(analysis["rules"]),
    )
