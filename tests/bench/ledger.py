"""The ledger on SQLite with `synchronous=FULL`: writes, marks and closes, against bare sqlite3 in this run.

Also: one story owed to 100,000 chats, with the memory that takes, and how fast the pump finds what goes
next when so much is pending.
"""

import asyncio
import resource
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import insert

from bot.domain.alerts import News
from bot.domain.messages import Message
from bot.domain.models import Address, Delivery, DeliveryKind, DeliveryState, Outcome, Priority, Sent
from bot.domain.pacing import DISCORD, TELEGRAM
from bot.ports import SystemClock
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.services.tell import Telling, tell
from bot.store import books, deliveries, owing, schema
from bot.store.database import Database, Transaction
from bot.store.deliveries import Closing
from bot.store.owing import Owed
from tests.support.ledger import add_story, owe_all

T = TypeVar("T")

LANE = "paper:1"
CHATS = 100_000
ROWS, GROUP, TURNS = 2_000, 10, 3
NOW = datetime.now(UTC)


class Paper:
    """A platform that answers at once."""

    name, lane = "paper", LANE

    async def run(self) -> None:
        """Nothing to connect to."""

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        return Sent(key)

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        return Sent(message_id)


def main() -> None:
    """Print the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> None:
    bare, ours = await _against_bare(folder)
    print(f"bare sqlite3, {GROUP} rows a commit, write + mark + close: {bare:8.0f} rows/s")
    print(
        f"the ledger, the same:                                {ours:8.0f} rows/s = {ours / bare:.2f} x bare"
    )
    limits = TELEGRAM.lane[0].count + DISCORD.lane[0].count
    print(f"  the platforms allow {limits}/s together: {ours / limits:.0f} times as many")
    database = await _opened(folder / "pump.sqlite3", chats=ROWS)
    pumped = await _pump(database)
    await database.close()
    print(f"the pump, from the ledger to the answer and back:     {pumped:8.0f} messages/s")
    database = await _opened(folder / "fan.sqlite3", chats=CHATS)
    await _fan_out(database)
    await database.close()


async def _against_bare(folder: Path) -> tuple[float, float]:
    """The best of some rounds each, in turns: other work on the machine then falls on both."""
    bare = ours = 0.0
    for turn in range(TURNS):
        bare = max(bare, _bare(folder / f"bare{turn}.sqlite3"))
        database = await _opened(folder / f"ledger{turn}.sqlite3", chats=ROWS)
        ours = max(ours, await _cycle(database))
        await database.close()
    return bare, ours


async def _opened(file: Path, chats: int) -> Database:
    database = Database(f"sqlite+aiosqlite:///{file}")
    await database.migrate()
    chat = {"lane": LANE, "platform": "paper", "created_at": NOW}
    wish = {"target": "topic", "value": "nato", "rule_key": "topic:nato", "threshold": 0.2, "created_at": NOW}
    async with database.write() as tx:
        for start in range(1, chats + 1, 5_000):
            numbers = range(start, min(start + 5_000, chats + 1))
            await tx.execute(insert(schema.chats), [chat | {"id": n, "chat": str(n)} for n in numbers])
            await tx.execute(insert(schema.subscriptions), [wish | {"chat_id": n} for n in numbers])
    return database


def _bare(file: Path) -> float:
    """What the disk and SQLite give: the same three commits for each group of rows, in plain SQL."""
    connection = sqlite3.connect(file, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
        connection.execute(statement)
    connection.execute(
        "CREATE TABLE d (id INTEGER PRIMARY KEY, lane TEXT, chat_id INT, kind TEXT, story_id INT, "
        "state TEXT, priority INT, attempts INT, message_id TEXT, detail TEXT, created_at TEXT, "
        "updated_at TEXT)"
    )
    connection.execute("CREATE INDEX ready ON d (lane, priority, id, chat_id) WHERE state = 'pending'")
    connection.execute("CREATE UNIQUE INDEX once ON d (lane, chat_id, story_id, kind)")
    begun = time.perf_counter()
    for start in range(0, ROWS, GROUP):
        ids = range(start + 1, start + GROUP + 1)
        rows = [(n, LANE, n, "alert", 1, "pending", 10, 0, None, "", str(NOW), str(NOW)) for n in ids]
        marks = [(str(NOW), n) for n in ids]
        closes = [(f"m{n}", str(NOW), n) for n in ids]
        for statement, values in (
            ("INSERT INTO d VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows),
            ("UPDATE d SET state = 'sending', attempts = attempts + 1, updated_at = ? WHERE id = ?", marks),
            ("UPDATE d SET state = 'sent', message_id = ?, updated_at = ? WHERE id = ?", closes),
        ):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, values)
            connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return ROWS / took


async def _cycle(database: Database) -> float:
    """Owe, mark, close: each group of rows goes through three durable commits."""
    async with database.write() as tx:
        story = await add_story(tx, 1, NOW)
    begun = time.perf_counter()
    for start in range(0, ROWS, GROUP):
        chats = range(start + 1, start + GROUP + 1)
        owed = [Owed(LANE, n, DeliveryKind.ALERT, Priority.ALERT, story) for n in chats]
        await database.transact(partial(_owed, owed))
        found = await database.transact(_marked)
        ends = [Closing(each.id, 0, DeliveryState.SENT, f"m{each.id}") for each in found]
        await database.transact(partial(_closed, ends))
    return ROWS / (time.perf_counter() - begun)


async def _owed(owed: list[Owed], tx: Transaction) -> int:
    return await owing.owe(tx, owed, NOW)


async def _closed(ends: list[Closing], tx: Transaction) -> None:
    await deliveries.close(tx, ends, NOW)


async def _marked(tx: Transaction) -> list[Delivery]:
    found = await deliveries.ready(tx, LANE, GROUP)
    await deliveries.mark(tx, [each.id for each in found], NOW)
    return found


async def _pump(database: Database) -> float:
    await owe_all(database, LANE, range(1, ROWS + 1), [1], NOW)
    pump = LanePump(database, Paper(), Composer(database), SystemClock())
    begun = time.perf_counter()
    while await pump.turn():
        pass
    return ROWS / (time.perf_counter() - begun)


async def _fan_out(database: Database) -> None:
    """One story for very many chats: seconds and memory, then the search for what goes next."""
    async with database.write() as tx:
        story = await add_story(tx, 1, NOW)
    news = News(NOW, NOW, first_poll=False, feed_since=NOW)
    what = Telling(story, news, {"topic:nato": 0.9}, 1, timedelta(days=1), timedelta(hours=6))
    before = _memory()
    async with database.write() as tx:
        took, told = await _timed(lambda: tell(tx, what, NOW))
    print(
        f"one story owed to {told} chats in {took:.1f} s, with {_memory() - before:.0f} MB more at the most"
    )
    skip = set(range(1, 200))
    async with database.read() as tx:
        await deliveries.ready(tx, LANE, 8, skip)
        took, found = await _timed(lambda: deliveries.ready(tx, LANE, 8, skip))
        counts = await books.counts(tx)
    waiting = counts[DeliveryState.PENDING]
    print(f"the next {len(found)} of {waiting} pending, past 199 chats that wait: {took * 1000:.1f} ms")


async def _timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = await work()
    return time.perf_counter() - begun, result


def _memory() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
