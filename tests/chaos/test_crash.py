"""Kill -9 at random points: nothing is lost; nothing is doubled but where an answer was lost by the kill.

The short form is 200 alerts on each platform and 8 kills. `make chaos` sends 2,000 on each platform, kills
50 times, and adds a locked database, a full disk, a platform that is down for a minute, and a clock that
jumps. All of it is seeded; HERAUT_CHAOS_SEED chooses another run.
"""

import asyncio
import random
import resource
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.chaos.field import CHATS, Account, Field, opened
from tests.chaos.size import LONG, SEED
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator

pytestmark = pytest.mark.slow

STORIES, KILLS = (50, 50) if LONG else (5, 8)
OUTAGE = 60.0 if LONG else 2.0
MOST_OWED = 20 * CHATS


async def test_nothing_is_lost_and_nothing_doubles_over_kills_at_random_points(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with opened(tmp_path) as field:
        publishing = asyncio.create_task(_publish(field, chance))
        for _ in range(KILLS):
            await _kill_somewhere(field, chance)
        await publishing
        await field.settled(120 if LONG else 40)
        _close_the_books(field, STORIES * CHATS)


async def test_nothing_is_lost_while_the_platforms_are_down(tmp_path: Path) -> None:
    async with opened(tmp_path) as field:
        field.publish()
        await field.settled(30)
        await _outage(field, OUTAGE)
        await field.settled(120)
        _close_the_books(field, 2 * CHATS)


@pytest.mark.skipif(not LONG, reason="`make chaos` runs it")
async def test_nothing_is_lost_while_the_database_is_locked(tmp_path: Path) -> None:
    async def locked(field: Field) -> None:
        connection = sqlite3.connect(field.heraut.database, isolation_level=None, timeout=30)
        connection.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(15)
        connection.execute("ROLLBACK")
        connection.close()

    await _in_the_middle_of_it(tmp_path, locked)


@pytest.mark.skipif(not LONG, reason="`make chaos` runs it")
async def test_nothing_is_lost_while_the_disk_is_full(tmp_path: Path) -> None:
    async def full(field: Field) -> None:
        pid, unlimited = field.heraut.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, unlimited))
        await asyncio.sleep(10)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))

    await _in_the_middle_of_it(tmp_path, full)


@pytest.mark.skipif(not LONG, reason="`make chaos` runs it")
@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_nothing_is_lost_when_the_clock_jumps(tmp_path: Path, seconds: int) -> None:
    async def jump(field: Field) -> None:
        field.clock.write_text(str(seconds), encoding="ascii")
        await asyncio.sleep(3)

    await _in_the_middle_of_it(tmp_path, jump, shifted=True)


async def _in_the_middle_of_it(
    folder: Path, trouble: Callable[[Field], Awaitable[None]], *, shifted: bool = False
) -> None:
    async with opened(folder, shifted=shifted) as field:
        for _ in range(4):
            field.publish()
            await asyncio.sleep(1.5)
        await trouble(field)
        for _ in range(2):
            field.publish()
            await asyncio.sleep(1.5)
        await field.settled(120)
        _close_the_books(field, 6 * CHATS)


async def _publish(field: Field, chance: random.Random) -> None:
    """One story after another, with a backlog that varies but stays one of alerts."""
    for _ in range(STORIES):
        while field.backlog > MOST_OWED:  # noqa: ASYNC110  another process works it off
            await asyncio.sleep(0.2)
        field.publish()
        await asyncio.sleep(chance.uniform(0.5, 4.0))


async def _kill_somewhere(field: Field, chance: random.Random) -> None:
    """At a random moment; or when a message has just arrived, in or after its answer, before our commit."""
    if chance.random() < 0.4:
        await asyncio.sleep(chance.uniform(0.0, 2.0))
    else:
        told, deadline = field.told + chance.randint(1, 25), time.monotonic() + 5
        while field.told < told and time.monotonic() < deadline:  # noqa: ASYNC110  the moment itself counts
            await asyncio.sleep(0.001)
        await asyncio.sleep(chance.choice([0.0, 0.0, 0.001, 0.003, 0.01]))
    await field.kill_and_restart()


async def _outage(field: Field, seconds: float) -> None:
    """Both platforms are gone while a story comes out."""
    for account in field.accounts:
        if isinstance(account.emulator, DiscordEmulator):
            await account.emulator.go_down()
        else:
            await account.emulator.stop()
    field.publish()
    await asyncio.sleep(seconds)
    for account in field.accounts:
        if isinstance(account.emulator, TelegramEmulator):
            await account.emulator.start()
        else:
            await account.emulator.come_up()


def _close_the_books(field: Field, least: int) -> None:
    stories = field.stories()
    assert sum(map(len, stories.values())) == len(field.published)
    assert len(stories) * CHATS >= least, "too many of the headlines were taken for one event"
    for account in field.accounts:
        _check(field, account)


def _check(field: Field, account: Account) -> None:
    books = field.books(account)
    name = account.lane.partition(":")[0]
    print(
        f"{name}: {books.owed} owed, {account.told} messages, {field.kills} kills, {len(books.lost)} lost, "
        f"{len(books.explained)} doubled after a lost answer, {len(books.unexplained)} doubled otherwise"
    )
    assert books.lost == []
    assert books.unexplained == []
    if name == "discord":
        assert books.explained == []
