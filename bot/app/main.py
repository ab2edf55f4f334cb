"""Building it all in order, running it in one task group, and stopping it in order."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot.app.bells import Bells, ears_of
from bot.app.chats import Chats, alarms_of, align_webhooks, cases_of, manager_of, open_chats, pumps_of
from bot.app.ground import AS_SET, Ground, Mode, Role
from bot.app.intake import fetcher_of, open_poller, prepare_feeds
from bot.app.routine import DRAIN_SECONDS, Lane, add_routine, add_upkeep, add_watch, kept_up, runner_of
from bot.app.rules import Rules, load_names, load_rules
from bot.app.sample import rooms_of, seed, start_sample
from bot.app.site import listener_of, probes_of, site_of
from bot.config import Config, Settings
from bot.errors import BadInput
from bot.feeds.http import Fetcher
from bot.feeds.sample import SampleServer
from bot.jobs.datalock import data_lock
from bot.jobs.memory import settle, share_arenas
from bot.ports import ChatPlatform, Clock, JobRunner, SystemClock
from bot.services.alarm import Alarms, Notices
from bot.services.charting import Painter
from bot.services.delivery import LanePump
from bot.services.manage import Manager
from bot.services.poller import Poller
from bot.services.sources import Sources
from bot.store.database import Database, address
from bot.store.signals import INBOX, OWED
from bot.web.desk import Desk
from bot.web.server import WebServer
from bot.web.server import address as where

log = structlog.get_logger()


async def run(config: Config, mode: Mode = AS_SET) -> None:
    """Run Heraut until SIGTERM or SIGINT.

    Raises:
        BadInput: the packs, topics, database or port cannot be used as configured.
        AlreadyRunning: another process works on the same data.
    """
    share_arenas()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    embedded = address(config.settings.database).get_backend_name() == "sqlite"
    if mode.role is not Role.ALL and embedded:
        raise BadInput(
            f"--role {mode.role} is for several processes on one PostgreSQL",
            "set database_url, or leave --role out",
        )
    with data_lock(config.settings.data_dir) if embedded else contextlib.nullcontext():
        async with build(config, mode) as heraut:
            await heraut.run(stop)


@dataclass(slots=True)
class Heraut:
    """Everything that runs, built and not yet started.

    `platforms` are those to be connected at once; `ears` hear other processes, where there are some.
    """

    platforms: Sequence[ChatPlatform]
    ears: Callable[[], Coroutine[Any, Any, None]] | None
    runner: JobRunner
    poller: Poller | None
    web: WebServer | None
    started: Callable[[], None]
    working: asyncio.Event

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, wait for `stop`, then end it: no new polls, drain, close connections."""
        async with asyncio.TaskGroup() as group:
            connections = [
                group.create_task(kept_up(platform.run, platform.lane), name=platform.lane)
                for platform in self.platforms
            ]
            if self.ears:
                connections.append(group.create_task(self.ears(), name="signals"))
            if self.web:
                connections.append(group.create_task(self.web.serve_until_cancelled(), name="web"))
            await self.runner.start()
            self.working.set()
            self.started()
            await stop.wait()
            self.working.clear()
            log.info("stopping")
            await asyncio.gather(self._drain_polls(), self.runner.stop())
            for connection in connections:
                connection.cancel()
        log.info("stopped")

    async def _drain_polls(self) -> None:
        if self.poller is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.poller.drain()


@asynccontextmanager
async def build(config: Config, mode: Mode, clock: Clock | None = None) -> AsyncIterator[Heraut]:
    """Open everything in order, and close it in the opposite order when the block ends."""
    settings = config.settings
    catalog, topics = load_names(settings)
    async with AsyncExitStack() as stack:
        port = listener_of(settings, mode)
        listener = stack.enter_context(port) if port else None
        ground = await _ground(settings, mode, clock or SystemClock(), stack)
        sample = await start_sample(ground, stack)
        if mode.role.polls:
            listed = () if mode.demo else config.feeds
            await prepare_feeds(ground, (*(sample.feeds() if sample else ()), *listed))
        rules = await load_rules(ground, catalog, topics)
        manager = manager_of(ground, rules)
        fetcher = await stack.enter_async_context(fetcher_of(settings, mode, sample))
        chats, alarms = await _talkers(ground, stack, rules, manager, fetcher, sample)
        pumps = pumps_of(ground, chats, alarms)
        parts = ground, stack, rules, fetcher, sample, alarms
        bells = Bells()
        poller = await open_poller(*parts, lambda: bells.ring(OWED)) if mode.role.polls else None
        if mode.role.sends:
            await align_webhooks(ground, manager)
        if sample:
            await seed(manager, chats.web)
        working = asyncio.Event()
        lanes = _lanes(mode.role, chats, pumps)
        attended = {pump.lane: False for _, pump in lanes}
        _hang(bells, lanes, chats)
        server = _server(listener, ground, chats, rules, manager, working.is_set, attended)
        runner = runner_of(ground, lanes, attended)
        notices = Notices(ground.database, ground.clock, alarms.notify)
        add_upkeep(runner, ground, rules, notices)
        add_watch(runner, ground.clock, chats, notices)
        if poller:
            tick = timedelta(seconds=1 if sample else settings.polling.tick_seconds)
            add_routine(runner, ground, poller, tick, notices)
        settle()
        url = where(listener) if listener and mode.role.serves else ""
        # Where several processes share the work, an account is connected by the one that owns it.
        connected = () if ground.shared else chats.platforms
        ears = ears_of(ground, bells)
        yield Heraut(connected, ears, runner, poller, server, lambda: mode.ready(url), working)


async def _ground(settings: Settings, mode: Mode, clock: Clock, stack: AsyncExitStack) -> Ground:
    """The database, open and up to date, and what else every side stands on."""
    database = Database(settings.database)
    stack.push_async_callback(database.close)
    await database.migrate()
    return Ground(settings, mode, clock, database)


async def _talkers(
    ground: Ground,
    stack: AsyncExitStack,
    rules: Rules,
    manager: Manager,
    fetcher: Fetcher,
    sample: SampleServer | None,
) -> tuple[Chats, Alarms]:
    """The chat side, and how those who run the bot are told of trouble."""
    painter = await stack.enter_async_context(Painter())
    alarms: Alarms  # the owners are known when their platforms are
    cases = cases_of(
        ground, manager, painter, rules, lambda tx, key, worded, now: alarms.notify(tx, key, worded, now)
    )
    if ground.mode.role.sends:
        await cases.gate.enforce()
    sources = Sources(ground.database, fetcher, ground.clock)
    chats = open_chats(ground, manager, sources, rooms_of(ground, sample), cases)
    alarms = alarms_of(ground.settings, chats)
    return chats, alarms


def _server(
    listener: socket.socket | None,
    ground: Ground,
    chats: Chats,
    rules: Rules,
    manager: Manager,
    ready: Callable[[], bool],
    attended: Mapping[str, bool],
) -> WebServer | None:
    """The pages, or of a process without pages the answer how it is; None without a port."""
    if listener is None:
        return None
    if ground.mode.role.serves:
        desk = Desk(ground.database, rules.topics, rules.book, ground.clock)
        site = site_of(ground.settings, chats, manager, desk, ready)
    else:
        site = probes_of(ground, chats, rules.book, ready, attended)
    return WebServer(site, listener, chats.rooms.close)


def _hang(bells: Bells, lanes: Sequence[Lane], chats: Chats) -> None:
    """Wake by signals who sends for the accounts of this process, and who takes in what they are brought."""
    for _, pump in lanes:
        bells.hang(OWED, pump.lane, pump.wake)
    ours = {pump.lane for _, pump in lanes}
    for webhook in (account.webhook for account in chats.accounts.values()):
        if webhook and webhook.inbox.lane in ours:
            bells.hang(INBOX, webhook.inbox.lane, webhook.inbox.wake)


def _lanes(role: Role, chats: Chats, pumps: Sequence[LanePump]) -> list[Lane]:
    """The accounts that this process may speak for; the one of the pages also where the pages are."""
    return [
        (platform, pump)
        for platform, pump in zip(chats.platforms, pumps, strict=True)
        if role.sends or (role.serves and platform is chats.web)
    ]
