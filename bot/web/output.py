"""Feeds that go out: the stories of a topic, and what a rule would tell, as Atom and as JSON Feed."""

import hashlib
import json
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import RuleError
from bot.services.manage import topic_name
from bot.store import reports
from bot.web.desk import Desk, short, topic_key
from bot.web.feedformat import Channel, Entry, atom, entry_of_item, entry_of_story, json_feed
from bot.web.trials import RULE_LIMIT, Trials
from bot.web.words import language_of

ENTRIES = 50
Read = tuple[Channel, list[Entry]]


class Output:
    """The outgoing feeds of each topic and of any rule."""

    def __init__(self, desk: Desk, trials: Trials) -> None:
        self._desk = desk
        self._trials = trials

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/topics/{slug}/feed.atom", self.topic_atom),
            Route("/topics/{slug}/feed.json", self.topic_json),
            Route("/feeds/rule.atom", self.rule_atom),
            Route("/feeds/rule.json", self.rule_json),
        ]

    async def topic_atom(self, request: Request) -> Response:
        """The stories of a topic."""
        return _as_atom(request, await self._topic(request))

    async def topic_json(self, request: Request) -> Response:
        """The stories of a topic."""
        return _as_json(request, await self._topic(request))

    async def rule_atom(self, request: Request) -> Response:
        """What a rule would tell: the first report of each story."""
        found = await self._rule(request)
        return found if isinstance(found, Response) else _as_atom(request, found)

    async def rule_json(self, request: Request) -> Response:
        """What a rule would tell: the first report of each story."""
        found = await self._rule(request)
        return found if isinstance(found, Response) else _as_json(request, found)

    async def _topic(self, request: Request) -> Read:
        topic = self._desk.topic(request.path_params["slug"])
        if topic is None:
            raise HTTPException(404, "there is no such topic")
        async with self._desk.database.read() as tx:
            stories = await reports.recent(tx, rule_key=topic_key(topic.slug), limit=ENTRIES)
        channel = Channel(
            title=f"Heraut: {topic_name(topic, language_of(request))}",
            home=str(request.base_url),
            path=request.url.path.lstrip("/"),
            page=f"topics/{topic.slug}",
            name=f"topic/{topic.slug}",
            updated=stories[0].updated_at if stories else self._desk.clock.now(),
        )
        return channel, [entry_of_story(story) for story in stories]

    async def _rule(self, request: Request) -> Read | Response:
        text = short(request, "rule", RULE_LIMIT)
        try:
            trial = await self._trials.trial(request, text)
        except RuleError as error:
            wrong = {"error": error.message, "position": error.position, "hint": error.hint}
            return JSONResponse(wrong, 400, headers={"cache-control": "no-store"})
        entries = [entry_of_item(hit.stored) for hit in trial.hits if hit.alert][:ENTRIES]
        query = f"?rule={quote(text, safe='')}"
        channel = Channel(
            title=f"Heraut: {text}",
            home=str(request.base_url),
            path=request.url.path.lstrip("/") + query,
            page=f"rules{query}",
            name=f"rule/{hashlib.sha256(text.encode()).hexdigest()[:16]}",
            updated=entries[0].updated if entries else self._desk.clock.now(),
        )
        return channel, entries


def _as_atom(request: Request, read: Read) -> Response:
    return _answer(request, atom(*read), "application/atom+xml")


def _as_json(request: Request, read: Read) -> Response:
    body = json.dumps(json_feed(*read), ensure_ascii=False).encode("utf-8", "replace")
    return _answer(request, body, "application/feed+json")


def _answer(request: Request, body: bytes, kind: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"etag": tag, "cache-control": "no-cache", "vary": "accept-language"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)
