"""The table of endpoints: what can be asked, and the few lines that read it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from starlette.exceptions import HTTPException

from bot.domain.models import DeliveryState
from bot.domain.text import fold
from bot.errors import BadInput
from bot.store import books, coverage, feedlist, reports
from bot.store.books import LedgerFilter
from bot.store.feedlist import MOODS, FeedFilter, FeedPlace
from bot.store.reports import StoryPlace
from bot.web.api import views
from bot.web.api.table import PREFIX, Endpoint, Parameter, Query
from bot.web.desk import Desk, address, topic_key

Place = TypeVar("Place")
ID_MOST = 10**12
LINES = 200
FEEDS = 1000
DAYS = 366

LIMIT = Parameter("limit", "how many at most", "integer", least=1, most=100, default=30)
BEFORE = Parameter("before", "only those with a smaller id", "integer", most=ID_MOST)
ID = Parameter("id", "its number", "integer", most=ID_MOST, in_path=True)


def endpoints(desk: Desk) -> list[Endpoint]:
    """All of them."""
    reader = _Reader(desk)
    topic = Parameter(
        "topic", "only stories of this topic", choices=lambda: [topic.slug for topic in desk.topics]
    )
    place = Parameter("before", "where the page before ended", most=40, pattern=r"^[0-9]{1,17}\.[0-9]{1,12}$")
    return [
        Endpoint(
            "/stories",
            "Stories, the last changed first.",
            "Story",
            reader.stories,
            (topic, place, LIMIT),
            True,
        ),
        Endpoint(
            "/stories/{id}", "A story with its reports and deliveries.", "StoryFile", reader.story, (ID,)
        ),
        Endpoint("/items", "Items, the last seen first.", "Item", reader.items, (BEFORE, LIMIT), True),
        Endpoint("/topics", "The topics that can be followed.", "Topic", reader.topics, many=True),
        Endpoint(
            "/topics/{slug}",
            "A topic with the reports about it by day and by outlet.",
            "Coverage",
            reader.topic,
            (
                Parameter("slug", "its name", least=1, in_path=True),
                Parameter("days", "how far back", "integer", least=1, most=DAYS, default=30),
            ),
        ),
        Endpoint(
            "/feeds",
            "The feeds and their health, those in trouble first, then by outlet.",
            "Feed",
            reader.feeds,
            (
                Parameter("state", "only those that are doing so", choices=lambda: MOODS),
                Parameter("words", "words that all stand in its name, outlet, owner or address"),
                Parameter("after", "where the page before ended", most=20, pattern=r"^[0-9]\.[0-9]{1,12}$"),
                Parameter("limit", "how many at most", "integer", least=1, most=FEEDS, default=FEEDS),
            ),
            True,
        ),
        Endpoint(
            "/deliveries",
            "The ledger, the newest first.",
            "Delivery",
            reader.deliveries,
            (
                Parameter("state", "only those in this state", choices=lambda: [*map(str, DeliveryState)]),
                Parameter("lane", "only those of this account"),
                Parameter("chat", "part of a chat's title, or the platform's id of it"),
                BEFORE,
                LIMIT,
            ),
            True,
        ),
    ]


class _Reader:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def stories(self, query: Query) -> Any:
        async with self._desk.database.read() as tx:
            found = await reports.recent(
                tx,
                rule_key=topic_key(query["topic"] or ""),
                before=_read(StoryPlace.parse, query["before"]),
                limit=query["limit"] + 1,
            )
        shown = found[: query["limit"]]
        last = str(shown[-1].place) if len(found) > len(shown) else None
        return _page("/stories", query, [views.story_view(story) for story in shown], last)

    async def story(self, query: Query) -> Any:
        async with self._desk.database.read() as tx:
            found = await reports.story(tx, query["id"])
            lines = await books.page(tx, LedgerFilter(story_id=query["id"]), LINES)
        return views.story_file_view(found, lines) if found else None

    async def items(self, query: Query) -> Any:
        async with self._desk.database.read() as tx:
            found = await reports.items_before(tx, before=query["before"], limit=query["limit"] + 1)
            shown = found[: query["limit"]]
            stories = await reports.story_of_items(tx, [stored.id for stored in shown])
        rows = [views.item_view(stored, stories.get(stored.id)) for stored in shown]
        return _page("/items", query, rows, shown[-1].id if len(found) > len(shown) else None)

    async def topics(self, query: Query) -> Any:
        return _page("/topics", query, [views.topic_view(topic) for topic in self._desk.topics], None)

    async def topic(self, query: Query) -> Any:
        topic = self._desk.topic(query["slug"])
        if topic is None:
            return None
        since = self._desk.clock.now() - timedelta(days=query["days"])
        async with self._desk.database.read() as tx:
            return views.coverage_view(topic, await coverage.of_rule(tx, topic_key(topic.slug), since))

    async def feeds(self, query: Query) -> Any:
        now, words = self._desk.clock.now(), fold(query["words"] or "").text.split()
        wanted = FeedFilter(words, query["state"] or "", after=_read(FeedPlace.parse, query["after"]))
        async with self._desk.database.read() as tx:
            found = await feedlist.page(tx, now, wanted, limit=query["limit"] + 1)
        shown = found[: query["limit"]]
        rows = [views.feed_view(health, now) for health in shown]
        more = len(found) > len(shown)
        return _page("/feeds", query, rows, str(shown[-1].place) if more else None, "after")

    async def deliveries(self, query: Query) -> Any:
        states = frozenset({DeliveryState(query["state"])} if query["state"] else ())
        wanted = LedgerFilter(states, query["lane"] or "", query["chat"] or "", before=query["before"])
        async with self._desk.database.read() as tx:
            found = await books.page(tx, wanted, query["limit"] + 1)
        shown = found[: query["limit"]]
        rows = [views.delivery_view(line) for line in shown]
        return _page("/deliveries", query, rows, shown[-1].id if len(found) > len(shown) else None)


def _page(
    path: str, query: Query, rows: Sequence[Any], last: int | str | None, behind: str = "before"
) -> dict[str, Any]:
    following = address(PREFIX + path, {**query, behind: last}) if last is not None else None
    return {"data": rows, "next": following}


def _read(parse: Callable[[str], Place], text: str | None) -> Place | None:
    if text is None:
        return None
    try:
        return parse(text)
    except BadInput as error:
        raise HTTPException(400, error.message) from error
