"""Work that shares a commit: each piece stands or falls alone, and nothing is reported before it is kept."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from sqlite3 import connect
from typing import NoReturn

import pytest
from sqlalchemy import func, insert, select, text

from bot.store.database import Database, Transaction
from bot.store.schema import stories
from tests.support.clock import NOON
from tests.support.databases import ONLY_SQLITE


def _story(number: int) -> Callable[[Transaction], Awaitable[int]]:
    async def write(tx: Transaction) -> int:
        await tx.execute(insert(stories).values(id=number, created_at=NOON, updated_at=NOON))
        return number

    return write


async def _kept(db: Database) -> list[int]:
    async with db.read() as tx:
        return [row.id for row in await tx.execute(select(stories.c.id).order_by(stories.c.id))]


async def test_each_piece_of_work_gets_its_own_result(db: Database) -> None:
    results = await asyncio.gather(*(db.transact(_story(number)) for number in range(1, 41)))
    assert results == list(range(1, 41))
    assert await _kept(db) == results


async def test_one_piece_that_fails_is_undone_alone(db: Database) -> None:
    undone: list[int] = []

    async def fail(tx: Transaction) -> NoReturn:
        await _story(3)(tx)
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        *(db.transact(_story(number), lambda: undone.append(0)) for number in (1, 2)),
        db.transact(fail, lambda: undone.append(3)),
        *(db.transact(_story(number), lambda: undone.append(0)) for number in (4, 5)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [int, int, ZeroDivisionError, int, int]
    assert await _kept(db) == [1, 2, 4, 5]
    assert undone == [3]


@ONLY_SQLITE
async def test_when_a_shared_commit_fails_each_piece_is_tried_alone(db: Database) -> None:
    runs: list[int] = []
    undone: list[int] = []

    def work(number: int) -> Callable[[Transaction], Awaitable[int]]:
        async def write(tx: Transaction) -> int:
            runs.append(number)
            # A foreign key that is looked at only when the transaction is committed.
            await tx.execute(text("PRAGMA defer_foreign_keys=ON"))
            if number == 2:
                await tx.execute(text("INSERT INTO story_rules VALUES (99, 'topic:none', 1)"))
            return await _story(number)(tx)

        return write

    outcomes = await asyncio.gather(
        *(db.transact(work(number), lambda number=number: undone.append(number)) for number in (1, 2, 3)),  # type: ignore[misc]  # a default binds the number
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], Exception)
    assert [outcomes[0], outcomes[2]] == [1, 3]
    assert await _kept(db) == [1, 3]
    assert runs.count(1) == undone.count(1) + 1
    assert runs.count(2) == undone.count(2)


async def test_a_part_that_fails_does_not_take_the_rest_with_it(db: Database) -> None:
    async def part(tx: Transaction) -> NoReturn:
        async with tx.begin_nested():
            await _story(2)(tx)
            raise ZeroDivisionError

    async def write(tx: Transaction) -> None:
        await _story(1)(tx)
        with pytest.raises(ZeroDivisionError):
            await part(tx)
        async with tx.begin_nested():
            await _story(3)(tx)

    await db.transact(write)
    assert await _kept(db) == [1, 3]


@ONLY_SQLITE
async def test_a_result_is_reported_only_when_another_connection_can_see_it(db: Database) -> None:
    await db.transact(_story(1))
    with connect(str(db.url.database)) as other:
        assert other.execute("SELECT id FROM stories").fetchall() == [(1,)]


@ONLY_SQLITE
async def test_both_kinds_of_transaction_take_turns(db: Database) -> None:
    async def count(tx: Transaction) -> int:
        return await tx.scalar(select(func.count()).select_from(stories)) or 0

    async with db.write() as tx:
        waiting = asyncio.create_task(db.transact(count))
        await asyncio.sleep(0.05)
        await _story(1)(tx)
    assert await waiting == 1


async def test_rows_can_be_read_page_by_page(db: Database) -> None:
    async def pages(tx: Transaction) -> list[int]:
        found = await tx.stream(select(stories.c.id).execution_options(yield_per=2))
        return [len(page) async for page in found.partitions()]

    await asyncio.gather(*(db.transact(_story(number)) for number in range(1, 6)))
    assert await db.transact(pages) == [2, 2, 1]


@ONLY_SQLITE
async def test_work_runs_beside_the_event_loop_and_may_wait_for_nothing_else(db: Database) -> None:
    async def where(_: Transaction) -> str:
        return threading.current_thread().name

    async def sleepy(tx: Transaction) -> None:
        await _story(1)(tx)
        await asyncio.sleep(0)

    assert (await db.transact(where)).startswith("writer")
    with pytest.raises(RuntimeError, match="nothing but its database"):
        await db.transact(sleepy)
    assert await _kept(db) == []


@ONLY_SQLITE
async def test_what_was_submitted_is_written_before_the_database_is_closed(db: Database) -> None:
    work = asyncio.gather(*(db.transact(_story(number)) for number in range(1, 10)))
    await asyncio.sleep(0)
    await db.close()
    assert await work == list(range(1, 10))
