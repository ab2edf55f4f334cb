"""What every `JobRunner` keeps to. Each test runs over all implementations; a world makes its runners."""

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.jobs.cluster import ClusterRunner
from bot.jobs.embedded import EmbeddedRunner
from bot.jobs.ticks import slot_of
from bot.ports import JobRunner
from bot.store import slots
from bot.store.database import Database
from tests.support.clock import NOON, StoppedClock
from tests.support.waiting import until

pytestmark = pytest.mark.slow


class World(ABC):
    """The data that runners share."""

    kind = ""
    clock = StoppedClock()

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.database = Database(url)
        self._processes: list[asyncio.subprocess.Process] = []

    @property
    @abstractmethod
    def data(self) -> str:
        """What a runner is told of it."""

    @abstractmethod
    def runner(self, drain: float = 5.0) -> JobRunner:
        """One more runner on the same data."""

    async def owner_process(self, name: str) -> asyncio.subprocess.Process:
        """A runner in another process, once it works on a name."""
        notes = self.folder / "notes"
        command = ["-m", "tests.contract.owner", self.kind, self.data, name, str(notes)]
        process = await asyncio.create_subprocess_exec(sys.executable, *command)
        self._processes.append(process)

        async def works() -> bool:
            return notes.exists()

        await until(works)
        return process

    async def close(self) -> None:
        """End everything."""
        for process in self._processes:
            if process.returncode is None:
                process.kill()
            await process.wait()
        await self.database.close()

    async def take(self, name: str, slot: datetime) -> bool:
        async with self.database.write() as tx:
            return await slots.take(tx, name, slot)


class Embedded(World):
    kind = "sqlite"

    @property
    def data(self) -> str:
        return str(self.folder / "lanes")

    def runner(self, drain: float = 5.0) -> JobRunner:
        return EmbeddedRunner(Path(self.data), self.take, self.clock, drain)


class Cluster(World):
    kind = "cluster"

    @property
    def data(self) -> str:
        return self.database.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def runner(self, drain: float = 5.0) -> JobRunner:
        return ClusterRunner(self.data, self.take, self.clock, drain)


@pytest.fixture
async def world(kind: str, url: str, tmp_path: Path) -> AsyncIterator[World]:
    made = {"sqlite": Embedded, "postgres": Cluster}[kind](tmp_path, url)
    yield made
    await made.close()


class Work:
    """Work that goes on until it is asked to stop."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended = False
        self._stop = asyncio.Event()

    async def run(self) -> None:
        self.begun.set()
        await self._stop.wait()
        await asyncio.sleep(0.05)  # what was begun is finished
        self.ended = True

    def stop(self) -> None:
        self._stop.set()


async def _true(condition: bool) -> bool:
    return condition


async def test_one_of_two_runners_owns_a_name_and_the_other_follows_when_it_stops(world: World) -> None:
    first, second = world.runner(), world.runner()
    works = Work(), Work()
    first.own("lane:1", works[0].run, works[0].stop)
    second.own("lane:1", works[1].run, works[1].stop)
    await first.start()
    await asyncio.wait_for(works[0].begun.wait(), 20)
    await second.start()
    await asyncio.sleep(0.7)
    assert not works[1].begun.is_set()
    await first.stop()
    await asyncio.wait_for(works[1].begun.wait(), 20)
    await second.stop()


async def test_names_are_owned_apart_from_each_other(world: World) -> None:
    first, second = world.runner(), world.runner()
    works = Work(), Work()
    first.own("lane:1", works[0].run, works[0].stop)
    second.own("lane:2", works[1].run, works[1].stop)
    await first.start()
    await second.start()
    await asyncio.wait_for(works[1].begun.wait(), 20)
    await first.stop()
    await second.stop()


async def test_the_lane_of_a_killed_process_is_taken_over(world: World) -> None:
    process = await world.owner_process("lane:1")
    runner, work = world.runner(), Work()
    runner.own("lane:1", work.run, work.stop)
    await runner.start()
    await asyncio.sleep(0.7)
    assert not work.begun.is_set()
    process.kill()
    await asyncio.wait_for(work.begun.wait(), 20)
    await runner.stop()


async def test_a_slot_of_a_job_is_worked_on_once_by_all_runners_together(world: World) -> None:
    fired: list[datetime] = []

    async def job(slot: datetime) -> None:
        fired.append(slot)

    runners = [world.runner(), world.runner()]
    for runner in runners:
        runner.every("digests", timedelta(seconds=0.05), job)
        await runner.start()
    await until(lambda: _true(bool(fired)))
    await asyncio.sleep(0.5)
    assert fired == [slot_of(world.clock.now(), timedelta(seconds=0.05))]
    for runner in runners:
        await runner.stop()


async def test_a_slot_is_not_worked_on_again_after_a_restart(world: World) -> None:
    fired: list[datetime] = []

    async def job(slot: datetime) -> None:
        fired.append(slot)

    for _ in range(2):
        runner = world.runner()
        runner.every("digests", timedelta(days=1), job)
        await runner.start()
        await until(lambda: _true(bool(fired)))
        await asyncio.sleep(0.2)
        await runner.stop()
    assert len(fired) == 1


async def test_a_job_that_fails_is_fired_again_and_harms_no_other(world: World) -> None:
    tries: list[datetime] = []

    async def job(slot: datetime) -> None:
        tries.append(slot)
        raise OSError("disk full")

    runner, work = world.runner(), Work()
    runner.every("tick", timedelta(seconds=0.05), job, once=False)
    runner.own("lane:1", work.run, work.stop)
    await runner.start()

    async def again() -> bool:
        return len(tries) >= 3

    await until(again)
    await asyncio.wait_for(work.begun.wait(), 20)
    await runner.stop()


async def test_work_that_fails_is_begun_again(world: World) -> None:
    tries = []

    async def work() -> None:
        tries.append(1)
        raise OSError("disk full")

    runner = world.runner()
    runner.own("lane:1", work, lambda: None)
    await runner.start()

    async def again() -> bool:
        return len(tries) >= 2

    await until(again)
    await runner.stop()


async def test_stop_lets_work_and_jobs_end(world: World) -> None:
    finished: list[str] = []
    begun = asyncio.Event()

    async def job(_: datetime) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        finished.append("job")

    runner, work = world.runner(), Work()
    runner.own("lane:1", work.run, work.stop)
    runner.every("digests", timedelta(hours=1), job)
    await runner.start()
    await asyncio.wait_for(begun.wait(), 20)
    await asyncio.wait_for(work.begun.wait(), 20)
    await runner.stop()
    assert work.ended
    assert finished == ["job"]


async def test_stop_takes_a_bounded_time_also_with_work_that_does_not_end(world: World) -> None:
    runner = world.runner(drain=0.2)
    runner.own("lane:1", asyncio.Event().wait, lambda: None)  # never returns
    await runner.start()
    await asyncio.sleep(0.1)
    await asyncio.wait_for(runner.stop(), 20)


def test_slots_of_all_runners_agree() -> None:
    day = timedelta(days=1)
    assert slot_of(NOON, day) == slot_of(NOON + timedelta(hours=11, minutes=59), day)
    assert slot_of(NOON + timedelta(hours=12), day) == slot_of(NOON, day) + day
