"""The feeds: how each is doing, how often it is read, and what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from babel.dates import format_timedelta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.store import feeds
from bot.store.feeds import FeedEvent, FeedHealth
from bot.web.desk import Frame
from bot.web.words import language_of

LOOK_BACK = timedelta(days=14)
EVENTS = 1000
PER_FEED = 10
MOODS = ("failing", "silent", "retired", "new", "well")


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as it is shown: nothing in it is a secret."""

    id: int
    name: str
    title: str
    address: str
    language: str
    mood: str
    rhythm: str
    read_at: datetime | None
    next_at: datetime
    gap_at: datetime | None
    failures: int
    error: str
    events: Sequence[FeedEvent]


class Feeds:
    """The page of all feeds."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    @property
    def routes(self) -> list[Route]:
        return [Route("/feeds", self.page)]

    async def page(self, request: Request) -> Response:
        """Every watched feed, those in trouble first."""
        desk = self._frame.desk
        now = desk.clock.now()
        async with desk.database.read() as tx:
            health = await feeds.health(tx)
            happened = await feeds.events(tx, now - LOOK_BACK, EVENTS)
        rows = [row_of(each, happened, now, language_of(request)) for each in health]
        rows.sort(key=lambda row: (MOODS.index(row.mood), row.name.casefold()))
        well = sum(row.mood == "well" for row in rows)
        about = f"{well} / {len(rows)}" if rows else ""
        return self._frame.page(request, "feeds.html", "Feeds", here="/feeds", feeds=rows, about=about)


def row_of(health: FeedHealth, happened: Sequence[FeedEvent], now: datetime, language: str) -> FeedRow:
    """A feed in words. `happened` is of all feeds, the newest first."""
    state = health.state
    return FeedRow(
        id=health.id,
        name=health.spec.outlet.name,
        title=health.spec.title,
        address=shown_address(health.spec.url),
        language=health.spec.language or "",
        mood=mood_of(health, now),
        rhythm=format_timedelta(state.interval, threshold=1.5, locale=language),
        read_at=state.last_success_at,
        next_at=health.next_poll_at,
        gap_at=health.gap_at,
        failures=state.failures,
        error=state.last_error or "",
        events=[event for event in happened if event.feed_id == health.id][:PER_FEED],
    )


def mood_of(health: FeedHealth, now: datetime) -> str:
    """How a feed is doing, in one of `MOODS`."""
    state = health.state
    if state.retired:
        return "retired"
    if state.failures:
        return "failing"
    if health.is_silent(now):
        return "silent"
    return "well" if state.last_success_at else "new"


def shown_address(url: str) -> str:
    """Where a feed is read, without what may be a secret: user, password and query."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    place = f"{host}:{port}" if port else host
    return f"{place}{parts.path}{'?…' if parts.query else ''}"
