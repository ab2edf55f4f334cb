"""Letters of an account: kept once, handled in order, closed when that is done; none is ever lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import timedelta

import pytest

from bot.services import inbox as service
from bot.services.inbox import KEPT, TRIES, Inbox, Taken
from bot.services.retention import Retention
from bot.store import inbox, signals
from bot.store.database import Database
from bot.store.inbox import Letter
from bot.store.listening import Listener
from tests.support.clock import StoppedClock
from tests.support.databases import ONLY_SQLITE
from tests.support.waiting import until

LANE = "telegram:1"
LONG = timedelta(hours=1)


def opened(database: Database, lane: str = LANE, clock: StoppedClock | None = None) -> Inbox:
    """As a process has it that looks for nothing by itself."""
    return Inbox(database, lane, clock or StoppedClock(), LONG)


async def next_of(found: AsyncIterator[Taken], number: int) -> list[int]:
    """The numbers of so many letters."""
    async with asyncio.timeout(60):
        return [(await anext(found)).number for _ in range(number)]


@asynccontextmanager
async def taking(box: Inbox) -> AsyncIterator[AsyncIterator[Taken]]:
    """The letters for as long as somebody has the account; what was handled then is written down."""
    async with aclosing(box.letters()) as found:  # type: ignore[type-var]  # it is a generator
        yield found
    await box.flush()


async def waiting(database: Database, lane: str = LANE) -> int:
    async with database.read() as tx:
        return await inbox.waiting(tx, lane, 1000)


async def test_letters_come_in_the_order_of_their_numbers_each_once(db: Database) -> None:
    box, other = opened(db), opened(db)
    for writer, number in ((box, 12), (other, 10), (other, 12), (box, 11), (other, 10)):
        assert await writer.put(number, {"text": "é\0💡"})
    async with taking(box) as found:
        assert await next_of(found, 3) == [10, 11, 12]


async def test_what_a_letter_says_is_kept_and_forgotten_when_it_was_handled(db: Database) -> None:
    box = opened(db)
    await box.put(1, {"text": "é\0💡"})
    async with taking(box) as found:
        assert (await anext(found)).content == {"text": "é\0💡"}
        box.handled(1)
    assert await waiting(db) == 0
    assert await box.put(1, {"text": "again"})
    assert await waiting(db) == 0
    async with db.write() as tx:
        assert await inbox.take(tx, LANE, [], 10) == []


async def test_a_letter_wakes_the_one_who_waits(db: Database) -> None:
    box = opened(db)
    async with taking(box) as found:
        first = asyncio.create_task(next_of(found, 1))
        await asyncio.sleep(0.05)
        assert not first.done()
        await box.put(7, {})
        assert await first == [7]


async def test_what_was_begun_by_a_process_that_died_is_begun_again(db: Database) -> None:
    died, next_one = opened(db), opened(db)
    for number in (1, 2, 3):
        await died.put(number, {})
    async with aclosing(died.letters()) as found:  # type: ignore[type-var]  # it is a generator
        assert await next_of(found, 3) == [1, 2, 3]
    async with taking(next_one) as found:
        assert await next_of(found, 3) == [1, 2, 3]


async def test_accounts_have_letters_of_their_own(db: Database) -> None:
    one, other = opened(db), opened(db, "telegram:2")
    assert await one.put(1, {})
    assert await other.put(1, {})
    async with taking(one) as found:
        assert await next_of(found, 1) == [1]
        one.handled(1)
    assert (await waiting(db), await waiting(db, "telegram:2")) == (0, 1)


@ONLY_SQLITE
async def test_a_letter_that_ends_every_process_is_left_alone_in_the_end(db: Database) -> None:
    await opened(db).put(1, {})
    for _ in range(TRIES):
        async with db.write() as tx:
            assert [each.number for each in await inbox.take(tx, LANE, [], 10)] == [1]
    box = opened(db)
    await box.put(2, {})
    async with taking(box) as found:
        assert await next_of(found, 1) == [2]
    assert await waiting(db) == 1


@ONLY_SQLITE
async def test_when_too_many_wait_no_more_are_taken(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 2)
    box = opened(db)
    assert [await box.put(number, {}) for number in (1, 2, 3)] == [True, True, False]
    async with taking(box) as found:
        await next_of(found, 2)
        box.handled(1)
    assert await box.put(3, {})


@ONLY_SQLITE
async def test_only_so_many_are_handled_at_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 2)
    box = opened(db)
    for number in (1, 2, 3):
        await box.put(number, {})
    async with taking(box) as found:
        assert await next_of(found, 2) == [1, 2]
        third = asyncio.create_task(next_of(found, 1))
        await asyncio.sleep(0.05)
        assert not third.done()
        box.handled(1)
        assert await third == [3]


@ONLY_SQLITE
async def test_a_database_that_is_away_for_a_moment_delays_and_loses_nothing(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = opened(db)
    await box.put(1, {})
    away = 0

    transact = db.transact

    async def shaky(*given: object) -> list[Letter]:
        nonlocal away
        if away:
            away -= 1
            raise OSError("away")
        return await transact(*given)  # type: ignore[arg-type]  # whatever it is

    monkeypatch.setattr(db, "transact", shaky)
    away = 3
    assert await box.put(2, {}) is False
    async with taking(box) as found:
        first = asyncio.create_task(next_of(found, 1))

        async def is_back() -> bool:
            box.wake()
            return first.done()

        await until(is_back)
        assert await first == [1]
        box.handled(1)
    assert await waiting(db) == 0


async def test_old_letters_are_removed(db: Database) -> None:
    clock = StoppedClock()
    await opened(db, clock=clock).put(1, {})
    clock.advance(KEPT)
    await opened(db, clock=clock).put(2, {})
    clock.advance(timedelta(seconds=1))
    await Retention(db, clock, timedelta(days=30)).tick()
    async with db.write() as tx:
        assert [each.number for each in await inbox.take(tx, LANE, [], 10)] == [2]


@pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.slow)])
async def test_a_letter_that_another_process_kept_wakes_the_one_who_has_the_account(db: Database) -> None:
    owner, listens = opened(db), asyncio.Event()

    def heard(signal: str) -> None:
        listens.set()
        if signal == f"{signals.INBOX} {LANE}":
            owner.wake()

    listening = asyncio.create_task(Listener(db.libpq, heard).run())
    async with taking(owner) as found:
        first = asyncio.create_task(next_of(found, 1))
        await listens.wait()
        await opened(db).put(7, {})
        assert await first == [7]
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
