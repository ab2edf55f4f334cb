"""Every chat with what it follows; who signed in changes it here: follow, stop, rest, pause, threshold."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.domain.models import Target
from bot.errors import BadInput, Phrase
from bot.services.chatdesk import SETTLED
from bot.services.tongues import tongue_of
from bot.web.desk import Frame, address, checked_number, chosen, number
from bot.web.pages.login import inside
from bot.web.words import language_of, words

log = structlog.get_logger()

PAGE = 40
TEXT = 1000
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """What a change came to when it could not be made: said beside the chat it was meant for."""

    chat: int
    message: str
    hint: str = ""
    text: str = ""

    @classmethod
    def of(cls, chat: int, problem: BadInput, language: str, text: str = "") -> "Refused":
        """A problem in the reader's language, with what was typed."""
        return cls(chat, *tongue_of(language).problem(problem), text)


class Subscriptions:
    """The page of what all chats follow."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._changes: Mapping[str, Callable[[int, Fields], Awaitable[object]]] = {
            "follow": self._follow,
            "drop": lambda chat, fields: frame.chats.drop(chat, _wish(fields)),
            "pause": lambda chat, _: frame.chats.pause(chat),
            "resume": lambda chat, _: frame.chats.resume(chat),
            "mute": self._mute,
            "wake": lambda chat, fields: frame.chats.mute(chat, _wish(fields), None),
            "threshold": self._threshold,
        }

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/subscriptions", self.page),
            Route("/subscriptions/{chat}", self.change, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """Chats in the order in which Heraut met them."""
        return await self._shown(request)

    async def change(self, request: Request) -> Response:
        """One change of one chat."""
        fields = await self._frame.changing(request)
        chat = checked_number("the chat", request.path_params["chat"])
        change = self._changes.get(fields.get("do", ""))
        if change is None:
            raise HTTPException(400, f"do is one of {', '.join(self._changes)}")
        try:
            await change(chat, fields)
        except BadInput as problem:
            refused = Refused.of(chat, problem, language_of(request), fields.get("text", ""))
            return await self._shown(request, refused)
        log.info("subscriptions changed by hand", chat=chat, change=fields["do"])
        back = inside(fields["back"]) if fields.get("back") else "/subscriptions"
        return RedirectResponse(f"{back}#c{chat}", 303)

    async def _shown(self, request: Request, refused: Refused | None = None) -> Response:
        chats = self._frame.chats
        platforms = await chats.platforms()
        platform = chosen(request, "platform", platforms)
        after = number(request, "after") or 0
        found = await chats.page(after=after, platform=platform, limit=PAGE + 1)
        session = self._frame.access.session(request)
        following = {"platform": platform, "after": found[PAGE - 1].chat.id} if len(found) > PAGE else None
        return self._frame.page(
            request,
            "subscriptions.html",
            "Subscriptions",
            here="/subscriptions",
            status=400 if refused else 200,
            entries=found[:PAGE],
            label=lambda wish: chats.label(wish, language_of(request)),
            is_rule=lambda wish: wish.target is Target.RULE,
            platforms=platforms,
            platform=platform,
            topics=self._frame.desk.topic_names(language_of(request)),
            now=self._frame.desk.clock.now(),
            spans=list(SPANS),
            settled=SETTLED,
            csrf=session.csrf if session else "",
            refused=refused,
            text_limit=TEXT,
            changes_hint=hint(self._frame, request),
            back=address("/subscriptions", {"platform": platform, "after": after or ""}),
            next=address("/subscriptions", following) if following else "",
        )

    async def _follow(self, chat: int, fields: Fields) -> None:
        text = fields.get("text", "").strip()
        if len(text) > TEXT or "\0" in text:
            raise HTTPException(400, f"text has at most {TEXT} characters")
        chats = self._frame.chats
        _, made = await chats.follow(await chats.place(chat), text)
        if not made:
            raise BadInput(Phrase("This chat follows that already."))

    async def _mute(self, chat: int, fields: Fields) -> None:
        span = SPANS.get(fields.get("span", ""))
        if span is None:
            raise HTTPException(400, f"span is one of {', '.join(SPANS)}")
        await self._frame.chats.mute(chat, _wish(fields), span)

    async def _threshold(self, chat: int, fields: Fields) -> None:
        share = checked_number("threshold", fields.get("threshold", ""), 100)
        await self._frame.chats.threshold(chat, _wish(fields), share / 100)


def hint(frame: Frame, request: Request) -> str:
    """What a reader has to do to change something here."""
    word = words(language_of(request))
    if frame.access.can_change:
        return word("Sign in to change this.")
    return word("Read only: set web.token or web.login in the settings to change things here.")


def _wish(fields: Fields) -> int:
    return checked_number("wish", fields.get("wish", ""))
