"""The full-text index: every item's title and text, found by the stems of its words.

The stems are made here (`bot.domain.stems`), so that every database finds the same: PostgreSQL's own Dutch
takes "havens" and "haven" for two words. SQLite keeps them in an FTS5 table, PostgreSQL in a `tsvector`.

What is to be indexed is found by itself: taking items in writes nothing here. A row of `searched` says
that an item is in the index; where that row goes, a trigger or a reference takes the entry along, so an
item that was removed is never found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Table,
    column,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

from bot.domain.searching import Search
from bot.domain.stems import LANGUAGES, stemmed
from bot.store.database import Transaction, upsert
from bot.store.schema import items, searched, story_items

CANDIDATES = 300
"""Of the most relevant, and of the newest, so many are looked at."""
LOOK_BACK = 2_000
"""Ids behind the newest indexed one that are looked at again: another process may commit them later."""
OTHER = "other"
"""The language of items that are not stemmed."""
LONGEST = 20_000
"""Characters of a text that are indexed."""

# The twin of PostgreSQL; migrations make both. It is not in the tables that every database has.
vectors = Table(
    "item_vectors",
    MetaData(),
    Column("item_id", Integer, primary_key=True),
    Column("words", postgresql.TSVECTOR, nullable=False),
)
_READ = (items.c.id, items.c.title, items.c.summary, items.c.text, items.c.language, items.c.edited_at)
_STALE = searched.c.item_id.is_not(None) & (
    searched.c.edited_at.is_(None) | (searched.c.edited_at < items.c.edited_at)
)
_INDEX_SQLITE = text(
    "INSERT OR REPLACE INTO item_search(rowid, title, body, language) VALUES (:id, :title, :body, :language)"
)
_INDEX_POSTGRES = text(
    "INSERT INTO item_vectors (item_id, words) VALUES (:id, "
    "setweight(to_tsvector('simple', :title), 'A') || "
    "setweight(to_tsvector('simple', :body), 'B')) "
    "ON CONFLICT (item_id) DO UPDATE SET words = excluded.words"
)
# The weights of the columns are set in the index itself, by its migration: only then it sorts by them.
_MATCH = "SELECT rowid AS id, -rank AS relevance FROM item_search WHERE item_search MATCH :query ORDER BY "
_RELEVANT = text(f"{_MATCH} rank LIMIT :most").columns(column("id"), column("relevance"))
_NEWEST = text(f"{_MATCH} rowid DESC LIMIT :most").columns(column("id"), column("relevance"))


@dataclass(frozen=True, slots=True)
class Unindexed:
    """An item as the index reads it."""

    id: int
    title: str
    body: str
    language: str | None
    edited_at: datetime | None


Entry = dict[str, Any]
"""An item prepared for the index: its id, title, body, language and last edit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found. `relevance` is not negative, and higher for better."""

    item_id: int
    story_id: int | None
    title: str
    outlet: str
    url: str
    language: str | None
    published: datetime
    relevance: float


async def unindexed(
    tx: Transaction, after: int, edited_since: datetime | None, limit: int
) -> list[Unindexed]:
    """Items that are not in the index, or were edited since they came there, the oldest first.

    Args:
        tx: any transaction.
        after: only new items with a larger id.
        edited_since: only edits since then; None for all.
        limit: how many at most.
    """
    listed = (
        select(*_READ).outerjoin(searched, searched.c.item_id == items.c.id).order_by(items.c.id).limit(limit)
    )
    changed = listed.where(items.c.edited_at.is_not(None), _STALE)
    if edited_since is not None:
        changed = changed.where(items.c.edited_at >= edited_since)
    found = (await tx.execute(listed.where(items.c.id > after, searched.c.item_id.is_(None)))).all()
    found = [*found, *(await tx.execute(changed)).all()]
    return [
        Unindexed(row.id, row.title, _body(row.summary, row.text), row.language, row.edited_at)
        for row in found[:limit]
    ]


def prepare(found: Sequence[Unindexed]) -> list[Entry]:
    """Items as the index takes them. It is pure, and takes about a millisecond for a long article."""
    return [_stems(each) for each in found]


async def index(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Put items into the index, those that are there already anew; items removed meanwhile are left out.

    Args:
        tx: a write transaction.
        entries: what `prepare` made of them.
    """
    there = select(items.c.id).where(items.c.id.in_([each["id"] for each in entries]))
    kept = {row.id for row in await tx.execute(there)}
    if not (rows := [each for each in entries if each["id"] in kept]):
        return
    mark = upsert(tx, searched)
    mark = mark.on_conflict_do_update(index_elements=["item_id"], set_={"edited_at": mark.excluded.edited_at})
    await tx.execute(mark, [{"item_id": each["id"], "edited_at": each["edited_at"]} for each in rows])
    rows = [{name: value for name, value in each.items() if name != "edited_at"} for each in rows]
    await tx.execute(_INDEX_SQLITE if tx.dialect.name == "sqlite" else _INDEX_POSTGRES, rows)


async def find(tx: Transaction, search: Search) -> list[Hit]:
    """Items that hold what is searched for: the most relevant, and the newest; one may come twice."""
    if search.empty:
        return []
    on_sqlite = tx.dialect.name == "sqlite"
    ranked = await (_find_sqlite(tx, search) if on_sqlite else _find_postgres(tx, search))
    if not ranked:
        return []
    columns = (items.c.id, items.c.title, items.c.outlet, items.c.url, items.c.language, items.c.published)
    rows = await tx.execute(
        select(*columns, story_items.c.story_id)
        .outerjoin(story_items, story_items.c.item_id == items.c.id)
        .where(items.c.id.in_(list(ranked)), items.c.gone_at.is_(None))
    )
    return [
        Hit(
            row.id,
            row.story_id,
            row.title,
            row.outlet,
            row.url,
            row.language,
            row.published,
            max(ranked[row.id], 0.0),
        )
        for row in rows
    ]


async def newest(tx: Transaction) -> int:
    """The largest id in the index; 0 while it is empty."""
    return await tx.scalar(select(func.max(searched.c.item_id))) or 0


def _body(summary: str, text: str) -> str:
    """A text mostly begins with its summary, which then counts once."""
    return (text if text.startswith(summary[:60]) else f"{summary}\n{text}")[:LONGEST]


async def _find_sqlite(tx: Transaction, search: Search) -> dict[int, float]:
    asked = {"query": _expression(search), "most": CANDIDATES}
    return {
        int(row.id): float(row.relevance)
        for each in (_RELEVANT, _NEWEST)
        for row in await tx.execute(each, asked)
    }


def _expression(search: Search) -> str:
    """The search in FTS5's words: only letters and digits, in quotes, so it is always well-formed."""
    return " OR ".join(f"({_in_language(search, tongue)})" for tongue in _tongues(search))


def _tongues(search: Search) -> tuple[str, ...]:
    return (search.language,) if search.language else (*LANGUAGES, OTHER)


def _in_language(search: Search, language: str) -> str:
    parts = [" ".join(stemmed(part, language)) for part in (*search.words, *search.phrases)]
    wanted = " AND ".join(f'"{part}"' for part in parts)
    return f"language : {language} AND {{title body}} : ({wanted})"


def _mark(language: str | None) -> str:
    return language if language in LANGUAGES else OTHER


def _stems(each: Unindexed) -> Entry:
    language = _mark(each.language)
    title, body = (" ".join(stemmed(part, language)) for part in (each.title, each.body))
    edit = each.edited_at
    return {"id": each.id, "title": title, "body": body, "language": language, "edited_at": edit}


async def _find_postgres(tx: Transaction, search: Search) -> dict[int, float]:
    found: dict[int, float] = {}
    for tongue in _tongues(search):
        asked = _asked(search, tongue)
        spoken = items.c.language == tongue
        if tongue == OTHER:
            spoken = or_(items.c.language.not_in(LANGUAGES), items.c.language.is_(None))
        relevance = func.ts_rank(vectors.c.words, asked, 1)
        hits = (
            select(vectors.c.item_id.label("id"), relevance.label("relevance"))
            .join(items, items.c.id == vectors.c.item_id)
            .where(vectors.c.words.op("@@", is_comparison=True)(asked), spoken)
            .limit(CANDIDATES)
        )
        for order in (relevance.desc(), vectors.c.item_id.desc()):
            found |= {row.id: row.relevance for row in await tx.execute(hits.order_by(order))}
    return found


def _asked(search: Search, language: str) -> ColumnElement[Any]:
    """The search as a tsquery: its function reads any text, so nothing in it can be wrong."""
    asked, *more = (_phrase(part, language) for part in (*search.words, *search.phrases))
    for part in more:
        asked = asked.op("&&")(part)
    return asked


def _phrase(words: str, language: str) -> ColumnElement[Any]:
    return func.phraseto_tsquery(literal_column("'simple'::regconfig"), " ".join(stemmed(words, language)))
