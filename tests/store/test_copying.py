"""Copies between databases of either kind: whole, verified, and going on where they were cut off."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.errors import BadInput
from bot.store import copying, schema
from bot.store.database import Database
from tests.support import databases
from tests.support.newsroom import Newsroom, report
from tests.support.press import morning

pytestmark = pytest.mark.slow

WAYS = (
    ("sqlite", "sqlite"),
    ("sqlite", "postgres"),
    ("postgres", "sqlite"),
)


class Pair:
    """A database with a morning's news, and one that is empty."""

    def __init__(self, source: Database, target: Database) -> None:
        self.source, self.target = source, target

    async def copied(self, batch: int = 7, most: int | None = None) -> int:
        """Copy all, or at most so many batches; how many batches that were."""
        done = 0
        async with aclosing(copying.copy(self.source, self.target, batch)) as batches:  # type: ignore[type-var]  # a generator behind AsyncIterator
            async for _ in batches:
                done += 1
                if done == most:
                    break
        return done

    async def differences(self) -> list[str]:
        return [
            table.name
            for table in copying.TABLES
            if await copying.count(self.source, table) != await copying.count(self.target, table)
        ]


@pytest.fixture(params=WAYS, ids="-to-".join)
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        urls: list[str] = []
        for place, kind in zip(("source", "target"), request.param, strict=True):
            folder = tmp_path / place
            folder.mkdir()
            fill = None if urls else morning
            urls.append(await stack.enter_async_context(databases.address(kind, folder, fill=fill)))
        made = Pair(*map(Database, urls))
        yield made
        for database in (made.source, made.target):
            await database.close()


async def test_all_tables_come_over_as_they_were(pair: Pair) -> None:
    assert not await copying.begin(pair.source, pair.target)
    assert "items" in await pair.differences()
    await pair.copied()
    await copying.finish(pair.target)
    assert await pair.differences() == []
    copied = [await copying.count(pair.target, table) for table in copying.TABLES]
    assert sum(each.rows > 0 for each in copied) >= 10


async def test_a_copy_that_was_cut_off_goes_on_where_it_stopped(pair: Pair) -> None:
    await copying.begin(pair.source, pair.target)
    await pair.copied(batch=2, most=6)
    assert await copying.begin(pair.source, pair.target)
    rest = await pair.copied(batch=2)
    assert await pair.differences() == []
    assert await pair.copied(batch=2) == len(copying.TABLES) < rest
    await copying.finish(pair.target)


async def test_news_goes_on_in_the_copy(pair: Pair, tmp_path: Path) -> None:
    await copying.begin(pair.source, pair.target)
    await pair.copied()
    await copying.finish(pair.target)
    room = Newsroom(tmp_path, url=pair.target.url.render_as_string(hide_password=False))
    await room.open()
    feed = await room.add_feed("Nieuwe krant", "nieuw")
    intake = await room.take(feed, [report("NAVO opent hoofdkwartier", 77, room.clock.now())])
    assert intake.new == intake.matched == 1
    await room.close()


async def test_a_target_that_is_in_use_is_refused(pair: Pair) -> None:
    with pytest.raises(BadInput, match="in use"):
        await copying.begin(pair.target, pair.source)


async def test_a_copy_of_another_source_does_not_go_on(pair: Pair, tmp_path: Path) -> None:
    await copying.begin(pair.source, pair.target)
    other = Database(f"sqlite:///{tmp_path}/other.sqlite3")
    with pytest.raises(BadInput, match="a copy of"):
        await copying.begin(other, pair.target)
    await other.close()


async def test_one_changed_letter_is_noticed(pair: Pair) -> None:
    await copying.begin(pair.source, pair.target)
    await pair.copied()
    async with pair.target.write() as tx:
        item = schema.items
        await tx.execute(update(item).where(item.c.id == 1).values(title=item.c.title + "."))
    assert await pair.differences() == ["items"]


async def test_what_has_no_value_has_none_in_the_copy(pair: Pair) -> None:
    await copying.begin(pair.source, pair.target)
    await pair.copied()
    numbers = []
    for database in (pair.source, pair.target):
        async with database.read() as tx:
            missing = select(func.count()).where(schema.chats.c.manner.is_(None))
            numbers.append(await tx.scalar(missing) or 0)
    assert numbers[0] == numbers[1] > 0
