"""Signals between processes on a real PostgreSQL: with the commit, never without it, and after trouble."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text

from bot.domain.models import Address, DeliveryKind, Priority
from bot.store import owing, signals
from bot.store.database import Database, Transaction
from bot.store.listening import Listener
from bot.store.owing import Owed
from bot.store.signals import INBOX, OWED
from tests.support.clock import NOON
from tests.support.crashable import CrashablePostgres
from tests.support.ledger import add_chats, owe_all
from tests.support.waiting import until

pytestmark = pytest.mark.slow
only_postgres = pytest.mark.parametrize("kind", ["postgres"])
LANE = "telegram:1"


@asynccontextmanager
async def heard(database: Database, check: float = 15.0) -> AsyncIterator[list[str]]:
    """What is heard until the block ends; listening when it begins."""
    told: list[str] = []
    running = asyncio.create_task(Listener(database.libpq, told.append, check).run())
    try:
        await until(_holds(lambda: told == [""]))
        told.clear()
        yield told
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _holds(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return condition()

    return look


async def say(database: Database, lane: str) -> None:
    async with database.write() as tx:
        signals.note(tx, INBOX, lane)


@only_postgres
async def test_what_is_owed_is_heard_when_it_is_committed(db: Database) -> None:
    (chat,) = await add_chats(db, LANE, [Address("telegram", "7")], NOON)
    async with heard(db) as told:
        await owe_all(db, LANE, [chat], [1, 2, 3], NOON)
        await until(_holds(lambda: bool(told)))
        await say(db, "end")
        await until(_holds(lambda: "inbox end" in told))
        assert told == [f"owed {LANE}", "inbox end"]


@only_postgres
async def test_what_has_to_wait_anyway_wakes_nobody(db: Database) -> None:
    (chat,) = await add_chats(db, LANE, [Address("telegram", "7")], NOON)
    async with heard(db) as told:
        async with db.write() as tx:
            await owing.add(
                tx, Owed(LANE, chat, DeliveryKind.NOTICE, Priority.ALERT, payload="{}", not_before=NOON), NOON
            )
        await say(db, "end")
        await until(_holds(lambda: bool(told)))
        assert told == ["inbox end"]


@only_postgres
async def test_news_that_becomes_breaking_is_heard(db: Database) -> None:
    (chat,) = await add_chats(db, LANE, [Address("telegram", "7")], NOON)
    await owe_all(db, LANE, [chat], [1], NOON)
    async with heard(db) as told:
        async with db.write() as tx:
            assert await owing.escalate(tx, 1, [chat], NOON) == 1
        await until(_holds(lambda: told == [OWED]))


@only_postgres
async def test_what_is_rolled_back_is_never_heard(db: Database) -> None:
    async def fails(tx: Transaction) -> None:
        signals.note(tx, INBOX, "undone")
        raise LookupError

    async with heard(db) as told:
        with pytest.raises(LookupError):
            await db.transact(fails)
        with pytest.raises(LookupError):
            async with db.write() as tx:
                await fails(tx)
        for number in range(20):  # on every connection of the pool
            await say(db, f"{number}")
        await until(_holds(lambda: "inbox 19" in told))
        assert "inbox undone" not in told


@only_postgres
async def test_a_connection_that_the_server_ends_is_made_again_and_nothing_is_missed(db: Database) -> None:
    async with heard(db) as told:
        async with db.write() as tx:
            ended = await tx.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'heraut listens' AND datname = current_database()"
                )
            )
            assert ended.rowcount == 1
            signals.note(tx, INBOX, "meanwhile")
        await until(_holds(lambda: "" in told))
        await say(db, "after")
        await until(_holds(lambda: "inbox after" in told))


@only_postgres
async def test_a_silent_connection_is_tried_and_goes_on_hearing(db: Database) -> None:
    async with heard(db, check=0.05) as told:
        await asyncio.sleep(0.3)
        await say(db, "a")
        await until(_holds(lambda: told == ["inbox a"]))


async def test_signals_are_heard_again_after_the_server_was_away() -> None:
    async with CrashablePostgres() as server:
        database = Database(server.url)
        async with heard(database) as told:
            await server.crash()
            await server.come_back()
            await until(_holds(lambda: "" in told))
            await say(database, "after")
            await until(_holds(lambda: "inbox after" in told))
        await database.close()


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_where_one_process_has_it_all_nothing_is_given(db: Database) -> None:
    await say(db, "nobody")

    async def note(tx: Transaction) -> None:
        signals.note(tx, INBOX, "nobody")

    await db.transact(note)
