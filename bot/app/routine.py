"""Background work: what is done at its time, and the pumps that run all the time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.app.ground import Ground
from bot.jobs.embedded import EmbeddedRunner
from bot.jobs.memory import give_back_aside
from bot.ports import JobRunner
from bot.services.alarm import Alarms
from bot.services.clockwatch import ClockWatch
from bot.services.delivery import LanePump
from bot.services.digest import Digests
from bot.services.lanewatch import LaneWatch
from bot.services.poller import Poller
from bot.services.retention import Retention
from bot.services.search import Searcher
from bot.store import slots

DRAIN_SECONDS = 7.0
CLOCK_TICK = timedelta(seconds=5)
DIGEST_TICK = timedelta(seconds=30)
WATCH_TICK = timedelta(minutes=5)
SEARCH_TICK = timedelta(seconds=5)
RETENTION_TICK = timedelta(hours=6)
MEMORY_TICK = timedelta(minutes=1)


def runner_of(ground: Ground, poller: Poller, tick: timedelta, pumps: Sequence[LanePump]) -> JobRunner:
    """What runs it all in this process; `tick` is how often due feeds are looked for."""

    async def take_slot(name: str, slot: datetime) -> bool:
        async with ground.database.write() as tx:
            return await slots.take(tx, name, slot)

    runner = EmbeddedRunner(ground.settings.data_dir / "lanes", take_slot, ground.clock, DRAIN_SECONDS)
    for pump in pumps:
        runner.own(pump.lane, pump.run, pump.stop)
    runner.every("poll", tick, lambda _: poller.tick(), once=False)
    return runner


def add_routine(runner: JobRunner, ground: Ground, alarms: Alarms) -> None:
    """What is done at its time, by one process of all."""
    database, clock = ground.database, ground.clock
    keep = timedelta(days=ground.settings.retention_days)
    runner.every("clock", CLOCK_TICK, ClockWatch(database, clock).tick, once=False)
    runner.every("watch", WATCH_TICK, LaneWatch(database, clock, alarms).tick)
    runner.every("digests", DIGEST_TICK, Digests(database, clock).tick)
    runner.every("search", SEARCH_TICK, Searcher(database, clock).tick)
    runner.every("retention", RETENTION_TICK, Retention(database, clock, keep).tick)
    runner.every("memory", MEMORY_TICK, give_back_aside, once=False)
