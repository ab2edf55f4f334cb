"""Owners on PostgreSQL that are cut off: they stop before another begins, and come back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.jobs.cluster import ClusterRunner
from bot.ports import SystemClock
from tests.support import databases
from tests.support.cutline import CutLine

pytestmark = pytest.mark.slow

NAME = "telegram:123456789012345678901234567890123456789012345678901234567890"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with databases.address("postgres", tmp_path, migrated=False) as made:
        yield made


class Diary:
    """Who worked when, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._written = asyncio.Condition()

    def runner(self, who: str, url: str) -> ClusterRunner:
        """A runner whose work is noted."""
        stop = asyncio.Event()

        async def work() -> None:
            await self._write(f"{who} begins")
            try:
                await stop.wait()
            finally:
                await self._write(f"{who} ends")

        runner = ClusterRunner(libpq(url), never, SystemClock())
        runner.own(NAME, work, stop.set)
        return runner

    async def has(self, *lines: str) -> None:
        """Wait until this is what happened."""
        async with self._written, asyncio.timeout(60):
            await self._written.wait_for(lambda: self.lines == list(lines))

    async def _write(self, line: str) -> None:
        async with self._written:
            self.lines.append(line)
            self._written.notify_all()


def libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def never(_: str, __: datetime) -> bool:
    return False


async def test_an_owner_that_is_cut_off_stops_before_another_begins(url: str) -> None:
    diary = Diary()
    async with CutLine(url) as line:
        first, second = diary.runner("anna", line.url), diary.runner("bram", url)
        await first.start()
        await diary.has("anna begins")
        await second.start()
        line.cut()
        await diary.has("anna begins", "anna ends", "bram begins")
        line.mend()
        await second.stop()
        await diary.has("anna begins", "anna ends", "bram begins", "bram ends", "anna begins")
        await first.stop()


async def test_ownership_goes_on_after_the_database_was_away(url: str) -> None:
    diary = Diary()
    async with CutLine(url) as line:
        only = diary.runner("anna", line.url)
        await only.start()
        await diary.has("anna begins")
        line.cut()
        await diary.has("anna begins", "anna ends")
        line.mend()
        await diary.has("anna begins", "anna ends", "anna begins")
        await only.stop()


async def test_runners_that_start_at_once_share_the_names(url: str) -> None:
    diary = Diary()
    runners = [diary.runner(who, url) for who in ("anna", "bram", "cato")]
    await asyncio.gather(*(runner.start() for runner in runners))

    async def one_works() -> None:
        async with asyncio.timeout(30):
            while not diary.lines:  # noqa: ASYNC110  looks at another task's list
                await asyncio.sleep(0.05)

    await one_works()
    await asyncio.sleep(1)
    assert len(diary.lines) == 1
    await asyncio.gather(*(runner.stop() for runner in runners))
