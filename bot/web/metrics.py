"""`/metrics` for Prometheus: counted by the database when asked, so a restart loses nothing.

There is no series for each feed: a hundred thousand of them would cost more than all else. Which feeds are in
trouble say the feeds page and `heraut doctor`.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.models import DeliveryState
from bot.services.rulebook import RuleBook
from bot.store import condition, tallies
from bot.store.condition import Room
from bot.store.feedlist import MOODS
from bot.store.tallies import Feeds, Overdue, Tally
from bot.web.desk import Desk

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH_SECONDS = 2.0
"""An answer this young is given again: whoever asks often must not keep the database busy."""


class Metrics:
    """The endpoint. `more` adds what is not in the database."""

    def __init__(self, desk: Desk, version: str, more: Callable[[], Sequence[Metric]] = tuple) -> None:
        self._desk = desk
        self._version = version
        self._more = more
        self._turn = asyncio.Lock()
        self._made_at = -FRESH_SECONDS
        self._text = b""

    @property
    def routes(self) -> list[Route]:
        return [Route("/metrics", self.metrics)]

    async def metrics(self, request: Request) -> Response:
        """The text exposition format."""
        async with self._turn:
            if time.monotonic() - self._made_at >= FRESH_SECONDS:
                self._text = await self._made()
                self._made_at = time.monotonic()
        return answer(self._text)

    async def _made(self) -> bytes:
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            tally = await tallies.tally(tx)
            watched = await tallies.watched(tx, now)
            overdue = await tallies.overdue(tx, now)
            room = await condition.room(tx)
        seconds = now.timestamp()
        families = [
            *_counted(tally),
            *_delivering(tally, seconds),
            *_polling(watched),
            *_late(overdue, seconds),
            *_stored(room),
            *self._more(),
            in_force(self._desk.book),
            gauge("heraut_info", "The version that runs.", "version", {self._version: 1}),
        ]
        return exposed(families)


def exposed(families: Sequence[Metric]) -> bytes:
    """These metrics, with what the process costs, in the text exposition format."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Given(families))
    return generate_latest(registry)


def answer(text: bytes) -> Response:
    """What a scraper gets; nobody in between may keep it."""
    return Response(text, headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"})


class _Given(Collector):
    """Metrics that were made before."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _counted(tally: Tally) -> list[Metric]:
    return [
        CounterMetricFamily("heraut_items", "Items that were ever stored.", value=tally.items),
        CounterMetricFamily("heraut_stories", "Stories that were ever begun.", value=tally.stories),
        GaugeMetricFamily("heraut_chats", "Chats that are known.", value=tally.chats),
        GaugeMetricFamily("heraut_subscriptions", "Subscriptions of all chats.", value=tally.subscriptions),
    ]


def _delivering(tally: Tally, now: float) -> list[Metric]:
    states = {str(state): tally.deliveries.get(state, 0) for state in DeliveryState}
    waits = {lane: max(0.0, now - since.timestamp()) for lane, since in tally.oldest_ready.items()}
    held = {lane: max(0.0, until.timestamp() - now) for lane, until in tally.held_lanes.items()}
    return [
        gauge("heraut_deliveries", "Deliveries in the ledger.", "state", states),
        gauge(
            "heraut_delivery_oldest_wait_seconds",
            "How long the oldest message waits that may go now.",
            "lane",
            waits,
        ),
        gauge("heraut_lane_held_seconds", "How long an account is still held back.", "lane", held),
    ]


def _polling(watched: Feeds) -> list[Metric]:
    moods = {mood: watched.moods.get(mood, 0) for mood in MOODS}
    last = watched.last_read.timestamp() if watched.last_read else 0.0
    return [
        gauge("heraut_feeds", "Feeds by how they are doing.", "state", moods),
        GaugeMetricFamily("heraut_last_poll_timestamp_seconds", "When a feed was last read.", value=last),
    ]


def _late(overdue: Overdue, now: float) -> list[Metric]:
    lag = max(0.0, now - overdue.since.timestamp()) if overdue.since else 0.0
    return [
        GaugeMetricFamily("heraut_feeds_overdue", "Feeds that are due to be read.", value=overdue.feeds),
        GaugeMetricFamily("heraut_feed_lag_seconds", "How long the most overdue feed waits.", value=lag),
    ]


def _stored(room: Room) -> list[Metric]:
    return [
        GaugeMetricFamily("heraut_database_bytes", "Bytes that the database takes.", value=room.size),
        GaugeMetricFamily(
            "heraut_database_free_bytes",
            "Bytes of those that are written over next (SQLite).",
            value=room.free,
        ),
    ]


def in_force(book: RuleBook) -> Metric:
    """The rules of this process; all processes of an installation should tell the same mark."""
    about = "Rules in force, under a mark of what they say."
    return gauge("heraut_rules", about, "mark", {book.mark: len(book)})


def gauge(name: str, about: str, label: str, values: dict[str, int] | dict[str, float]) -> Metric:
    """A number for each value of a label."""
    family = GaugeMetricFamily(name, about, labels=[label])
    for value_of, value in values.items():
        family.add_metric([value_of], value)
    return family
