"""What an installation holds before the load begins: chats, what they follow, feeds that were read before."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text

from bot.domain.identity import document_keys
from bot.domain.models import Subscription, Target
from bot.store import schema
from bot.store.database import Database
from tests.bench.loadnews import FIRST, Load, article, phrase
from tests.bench.loadserver import FarEnds

ROWS = 2_000
EARLIER = timedelta(days=1)
_NEXT_ID = (
    "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
)
Rows = list[dict[str, Any]]


async def stock_chats(database: Database, load: Load, ends: FarEnds) -> None:
    """Chats of Telegram that follow one person each."""
    before = datetime.now(UTC) - EARLIER
    lane = f"telegram:{ends.token.partition(':')[0]}"
    chat = {"lane": lane, "platform": "telegram", "language": "nl", "created_at": before}
    phrases = [f'"{phrase(number)}"' for number in range(load.rules)]
    async with database.write() as tx:
        for part in _parts([chat | {"chat": str(each)} for each in ends.chats]):
            await tx.execute(insert(schema.chats), part)
        ids = (await tx.execute(select(schema.chats.c.id).order_by(schema.chats.c.id))).scalars().all()
        wishes = [_wish(each, phrases[number % load.rules], before) for number, each in enumerate(ids)]
        for part in _parts(wishes):
            await tx.execute(insert(schema.subscriptions), part)


def _wish(chat_id: int, rule: str, at: datetime) -> dict[str, Any]:
    wish = Subscription(0, chat_id, Target.RULE, rule, 0.05, at)
    names = ("chat_id", "target", "value", "rule_key", "threshold", "created_at")
    return {name: getattr(wish, name) for name in names}


async def stock_feeds(
    database: Database, load: Load, port: int, begin: float, end: float, ready: float, a_row: float
) -> int:
    """Feeds that were all read within the last interval, and are due in the next one.

    The articles of those that will bring something until `end` stand in the database as reading them would
    have left them; articles of the others are never looked for.

    Args:
        database: has its tables.
        load: the feeds.
        port: where they are served.
        begin: when the first of them is due, in seconds since 1970.
        end: when the load ends.
        ready: the first feed is due so many seconds after the last one is stored, if that is later.
        a_row: how long storing one takes, about.

    Returns:
        How many articles are stored.
    """
    stored = 0
    async with database.write() as tx:
        latest = [load.latest(number, _last_read(load, number, begin)) for number in range(load.feeds)]
        articles: Rows = []
        keys: Rows = []
        for number, turn in enumerate(latest):
            if load.by_request or load.latest(number, load.turn_at(number, end)) != turn:
                for values, names in _known(load, number, turn, stored):
                    stored += 1
                    articles.append(values)
                    keys += names
        begin = max(begin, time.time() + ready + 2 * a_row * stored)
        feeds = [_feed(load, number, port, begin, turn) for number, turn in enumerate(latest)]
        for part in _parts(feeds):
            await tx.execute(insert(schema.feeds), part)
        # The full-text index catches up by itself; it would do that while we measure.
        indexed: Rows = [{"item_id": each["id"]} for each in articles]
        for table, rows in ((schema.items, articles), (schema.item_keys, keys), (schema.searched, indexed)):
            for part in _parts(rows):
                await tx.execute(insert(table), part)
        if tx.dialect.name == "postgresql":
            for name in ("feeds", "items"):
                await tx.execute(text(_NEXT_ID.format(table=name)))
    return stored


def _last_read(load: Load, number: int, begin: float) -> int:
    """The turn in which a feed was read last."""
    due = begin + load.interval * number / load.feeds
    return FIRST - 1 if load.by_request else load.turn_at(number, due - load.interval)


def _feed(load: Load, number: int, port: int, begin: float, latest: int) -> dict[str, Any]:
    due = begin + load.interval * number / load.feeds
    read = datetime.fromtimestamp(due - load.interval, UTC)
    return {
        "id": number + 1,
        "url": f"http://127.0.0.1:{port}/feed/{number}",
        "outlet": f"Krant {number}",
        "owner": f"krant{number}",
        "language": "nl",
        "title": "",
        "headers": {},
        "skip_hours": [],
        "origin": "chat",  # not of the settings, so that a start without a list of feeds leaves them
        "created_at": read - EARLIER,
        "etag": f'"{latest}"',
        "interval_seconds": load.interval,
        "last_success_at": read,
        "next_poll_at": datetime.fromtimestamp(due, UTC),
    }


def _known(load: Load, feed: int, latest: int, stored: int) -> Iterator[tuple[dict[str, Any], Rows]]:
    """The articles of a document and their keys, the oldest first."""
    owner = f"krant{feed}"
    parsed = [article(load, feed, turn).parsed() for turn in reversed(load.last(feed, latest))]
    for number, (item, keys) in enumerate(zip(parsed, document_keys(parsed, owner), strict=True), stored + 1):
        values = {
            "id": number,
            "owner": owner,
            "key": keys.key,
            "feed_id": feed + 1,
            "outlet": f"Krant {feed}",
            "url": item.url,
            "title": item.title,
            "summary": item.summary,
            "text": item.text,
            "language": "nl",
            "authors": [],
            "published": item.published,
            "seen_at": item.published,
            "analysis": {"language": "nl", "matches": [], "salience": {}, "rules": []},
        }
        yield values, [{"owner": owner, "key": key, "item_id": number} for key in keys.stored]


def _parts(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), ROWS):
        yield rows[start : start + ROWS]
