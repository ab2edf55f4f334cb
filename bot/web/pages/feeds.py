"""The feeds: how each is doing, how often it is read, and what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from babel.dates import format_timedelta
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.links import site_of
from bot.domain.text import fold
from bot.errors import BadInput
from bot.store import feedlist
from bot.store.feedlist import MOODS, FeedFilter, FeedHealth, FeedPlace
from bot.store.feeds import FeedEvent
from bot.web.desk import Frame, address, chosen, short
from bot.web.words import language_of, words

LOOK_BACK = timedelta(days=14)
PAGE = 50
PER_FEED = 10


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
        """Watched feeds, those in trouble first."""
        desk = self._frame.desk
        now = desk.clock.now()
        wanted = {"state": chosen(request, "state", MOODS), "words": short(request, "words")}
        sought = FeedFilter(fold(wanted["words"]).text.split())
        async with desk.database.read() as tx:
            moods = await feedlist.moods(tx, now, sought)
            asked = replace(sought, mood=wanted["state"], after=_place(short(request, "after")))
            found = await feedlist.page(tx, now, asked, limit=PAGE + 1)
            shown = found[:PAGE]
            happened = await feedlist.happened(tx, [each.id for each in shown], now - LOOK_BACK, PER_FEED)
        language, all_of_them = language_of(request), sum(moods.values())
        word = words(language)
        behind = {**wanted, "after": shown[-1].place} if len(found) > PAGE else None
        return self._frame.page(
            request,
            "feeds.html",
            "Feeds",
            here="/feeds",
            feeds=[row_of(each, happened.get(each.id, ()), now, language) for each in shown],
            moods={mood: (moods.get(mood, 0), self._with(wanted, mood)) for mood in MOODS},
            wanted=wanted,
            about=f"{moods.get('well', 0)} / {all_of_them} {word('feed well')}" if all_of_them else "",
            next=address("/feeds", behind) if behind else "",
        )

    @staticmethod
    def _with(wanted: dict[str, str], mood: str) -> str:
        """Where the tally of a mood leads: to those, or back to all."""
        return address("/feeds", {**wanted, "state": "" if mood == wanted["state"] else mood})


def _place(given: str) -> FeedPlace | None:
    try:
        return FeedPlace.parse(given) if given else None
    except BadInput as error:
        raise HTTPException(400, error.message) from error


def row_of(health: FeedHealth, happened: Sequence[FeedEvent], now: datetime, language: str) -> FeedRow:
    """A feed in words."""
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
        events=happened,
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
    site = site_of(url)
    if not site:
        return ""
    parts = urlsplit(url)
    return f"{site}{parts.path}{'?…' if parts.query else ''}"
