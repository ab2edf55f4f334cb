"""Stories as they happen, and one story with all that is known of it."""

from collections.abc import Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.errors import BadInput
from bot.store import books, reports
from bot.store.reports import StoryFile, StoryPlace
from bot.web.desk import Frame, address, checked_number, chosen, topic_key

PAGE = 30
LINES = 200


class Stories:
    """The list, which keeps itself fresh, and the page of one story."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/stories", self.list),
            Route("/stories/fresh", self.fresh),
            Route("/stories/{id}", self.one),
        ]

    async def list(self, request: Request) -> Response:
        """Stories, the last changed first."""
        topic, before = self._topic(request), _place(request)
        found = await self._read(topic, before, PAGE + 1)
        shown = found[:PAGE]
        older = {"topic": topic, "before": shown[-1].place} if len(found) > PAGE else None
        return self._frame.page(
            request,
            "stories.html",
            "Stories",
            here="/stories",
            shown=shown,
            topic=topic,
            live="" if before else address("/stories/fresh", {"topic": topic}),
            next=address("/stories", older) if older else "",
        )

    async def fresh(self, request: Request) -> Response:
        """The first stories of the list as HTML; 304 when the reader has them already."""
        shown = await self._read(self._topic(request), None, PAGE)
        tag = _tag(shown)
        headers = {"etag": tag, "cache-control": "no-cache", "vary": "accept-language, cookie"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(self._frame.part(request, "story_cards.html", shown=shown), headers=headers)

    async def one(self, request: Request) -> Response:
        """A story: its reports in order, why each is there, and who was told."""
        story_id = checked_number("the story", request.path_params["id"])
        async with self._frame.desk.database.read() as tx:
            story = await reports.story(tx, story_id)
            lines = await books.page(tx, books.LedgerFilter(story_id=story_id), LINES)
            follows = story.follows if story else None
            earlier = await reports.headlines(tx, [follows] if follows else [])
        if story is None:
            raise HTTPException(404, "there is no such story")
        return self._frame.page(
            request,
            "story.html",
            "Story",
            here="/stories",
            story=story,
            earlier=earlier.get(follows or 0),
            lines=lines,
            **_opening(story),
        )

    async def _read(self, topic: str, before: StoryPlace | None, limit: int) -> Sequence[StoryFile]:
        async with self._frame.desk.database.read() as tx:
            return await reports.recent(tx, rule_key=topic_key(topic), before=before, limit=limit)

    def _topic(self, request: Request) -> str:
        return chosen(request, "topic", [topic.slug for topic in self._frame.desk.topics])


def _place(request: Request) -> StoryPlace | None:
    given = request.query_params.get("before", "")
    try:
        return StoryPlace.parse(given) if given else None
    except BadInput as error:
        raise HTTPException(400, error.message) from error


def _tag(shown: Sequence[StoryFile]) -> str:
    newest = shown[0].place if shown else "0"
    return f'W/"{newest}-{len(shown)}"'


def _opening(story: StoryFile) -> dict[str, Any]:
    return {"about": f"#{story.id}"}
