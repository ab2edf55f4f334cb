"""The composition root: builds everything from the settings, runs it in one task group, stops it in order."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from rich.console import Console
from starlette.applications import Starlette

from bot import __version__
from bot.chat.console import ConsolePlatform
from bot.chat.discord import DiscordPlatform
from bot.chat.discord.inbound import NAME as DISCORD
from bot.chat.discord.platform import PERSON
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform, Webhook
from bot.chat.webchat import VISITOR, WebChatPlatform
from bot.config import Config, Settings
from bot.domain.entities import Catalog
from bot.domain.models import Address, FeedSpec, Target, Topic
from bot.domain.pacing import pace_of
from bot.domain.rooms import Room
from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.domain.schedule import Pace
from bot.domain.stories import WINDOW, StoryWindow
from bot.errors import BadInput, RuleError
from bot.feeds.article import ArticleReader
from bot.feeds.http import Fetcher, FetchLimits
from bot.feeds.parsing.parser import Parser
from bot.feeds.sample import DEMO_PACE, SLOW_PACE, SampleServer, load_day
from bot.jobs.datalock import data_lock
from bot.jobs.embedded import EmbeddedRunner
from bot.jobs.memory import give_back, give_back_aside
from bot.ports import ChatPlatform, Clock, Hooks, JobRunner, SystemClock
from bot.services.alarm import Alarms, Owner
from bot.services.articles import Articles, Patience
from bot.services.clockwatch import ClockWatch
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.services.digest import Digests
from bot.services.feedwatch import FeedWatch
from bot.services.grouping import story_window
from bot.services.ingest import Ingest, Policy, report_of
from bot.services.lanewatch import LaneWatch
from bot.services.manage import Defaults, Follow, Manager, Place
from bot.services.packs import load_catalog, load_topics
from bot.services.poller import Poller
from bot.services.retention import Retention
from bot.services.rooms import Rooms
from bot.services.rulebook import RuleBook
from bot.services.shorten import Shortener
from bot.services.sources import FIRST_INTERVAL, Sources
from bot.services.withdrawn import Withdrawals
from bot.store import chats, feeds, slots, stories
from bot.store.database import Database
from bot.web.app import Health, create_app
from bot.web.desk import Desk
from bot.web.server import WebServer, address, listen
from bot.web.webhook import telegram_webhook

log = structlog.get_logger()

DRAIN_SECONDS = 7.0
RESTART_SECONDS = 5.0
CLOCK_TICK = timedelta(seconds=5)
DIGEST_TICK = timedelta(seconds=30)
WATCH_TICK = timedelta(minutes=5)
RETENTION_TICK = timedelta(hours=6)
MEMORY_TICK = timedelta(minutes=1)
SAMPLE_PACE = Pace(timedelta(seconds=2), timedelta(seconds=4))
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
HERALD = Room("heraut", "Heraut", "Talk to the bot", direct=True)
ATLANTIC = Room("atlantic", "atlantic", "A channel that everybody here shares")
ATLANTIC_TOPICS = ("nato", "rutte", "trump")


@dataclass(frozen=True, slots=True)
class Mode:
    """How this start differs from the settings.

    Args:
        demo: only the bundled sample, at a quick pace, in a data folder of its own.
        console: print alerts and take commands on the terminal too.
        ready: called once with the address of the web chat, "" without one.
    """

    demo: bool = False
    console: bool = False
    ready: Callable[[str], None] = lambda url: None


async def run(config: Config, mode: Mode = Mode()) -> None:
    """Run Heraut until SIGTERM or SIGINT.

    Raises:
        BadInput: the packs, topics, database or port cannot be used as configured.
        AlreadyRunning: another process works on the same data.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with data_lock(config.settings.data_dir):
        async with build(config, mode) as heraut:
            await heraut.run(stop)


@dataclass(slots=True)
class Heraut:
    """Everything that runs, built and not yet started."""

    platforms: Sequence[ChatPlatform]
    runner: JobRunner
    poller: Poller
    web: WebServer | None
    started: Callable[[], None]
    working: asyncio.Event

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, wait for `stop`, then end it: no new polls, drain, close connections."""
        async with asyncio.TaskGroup() as group:
            connections = [
                group.create_task(_kept_up(platform.run, platform.lane), name=platform.lane)
                for platform in self.platforms
            ]
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
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.poller.drain()


@asynccontextmanager
async def build(config: Config, mode: Mode, clock: Clock | None = None) -> AsyncIterator[Heraut]:
    """Open everything in order, and close it in the opposite order when the block ends."""
    settings, clock = config.settings, clock or SystemClock()
    catalog, topics = load_catalog(_packs(settings)), load_topics(settings.topics_file)
    async with AsyncExitStack() as stack:
        listener = _listener(stack, settings, mode)
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        await database.migrate()
        sample = await _sample(stack, settings, mode, clock)
        sources = (*(sample.feeds() if sample else ()), *(() if mode.demo else config.feeds))
        await _prepare(database, sources, clock)
        book = await _rulebook(database, catalog, topics)
        manager = Manager(
            database, topics, catalog.entities, _follow(book, catalog, topics), clock, _defaults(settings)
        )
        fetcher = await stack.enter_async_context(fetcher_of(settings, mode, sample))
        lanes: dict[str, str] = {}
        router = _router(settings, manager, Sources(database, fetcher, clock), clock, lanes)
        chat = _chat(settings, mode, router, lanes, Rooms(database, clock, _rooms(sample)), clock)
        alarms = Alarms(_owners(settings, chat), settings.alerts.timezone)
        pumps = _pumps(settings, chat, database, clock, alarms)
        parser = await stack.enter_async_context(Parser())
        ingest = Ingest(database, book, await _window(settings, database, clock), clock, _policy(settings))
        poller = Poller(
            database,
            fetcher,
            ingest,
            clock,
            _pace(settings, sample),
            batch=settings.polling.batch,
            announced=lambda: _wake(pumps),
            parse=parser.parse,
            watch=FeedWatch(alarms),
            briefs=(await _articles(stack, settings, database, book, clock, fetcher)).briefs,
            withdrawn=Withdrawals(database, fetcher.fetch_page, clock, _policy(settings).update_delay),
        )
        if sample:
            await _seed(manager, chat)
        working = asyncio.Event()
        site = _site(settings, chat, Desk(database, topics, book, clock), working.is_set)
        server = WebServer(site, listener, chat.rooms.close) if listener else None
        url = address(listener) if listener else ""
        tick = timedelta(seconds=1 if sample else settings.polling.tick_seconds)
        runner = _runner(settings, database, clock)
        for pump in pumps:
            runner.own(pump.lane, pump.run, pump.stop)
        runner.every("poll", tick, lambda _: poller.tick(), once=False)
        _routine(runner, settings, database, clock, alarms)
        give_back()
        yield Heraut(chat.platforms, runner, poller, server, lambda: mode.ready(url), working)


async def _articles(
    stack: AsyncExitStack,
    settings: Settings,
    database: Database,
    book: RuleBook,
    clock: Clock,
    fetcher: Fetcher,
) -> Articles:
    """What reads articles for their summaries, with a language model where one is set."""
    reader = shortener = None
    if settings.polling.articles:
        reader = await stack.enter_async_context(ArticleReader(fetcher))
    own = settings.summary
    if own.endpoint:
        key = own.key.get_secret_value() if own.key else ""
        shortener = await stack.enter_async_context(Shortener(own.endpoint, own.model, key))
    patience = Patience(settings.polling.article_seconds, own.seconds)
    return Articles(database, book, clock, reader=reader, shortener=shortener, patience=patience)


def _runner(settings: Settings, database: Database, clock: Clock) -> JobRunner:
    async def take_slot(name: str, slot: datetime) -> bool:
        async with database.write() as tx:
            return await slots.take(tx, name, slot)

    return EmbeddedRunner(settings.data_dir / "lanes", take_slot, clock, DRAIN_SECONDS)


def _routine(runner: JobRunner, settings: Settings, database: Database, clock: Clock, alarms: Alarms) -> None:
    """What is done at its time, by one process of all."""
    keep = timedelta(days=settings.retention_days)
    runner.every("clock", CLOCK_TICK, ClockWatch(database, clock).tick, once=False)
    runner.every("watch", WATCH_TICK, LaneWatch(database, clock, alarms).tick)
    runner.every("digests", DIGEST_TICK, Digests(database, clock).tick)
    runner.every("retention", RETENTION_TICK, Retention(database, clock, keep).tick)
    runner.every("memory", MEMORY_TICK, give_back_aside, once=False)


def _pumps(
    settings: Settings, chat: "_Chat", database: Database, clock: Clock, alarms: Alarms
) -> list[LanePump]:
    return [
        LanePump(
            database,
            platform,
            Composer(database),
            clock,
            pace=pace_of(platform.name, paid=settings.telegram.paid_broadcast),
            alarms=alarms,
        )
        for platform in chat.platforms
    ]


def _owners(settings: Settings, chat: "_Chat") -> list[Owner]:
    """Where those who run the bot are told of trouble: ``platform:user`` in the settings, and our own page.

    A private chat has its person's id on Telegram; on Discord it has to be opened. The web chat counts
    while only this machine can open it.
    """
    lanes = {platform.name: platform.lane for platform in chat.platforms}
    people = [owner.partition(":") for owner in settings.owners if not owner.startswith("web:")]
    places = [
        Address(platform, f"{PERSON}{user}" if platform == DISCORD else user)
        for platform, _, user in people
        if platform in lanes
    ]
    if settings.web.enabled and settings.web.host in LOOPBACK:
        places.append(Address(WebChatPlatform.name, HERALD.id))
    return [Owner(lanes[place.platform], place) for place in places]


@dataclass(frozen=True, slots=True)
class _Chat:
    """The chat side: the router, its platforms, and the rooms of the web chat."""

    router: Router
    platforms: Sequence[ChatPlatform]
    web: WebChatPlatform
    telegram: TelegramPlatform | None
    rooms: Rooms


def _router(
    settings: Settings, manager: Manager, sources: Sources, clock: Clock, lanes: Mapping[str, str]
) -> Router:
    """The commands. The terminal, and a web chat that only this machine reaches, are its owner's."""
    owners = {*settings.owners, "console:console"}
    if settings.web.host in LOOPBACK:
        owners.add(f"{WebChatPlatform.name}:{VISITOR}")
    return Router(manager, sources, clock, lanes, owners)


def _chat(
    settings: Settings, mode: Mode, router: Router, lanes: dict[str, str], rooms: Rooms, clock: Clock
) -> _Chat:
    hooks = Hooks(router.receive, router.suggest, router.observe, router.specs)
    web = WebChatPlatform(rooms, hooks)
    telegram = None if mode.demo else _telegram(settings, hooks, clock)
    discord = None if mode.demo else _discord(settings, hooks)
    console = ConsolePlatform(hooks, Console(), sys.stdin) if mode.console else None
    platforms: list[ChatPlatform] = [
        platform for platform in (telegram, discord, console, web) if platform is not None
    ]
    lanes |= {platform.name: platform.lane for platform in platforms}
    return _Chat(router, platforms, web, telegram, rooms)


def _telegram(settings: Settings, hooks: Hooks, clock: Clock) -> TelegramPlatform | None:
    own = settings.telegram
    if own.token is None:
        return None
    webhook = None
    if own.webhook_url and own.webhook_secret:
        webhook = Webhook(own.webhook_url, own.webhook_secret.get_secret_value())
    return TelegramPlatform(
        own.token.get_secret_value(),
        hooks,
        api_base_url=own.api_base_url,
        webhook=webhook,
        clock=clock,
        paid_broadcast=own.paid_broadcast,
    )


def _discord(settings: Settings, hooks: Hooks) -> DiscordPlatform | None:
    own = settings.discord
    if own.token is None:
        return None
    return DiscordPlatform(
        own.token.get_secret_value(), hooks, api_base_url=own.api_base_url, gateway_url=own.gateway_url
    )


def _site(settings: Settings, chat: _Chat, desk: Desk, ready: Callable[[], bool]) -> Starlette:
    hosts = list(settings.web.allowed_hosts)
    routes = []
    if chat.telegram and settings.telegram.webhook_url:
        parts = urlsplit(settings.telegram.webhook_url)
        hosts.append(parts.hostname or "")
        routes.append(
            telegram_webhook(parts.path or "/", chat.telegram.secret_matches, chat.telegram.feed_update)
        )
    return create_app(
        desk=desk,
        rooms=chat.rooms,
        say=chat.web.say,
        suggest=chat.web.suggest,
        commands=chat.router.specs,
        health=lambda: _health(desk.database),
        ready=ready,
        version=__version__,
        token=settings.web.token.get_secret_value() if settings.web.token else "",
        hosts=hosts,
        routes=routes,
    )


def _listener(stack: AsyncExitStack, settings: Settings, mode: Mode) -> socket.socket | None:
    if not (settings.web.enabled or mode.demo):
        return None
    return stack.enter_context(contextlib.closing(listen(settings.web.host, settings.web.port)))


async def _sample(stack: AsyncExitStack, settings: Settings, mode: Mode, clock: Clock) -> SampleServer | None:
    """The bundled day: in the demo, or where there is no chat to show anything else in."""
    has_chat = settings.telegram.token or settings.discord.token
    wanted = settings.sample == "always" or (settings.sample == "auto" and not has_chat)
    if not (mode.demo or wanted):
        return None
    # A fixed port keeps the addresses of items, and so their identity, over a restart.
    port, pace = (0, DEMO_PACE) if mode.demo else (settings.sample_port, SLOW_PACE)
    server = SampleServer(load_day(), start=clock.now(), pace=pace, port=port, clock=clock)
    try:
        await server.start()
    except OSError as error:
        raise BadInput(
            f"the sample feeds cannot use port {port}: {error.strerror}", "set sample_port"
        ) from error
    stack.push_async_callback(server.stop)
    return server


async def _prepare(database: Database, sources: Sequence[FeedSpec], clock: Clock) -> None:
    async with database.write() as tx:
        await feeds.configure(tx, sources, clock.now(), FIRST_INTERVAL)
        await feeds.release_all(tx)


async def _rulebook(database: Database, catalog: Catalog, topics: Sequence[Topic]) -> RuleBook:
    async with database.read() as tx:
        followed = await chats.subscribed_rules(tx)
    return RuleBook(catalog, _rules(catalog, topics, followed))


def _follow(book: RuleBook, catalog: Catalog, topics: Sequence[Topic]) -> Follow:
    async def follow(texts: Collection[str]) -> None:
        await book.replace(_rules(catalog, topics, texts))

    return follow


def _rules(catalog: Catalog, topics: Sequence[Topic], texts: Collection[str]) -> dict[str, Rule]:
    """Every rule to match: the topics' and those that chats wrote, under their keys."""
    rules = {f"{Target.TOPIC}:{topic.slug}": parse_rule(topic.rule, catalog.entities) for topic in topics}
    for text in texts:
        try:
            rules[f"{Target.RULE}:{text}"] = parse_rule(text, catalog.entities)
        except RuleError as error:
            # It was valid when it was followed: a pack has lost an entity since. Keep the wish, say so.
            log.error("rule no longer holds", rule=text, reason=str(error))  # noqa: TRY400  the reason is enough
    return rules


async def _window(settings: Settings, database: Database, clock: Clock) -> StoryWindow:
    """The reports of the last days, from the store."""
    window = story_window(lexical=not settings.alerts.meaning)
    async with database.read() as tx:
        for told in await stories.since(tx, clock.now() - WINDOW):
            if told.item.result is not None:
                window.add(told.story_id, report_of(told.item.id, told.item.item, told.item.result))
    return window


async def _seed(manager: Manager, chat: _Chat) -> None:
    """The channel of the sample follows the heart of the beat from the start."""
    place = Place(chat.web.lane, Address(chat.web.name, ATLANTIC.id), ATLANTIC.title)
    for topic in ATLANTIC_TOPICS:
        await manager.subscribe(place, topic)


async def _health(database: Database) -> Health:
    try:
        async with database.read() as tx:
            return Health(True, {"feeds": await feeds.count(tx)})
    except Exception:
        # Whatever the database raises, the answer is the same: not healthy.
        log.exception("health check failed")
        return Health(False, {"reason": "the database does not answer"})


async def _kept_up(run_platform: Callable[[], Awaitable[None]], lane: str) -> None:
    """A platform reconnects by itself; should its code fail, the others must not go down with it."""
    while True:
        try:
            await run_platform()
        except Exception:
            log.exception("platform failed", lane=lane, again_in=RESTART_SECONDS)
        await asyncio.sleep(RESTART_SECONDS)


def _wake(pumps: Sequence[LanePump]) -> None:
    for pump in pumps:
        pump.wake()


def _rooms(sample: SampleServer | None) -> list[Room]:
    """The first one is the home page: with the sample, that is where something happens."""
    return [ATLANTIC, HERALD] if sample else [HERALD, ATLANTIC]


def _packs(settings: Settings) -> tuple[Path, ...]:
    return (settings.packs_dir,) if settings.packs_dir else ()


def _defaults(settings: Settings) -> Defaults:
    return Defaults(settings.alerts.threshold, settings.alerts.timezone)


def _policy(settings: Settings) -> Policy:
    return Policy(
        timedelta(hours=settings.alerts.max_age_hours), timedelta(hours=settings.alerts.expire_hours)
    )


def _pace(settings: Settings, sample: SampleServer | None) -> Callable[[FeedSpec], Pace]:
    """How often feeds are polled: as set, and the sample as fast as its day goes by."""
    usual = Pace(
        timedelta(seconds=settings.polling.min_interval_seconds),
        timedelta(seconds=settings.polling.max_interval_seconds),
    )
    own = urlsplit(sample.url).netloc if sample else ""

    def pace(spec: FeedSpec) -> Pace:
        return SAMPLE_PACE if own and urlsplit(spec.url).netloc == own else usual

    return pace


def fetcher_of(settings: Settings, mode: Mode = Mode(), sample: SampleServer | None = None) -> Fetcher:
    """What asks publishers, with the manners that are set."""
    own = settings.polling
    contact = f"; +{own.contact}" if own.contact else ""
    allowed = [*own.allow_hosts, *([urlsplit(sample.url).netloc] if sample else [])]
    limits = FetchLimits(
        max_bytes=own.max_feed_bytes,
        total_seconds=own.timeout_seconds,
        per_host=own.per_host,
        # The demo's feeds all come from one host, and it is ours.
        spacing_seconds=0 if mode.demo else own.host_spacing_seconds,
    )
    return Fetcher(
        f"Heraut/{__version__} (news herald; feed reader{contact})",
        allow_hosts=allowed,
        limits=limits,
        proxy=own.proxy,
    )
