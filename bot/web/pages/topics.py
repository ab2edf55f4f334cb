"""Topics, and how much was written about each: by day and by outlet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.services.manage import topic_name
from bot.store import coverage
from bot.web.charts import bar, columns, days_between, series
from bot.web.desk import Frame, topic_key
from bot.web.words import language_of, words

GLANCE = 14
SPAN = 30
"""Days of the list's small charts, and of a topic's own."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in the list."""

    slug: str
    name: str
    total: int
    chart: Markup


class Topics:
    """The list and the page of one topic."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    @property
    def routes(self) -> list[Route]:
        return [Route("/topics", self.list), Route("/topics/{slug}", self.one)]

    async def list(self, request: Request) -> Response:
        """All topics with a small chart each, the busiest first."""
        desk, language = self._frame.desk, language_of(request)
        first, last = _span(desk.clock.now(), GLANCE)
        async with desk.database.read() as tx:
            days = await coverage.of_all(tx, _midnight(first, desk.clock.now()))
        rows = []
        for slug, name in desk.topic_names(language).items():
            counts = series(days.get(topic_key(slug), {}), first, last)
            titles = _titles(counts, first, last)
            label = f"{name}: {sum(counts)} {words(language)('reports')}"
            rows.append(TopicRow(slug, name, sum(counts), columns(counts, titles, label)))
        rows.sort(key=lambda row: -row.total)
        return self._frame.page(request, "topics.html", "Topics", here="/topics", topics=rows)

    async def one(self, request: Request) -> Response:
        """The coverage of one topic."""
        desk, language = self._frame.desk, language_of(request)
        topic = desk.topic(request.path_params["slug"])
        if topic is None:
            raise HTTPException(404, "there is no such topic")
        first, last = _span(desk.clock.now(), SPAN)
        async with desk.database.read() as tx:
            found = await coverage.of_rule(tx, topic_key(topic.slug), _midnight(first, desk.clock.now()))
        counts = series(found.days, first, last)
        most = max(found.outlets.values(), default=0)
        name = topic_name(topic, language)
        return self._frame.page(
            request,
            "topic.html",
            name,
            here="/topics",
            slug=topic.slug,
            rule=topic.rule,
            chart=columns(counts, _titles(counts, first, last), f"{name}: {sum(counts)}"),
            most=max(counts),
            marks=[first, first + (last - first) / 2, last],
            total=sum(counts),
            days=list(zip(days_between(first, last), counts, strict=True)),
            outlets=[(outlet, count, bar(count, most)) for outlet, count in found.outlets.items()],
        )


def _span(now: datetime, days: int) -> tuple[date, date]:
    return (now - timedelta(days=days - 1)).date(), now.date()


def _midnight(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


def _titles(counts: list[int], first: date, last: date) -> list[str]:
    days = days_between(first, last)
    return [f"{day.isoformat()}: {count}" for day, count in zip(days, counts, strict=True)]
