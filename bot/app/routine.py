"""Background work: what is done at its time, and the pumps that run all the time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.app.chats import Chats
from bot.app.ground import Ground
from bot.app.keepup import KeepUp
from bot.app.rules import Rules, load_names
from bot.jobs.embedded import EmbeddedRunner
from bot.jobs.memory import give_back_aside
from bot.ports import ChatPlatform, Clock, JobRunner
from bot.services.accountwatch import AccountWatch
from bot.services.alarm import Notices
from bot.services.clockwatch import ClockWatch
from bot.services.connectionwatch import ConnectionWatch
from bot.services.delivery import LanePump
from bot.services.digest import Digests
from bot.services.lanewatch import LaneWatch
from bot.services.packwatch import PackWatch
from bot.services.poller import RENEWAL, Poller
from bot.services.retention import Retention
from bot.services.search import Searcher
from bot.store import slots

log = structlog.get_logger()

DRAIN_SECONDS = 7.0
RESTART_SECONDS = 5.0
CLOCK_TICK = timedelta(seconds=5)
RULES_TICK = timedelta(seconds=2)
PACKS_TICK = timedelta(seconds=1)
DIGEST_TICK = timedelta(seconds=30)
ACCOUNTS_TICK = timedelta(minutes=1)
CONNECTIONS_TICK = timedelta(minutes=1)
WATCH_TICK = timedelta(minutes=5)
SEARCH_TICK = timedelta(seconds=5)
RETENTION_TICK = timedelta(hours=6)
MEMORY_TICK = timedelta(minutes=1)

Lane = tuple[ChatPlatform, LanePump]


def runner_of(ground: Ground, lanes: Sequence[Lane], attended: dict[str, bool]) -> JobRunner:
    """What runs background work here, and delivers for these accounts when it is this process's turn.

    `attended` is kept: whether that is so now, for each account, where processes share the work.
    """

    async def take_slot(name: str, slot: datetime) -> bool:
        async with ground.database.write() as tx:
            return await slots.take(tx, name, slot)

    if not ground.shared:
        runner: JobRunner = EmbeddedRunner(
            ground.settings.data_dir / "lanes", take_slot, ground.clock, DRAIN_SECONDS
        )
        for _, pump in lanes:
            runner.own(pump.lane, pump.run, pump.stop)
        return runner
    from bot.jobs.cluster import ClusterRunner  # what it needs is installed with PostgreSQL's driver only

    runner = ClusterRunner(ground.database.libpq, take_slot, ground.clock, DRAIN_SECONDS)
    for platform, pump in lanes:
        runner.own(pump.lane, partial(attend, platform, pump, attended), pump.stop)
    return runner


async def attend(platform: ChatPlatform, pump: LanePump, attended: dict[str, bool]) -> None:
    """Speak for an account: connected to its platform, and delivering. `attended` says so meanwhile."""
    attended[platform.lane] = True
    connection = asyncio.create_task(kept_up(platform.run, platform.lane), name=platform.lane)
    delivering = asyncio.create_task(pump.run(), name=f"{platform.lane} delivers")
    try:
        await asyncio.wait({delivering})
    finally:
        # At once, as another process may begin: the database may take its time to end what it does for us.
        delivering.cancel()
        pump.let_go()
        attended[platform.lane] = False
        connection.cancel()
        await asyncio.gather(connection, delivering, return_exceptions=True)
    await delivering


async def kept_up(run_platform: Callable[[], Awaitable[None]], lane: str) -> None:
    """A platform reconnects by itself; should its code fail, the others must not go down with it."""
    while True:
        try:
            await run_platform()
        except Exception:
            log.exception("platform failed", lane=lane, again_in=RESTART_SECONDS)
        await asyncio.sleep(RESTART_SECONDS)


def add_upkeep(runner: JobRunner, ground: Ground, rules: Rules, notices: Notices) -> None:
    """What every process does for itself. `notices` tells those who run the bot."""
    database, clock, settings = ground.database, ground.clock, ground.settings
    runner.every("memory", MEMORY_TICK, give_back_aside, once=False)
    own = [place for place in (settings.packs_dir, settings.topics_file) if place]
    if own:
        watch = PackWatch(own, partial(load_names, settings), rules.adopt, notices)
        runner.every("packs", PACKS_TICK, watch.tick, once=False)
    if ground.shared:
        runner.every("rules", RULES_TICK, KeepUp(database, rules).tick, once=False)
    else:
        # Where machines share the data, one of them with a wrong clock must not shift it.
        runner.every("clock", CLOCK_TICK, ClockWatch(database, clock).tick, once=False)


def add_watch(runner: JobRunner, clock: Clock, chats: Chats, notices: Notices) -> None:
    """What every process watches of what it listens on."""
    watch = ConnectionWatch(clock, notices, chats.connections)
    runner.every("connections", CONNECTIONS_TICK, watch.tick, once=False)
    accounts = AccountWatch(clock, notices, chats.troubles)
    runner.every("accounts", ACCOUNTS_TICK, accounts.tick, once=False)


def add_routine(runner: JobRunner, ground: Ground, poller: Poller, tick: timedelta, notices: Notices) -> None:
    """Looking for due feeds, every `tick`; and what is done at its time, by one process of all."""
    database, clock = ground.database, ground.clock
    keep = timedelta(days=ground.settings.retention_days)
    runner.every("poll", tick, lambda _: poller.tick(), once=False)
    runner.every("leases", RENEWAL, lambda _: poller.renew(), once=False)
    runner.every("watch", WATCH_TICK, LaneWatch(database, clock, notices).tick)
    runner.every("digests", DIGEST_TICK, Digests(database, clock).tick)
    runner.every("search", SEARCH_TICK, Searcher(database, clock).tick)
    runner.every("retention", RETENTION_TICK, Retention(database, clock, keep).tick)
