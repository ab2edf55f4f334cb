"""The database: migrated tables equal the declared ones, writes are atomic, naive times are refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, func, insert, make_url, select, text, update
from sqlalchemy.exc import StatementError

from bot.store import database as store
from bot.store import feedlist
from bot.store.database import Database
from bot.store.feedlist import FeedFilter
from bot.store.migrating import MIGRATIONS
from bot.store.schema import comparable, metadata, stories
from tests.support import databases
from tests.support.clock import NOON
from tests.support.cutline import CutLine

DAY = timedelta(days=1)


@pytest.fixture
async def empty(kind: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without tables."""
    async with databases.address(kind, tmp_path, migrated=False) as made:
        yield made


def plain(url: str) -> Engine:
    """The same database, to be looked at without the product's own code."""
    return create_engine(make_url(url).set(drivername=url.partition(":")[0].replace("+aiosqlite", "")))


def differences(url: str) -> list[object]:
    engine = plain(url)
    with engine.connect() as connection:
        found = compare_metadata(
            MigrationContext.configure(connection, opts={"include_name": comparable}), metadata
        )
    engine.dispose()
    return list(found)


async def test_the_migrations_lead_to_the_declared_tables(url: str) -> None:
    assert differences(url) == []


async def test_migrating_twice_changes_nothing(db: Database, url: str) -> None:
    await db.migrate()
    assert differences(url) == []


async def test_of_several_processes_that_start_at_once_one_migrates(empty: str) -> None:
    starting = [Database(empty) for _ in range(3)]
    await asyncio.gather(*(database.migrate() for database in starting))
    for database in starting:
        await database.close()
    assert differences(empty) == []


async def test_a_database_of_the_first_version_is_brought_up_to_date_with_its_rows(empty: str) -> None:
    engine = plain(empty)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO feeds (url, outlet, owner, headers, created_at, interval_seconds, skip_hours,"
                " next_poll_at) VALUES ('https://a.example', 'A', 'a', '{}', :now, 300, '[]', :now)"
            ),
            {"now": "2026-03-02 12:00:00.000000"},
        )
    engine.dispose()
    database = Database(empty)
    await database.migrate()
    async with database.read() as tx:
        (feed,) = await feedlist.page(tx, NOON, FeedFilter(words=["a.example"]))
    await database.close()
    assert (feed.spec.outlet.name, feed.added) == ("A", False)
    assert differences(empty) == []


async def test_a_write_that_fails_leaves_nothing_behind(db: Database) -> None:
    async def fail_midway() -> None:
        async with db.write() as tx:
            await tx.execute(insert(stories).values(created_at=NOON, updated_at=NOON))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_midway()
    async with db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(stories)) == 0


async def test_many_writers_at_once_all_get_their_turn(db: Database) -> None:
    async def write() -> None:
        async with db.write() as tx:
            await tx.execute(insert(stories).values(created_at=NOON, updated_at=NOON))

    await asyncio.gather(*(write() for _ in range(50)))
    async with db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(stories)) == 50


@pytest.mark.slow
async def test_rows_that_a_process_locked_are_free_again_soon_after_it_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ABANDONED_MS", 500)
    async with databases.address("postgres", tmp_path) as url, CutLine(url) as line:
        ours, theirs = Database(url), Database(line.url)
        async with ours.write() as tx:
            await tx.execute(insert(stories).values(created_at=NOON, updated_at=NOON))
        with pytest.raises(store.OUTAGES):  # noqa: PT012  leaving the block is what fails
            async with theirs.write() as tx:
                await tx.execute(update(stories).values(updated_at=NOON - DAY))
                line.cut()
                async with ours.write() as other, asyncio.timeout(60):
                    await other.execute(update(stories).values(updated_at=NOON + DAY))
                line.mend()
        async with ours.read() as tx:
            assert await tx.scalar(select(stories.c.updated_at)) == NOON + DAY
        await theirs.close()
        await ours.close()


async def test_times_come_back_aware_and_in_utc(db: Database) -> None:
    async with db.write() as tx:
        await tx.execute(insert(stories).values(created_at=NOON, updated_at=NOON))
        assert await tx.scalar(select(stories.c.created_at)) == NOON


async def test_a_time_without_a_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  the point of the test
    async with db.write() as tx:
        with pytest.raises(StatementError, match="without a zone"):
            await tx.execute(insert(stories).values(created_at=naive, updated_at=NOON))
