"""The web chat: its page, its stream of events, what people say, and completions."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.domain.buckets import Buckets
from bot.domain.rooms import Cursor, Room
from bot.errors import BadInput, Phrase
from bot.ports import CommandSpec
from bot.services.rooms import Rooms
from bot.web.access import Access
from bot.web.forms import body_of, form_fields, kind_of
from bot.web.render import Pages, encodable
from bot.web.security import same_origin
from bot.web.words import Words, language_of, words

Say = Callable[[str, str, str, str, bool, str], Awaitable[None]]
"""(room, text, the browser's language, key, whether an owner says it, the post whose button it was or ""):
posts it and what Heraut answers."""

Suggest = Callable[[str, str, str], Awaitable[Sequence[tuple[str, str]]]]
"""(room, command, typed so far) → (value, label) pairs."""

TEXT_LIMIT = 1000
KEY_LIMIT = 38
LARGEST_ID = 10**15
STREAMS = 200
RENDERED = 256
QUICK = ("start", "topics", "subscriptions", "latest", "status", "help")
SCRIPT_WORDS = (
    "Today",
    "Yesterday",
    "just now",
    "live",
    "connecting",
    "Not sent. Try again.",
    "A little slower, please.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A line that a page sends, and the post whose button says it ("" for a typed line)."""

    text: str
    key: str
    post: str = ""


class Chat:
    """The handlers of the web chat; `routes` is its part of the site.

    Args:
        home: the room that ``/`` shows.
    """

    def __init__(
        self,
        pages: Pages,
        rooms: Rooms,
        say: Say,
        suggest: Suggest,
        commands: Sequence[CommandSpec],
        access: Access,
    ) -> None:
        self._access = access
        self._pages = pages
        self._rooms = rooms
        self._say = say
        self._suggest = suggest
        self._commands = {command.name: command for command in commands}
        self._saying = Buckets(burst=20, per_second=1)
        self._typing = Buckets(burst=40, per_second=10)
        self._streams = asyncio.Semaphore(STREAMS)
        # A new post goes to every open page at once. Ages in it go stale, which the pages mend themselves.
        self._shown = lru_cache(maxsize=RENDERED)(pages.post)

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/c/{room}", self.page),
            Route("/c/{room}/events", self.events),
            Route("/c/{room}/messages", self.earlier, methods=["GET"]),
            Route("/c/{room}/messages", self.say, methods=["POST"]),
            Route("/c/{room}/pictures/{post:int}", self.picture),
            Route("/suggest", self.suggest),
        ]

    async def page(self, request: Request) -> Response:
        """A room with its last posts."""
        room = self._room(request, next(iter(self._rooms.all), ""))
        language = language_of(request)
        html = self._pages.page(
            "chat.html",
            language,
            room=room,
            page=await self._rooms.history(room.id),
            latest=await self._rooms.latest(),
            live="",
            session=self._access.session(request),
            can_sign_in=self._access.can_change,
            here=room.id,
            groups=self._pages.groups(self._rooms.all.values(), language),
            quick=[self._commands[name] for name in QUICK if name in self._commands],
            commands=json.dumps([_offered(command, words(language)) for command in self._commands.values()]),
            script_words=json.dumps({word: words(language)(word) for word in SCRIPT_WORDS}),
        )
        return HTMLResponse(html, headers={"cache-control": "no-store", "vary": "accept-language"})

    async def earlier(self, request: Request) -> Response:
        """The posts before one, as HTML list items in JSON."""
        room = self._room(request)
        before = request.query_params.get("before", "")
        if not (before.isascii() and before.isdecimal() and len(before) < 16):
            raise HTTPException(400, "before is the id of a message")
        page = await self._rooms.history(room.id, int(before))
        html = [self._pages.post(post, language_of(request)) for post in page.posts]
        return JSONResponse({"posts": html, "more": page.more}, headers={"cache-control": "no-store"})

    async def picture(self, request: Request) -> Response:
        """The picture of a post, which the page may show as it is our own."""
        room, post = self._room(request), request.path_params["post"]
        found = await self._rooms.picture(room.id, post) if post < LARGEST_ID else None
        if found is None:
            raise HTTPException(404, "there is no such picture")
        return Response(
            found.data, media_type="image/png", headers={"cache-control": "private, max-age=3600"}
        )

    async def events(self, request: Request) -> Response:
        """What happens in a room, as server-sent events from Last-Event-ID on (or `after` of the query)."""
        room = self._room(request)
        place = request.headers.get("last-event-id") or request.query_params.get("after", "0.0")
        try:
            after = Cursor.parse(place)
        except BadInput as error:
            raise HTTPException(400, error.message) from error
        if self._streams.locked():
            raise HTTPException(503, "too many pages are open", {"retry-after": "10"})
        stream = self._stream(room, after, language_of(request))
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def say(self, request: Request) -> Response:
        """A line or a pressed button; answered when Heraut has answered in the room."""
        room = self._room(request)
        if not same_origin(request):
            raise HTTPException(403, Phrase("only this site's own pages may do that"))
        self._pace(self._saying, request)
        said = _said(await body_of(request), kind_of(request))
        owner = self._access.is_owner(request)
        await self._say(room.id, said.text, language_of(request), said.key, owner, said.post)
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"/c/{room.id}", 303)
        return Response(status_code=204)

    async def suggest(self, request: Request) -> Response:
        """Completions for the argument that somebody is typing."""
        query = request.query_params
        room, command, typed = query.get("room", ""), query.get("command", ""), query.get("typed", "")
        known = self._commands.get(command)
        if room not in self._rooms.all or known is None or len(typed) > TEXT_LIMIT:
            raise HTTPException(400, "room and command must exist")
        self._pace(self._typing, request)
        found = await self._suggest(room, command, encodable(typed)) if known.completes else ()
        options = [{"value": value, "label": label} for value, label in found]
        return JSONResponse(options, headers={"cache-control": "no-store"})

    async def _stream(self, room: Room, after: Cursor, language: str) -> AsyncIterator[str]:
        async with self._streams:
            if after.post > (await self._rooms.history(room.id, limit=1)).cursor.post:
                # The page comes from a database that is gone (a demo that was started again).
                yield "event: reload\ndata:\n\n"
                return
            told: Mapping[str, int] | None = None
            yield "retry: 1500\n\n"
            async for posts in self._rooms.follow(room.id, after):
                for post in posts:
                    after = after.past(post)
                    data = {
                        "id": post.id,
                        "edited": bool(post.edited_at),
                        "html": self._shown(post, language),
                    }
                    yield f"id: {after}\ndata: {json.dumps(data)}\n\n"
                latest = await self._rooms.latest()
                yield f"event: rooms\ndata: {json.dumps(latest)}\n\n" if latest != told else ":\n\n"
                told = latest

    def _room(self, request: Request, default: str = "") -> Room:
        room = self._rooms.all.get(request.path_params.get("room", default))
        if room is None:
            raise HTTPException(404, "there is no such room")
        return room

    def _pace(self, pace: Buckets, request: Request) -> None:
        wait = pace.wait(request.client.host if request.client else "", time.monotonic())
        if wait:
            raise HTTPException(429, Phrase("too fast"), {"retry-after": str(int(wait) + 1)})


def _offered(command: CommandSpec, word: Words) -> dict[str, Any]:
    return {
        "name": command.name,
        "description": word(command.description),
        "argument": word(command.argument),
        "required": command.argument_required,
        "completes": command.completes,
    }


def _said(body: bytes, kind: str) -> Said:
    if kind == "application/json":
        fields = _json_fields(body)
    elif kind == "application/x-www-form-urlencoded":
        fields = form_fields(body)
    else:
        raise HTTPException(415, "send a form or JSON")
    text, key, post = (encodable(fields.get(name, "")).strip() for name in ("text", "key", "post"))
    if not text or len(text) > TEXT_LIMIT or len(key) > KEY_LIMIT or "\0" in text + key:
        raise HTTPException(400, f"text must have 1 to {TEXT_LIMIT} characters, key at most {KEY_LIMIT}")
    if post and not (post.isascii() and post.isdecimal() and len(post) < 16):
        raise HTTPException(400, "post is the number of a message")
    return Said(text, key, post)


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "this is not JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "send an object")
    return {name: given for name, given in value.items() if isinstance(given, str)}
