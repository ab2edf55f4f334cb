"""What pages, API and outgoing feeds share: where they read, the frame around pages, and queries."""

import hmac
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.domain.buckets import Buckets
from bot.domain.models import Target, Topic
from bot.domain.rooms import Room
from bot.errors import Phrase
from bot.ports import Clock
from bot.services.chatdesk import ChatDesk
from bot.services.manage import topic_name
from bot.services.rooms import Rooms
from bot.services.rulebook import RuleBook
from bot.store.database import Database
from bot.web.access import Access
from bot.web.forms import form_of
from bot.web.render import Pages
from bot.web.security import same_origin
from bot.web.settingsview import Group
from bot.web.words import language_of, words

NUMBER_DIGITS = 12
TEXT_LIMIT = 100
CHANGES, CHANGES_PER_SECOND = 30, 1.0
"""How many changes one client may make at once, and then each second."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What there is to read, besides the rooms of the web chat.

    Args:
        database: where everything stands.
        topics: what can be followed by name.
        book: the rules in force and the entities that they may name.
        clock: the time.
    """

    database: Database
    topics: Sequence[Topic]
    book: RuleBook
    clock: Clock

    def topic(self, slug: str) -> Topic | None:
        """The topic of this name."""
        return next((topic for topic in self.topics if topic.slug == slug), None)

    def topic_names(self, language: str) -> dict[str, str]:
        """The names of all topics in a language, by slug."""
        return {topic.slug: topic_name(topic, language) for topic in self.topics}


class Frame:
    """Pages with the navigation around them."""

    def __init__(
        self,
        pages: Pages,
        rooms: Rooms,
        desk: Desk,
        access: Access,
        chats: ChatDesk,
        settings: Sequence[Group] = (),
    ) -> None:
        self.desk = desk
        self.access = access
        self.chats = chats
        self.settings = settings
        self._pages = pages
        self._changes = Buckets(CHANGES, CHANGES_PER_SECOND)
        self._rooms = rooms

    @property
    def talking_room(self) -> str:
        """The room in which somebody talks to Heraut alone; "" when there is none."""
        return next((room.id for room in self._rooms.all.values() if room.direct), "")

    @property
    def rooms(self) -> Collection[Room]:
        """The rooms of the web chat."""
        return self._rooms.all.values()

    def part(self, request: Request, template: str, **values: Any) -> str:
        """A part of a page, without the frame."""
        language = language_of(request)
        return self._pages.page(template, language, topic_names=self.desk.topic_names(language), **values)

    def bare(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page without the navigation."""
        html = self._pages.page(template, language_of(request), **values)
        return HTMLResponse(html, status, headers={"cache-control": "no-store", "vary": "accept-language"})

    async def changing(self, request: Request) -> dict[str, str]:
        """The form of a change, when whoever sends it may change anything.

        Raises:
            HTTPException: 403, nobody is signed in or the form is not ours; 429, too fast; 4xx, no form.
        """
        session = self.access.session(request)
        wait = self._changes.wait(request.client.host if request.client else "", time.monotonic())
        if wait:
            raise HTTPException(429, Phrase("too fast"), {"retry-after": str(int(wait) + 1)})
        fields = await form_of(request)
        ours = session is not None and hmac.compare_digest(
            session.csrf.encode(), fields.get("csrf", "").encode("utf-8", "replace")
        )
        if not (ours and same_origin(request)):
            raise HTTPException(
                403, Phrase("sign in first; changes are made from this site's own pages only")
            )
        return fields

    def page(
        self, request: Request, template: str, heading: str, *, here: str, status: int = 200, **values: Any
    ) -> Response:
        """A page.

        Args:
            request: says the language and who asks.
            template: the page's own part.
            heading: in English; it is worded in the reader's language where we have the words.
            here: the entry of the navigation that is marked.
            status: of HTTP.
            values: for the template.
        """
        word = words(language_of(request))
        session = self.access.session(request)
        framed = {
            "heading": word(heading),
            "about": "",
            "here": here,
            "groups": self._pages.groups(self._rooms.all.values(), language_of(request)),
            "latest": None,
            "live": "",
            "session": session,
            "can_sign_in": self.access.can_change,
        }
        html = self.part(request, template, **(framed | values))
        headers = {"cache-control": "no-store", "vary": "accept-language, cookie"}
        return HTMLResponse(html, status, headers=headers)


def number(request: Request, name: str, most: int = 10**NUMBER_DIGITS) -> int | None:
    """A whole number of the query, or None when it is not given.

    Raises:
        HTTPException: 400, it is none or too large.
    """
    given = request.query_params.get(name, "")
    if not given:
        return None
    return checked_number(name, given, most)


def checked_number(name: str, given: str, most: int = 10**NUMBER_DIGITS) -> int:
    """A whole number from outside.

    Raises:
        HTTPException: 400, it is none or too large.
    """
    if not (given.isascii() and given.isdecimal() and len(given) <= NUMBER_DIGITS and int(given) <= most):
        raise HTTPException(400, f"{name} is a whole number up to {most}")
    return int(given)


def chosen(request: Request, name: str, allowed: Collection[str]) -> str:
    """One of a few values of the query, or "" when it is not given.

    Raises:
        HTTPException: 400, it is none of them.
    """
    given = request.query_params.get(name, "")
    if given and given not in allowed:
        raise HTTPException(400, f"{name} is none of those that exist")
    return given


def short(request: Request, name: str, limit: int = TEXT_LIMIT) -> str:
    """A text of the query.

    Raises:
        HTTPException: 400, it is too long or holds what no database takes.
    """
    given = request.query_params.get(name, "").strip()
    if len(given) > limit or "\0" in given:
        raise HTTPException(400, f"{name} has at most {limit} characters")
    return given.encode("utf-8", "replace").decode()


def address(path: str, query: Mapping[str, object]) -> str:
    """A path with the parameters that have a value."""
    given = {name: value for name, value in query.items() if value not in ("", None)}
    return f"{path}?{urlencode(given)}" if given else path


def topic_key(slug: str) -> str:
    """The key of a topic's rule; "" for no topic."""
    return f"{Target.TOPIC}:{slug}" if slug else ""
