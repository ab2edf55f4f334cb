"""How each chat is told, which who signed in may change; and the settings of this installation, to read."""

from collections.abc import Mapping

import structlog
from babel.dates import get_day_names
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.domain.manner import LostAnswer, Preview
from bot.domain.models import Chat
from bot.errors import BadInput
from bot.services.tongues import languages
from bot.store.roster import Entry
from bot.web.desk import Frame, address, checked_number, number
from bot.web.pages.mannerform import MOST, fields_of, read_manner, shown_times
from bot.web.pages.subscriptions import Refused, hint
from bot.web.settingsview import SET, UNSET
from bot.web.words import language_of
from bot.web.zones import zones

log = structlog.get_logger()

PAGE = 60


class SettingsPages:
    """The list of chats with their manners, the form of one, and what this installation is set to."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/settings", self.page),
            Route("/settings/{chat}", self.one, methods=["GET"]),
            Route("/settings/{chat}", self.change, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """All chats in short, and the settings of the installation."""
        found = await self._frame.chats.page(after=number(request, "after") or 0, limit=PAGE + 1)
        following = {"after": found[PAGE - 1].chat.id} if len(found) > PAGE else None
        return self._frame.page(
            request,
            "settings.html",
            "Settings",
            here="/settings",
            entries=found[:PAGE],
            days=self._days(request),
            times=shown_times,
            resend=LostAnswer.RESEND,
            installation=self._frame.settings,
            is_set=SET,
            is_unset=UNSET,
            can_edit=self._frame.access.session(request) is not None,
            changes_hint=hint(self._frame, request),
            next=address("/settings", following) if following else "",
        )

    async def one(self, request: Request) -> Response:
        """The form of one chat."""
        entry = await self._entry(request)
        return self._form(request, entry, _filled(entry.chat))

    async def change(self, request: Request) -> Response:
        """How a chat is told from now on."""
        fields = await self._frame.changing(request)
        entry = await self._entry(request)
        language = fields.get("language", "")
        if language not in languages():
            raise HTTPException(400, f"language is one of {', '.join(languages())}")
        try:
            manner = read_manner(fields, entry.chat.manner)
            zone = fields.get("timezone", "").strip()
            await self._frame.chats.behave(entry.chat.id, manner, language, zone)
        except BadInput as problem:
            refused = Refused.of(entry.chat.id, problem, language_of(request))
            typed = {name: fields.get(name, "") for name in _filled(entry.chat)}
            return self._form(request, entry, typed, refused)
        return RedirectResponse(f"/settings#c{entry.chat.id}", 303)

    async def _entry(self, request: Request) -> Entry:
        chat = checked_number("the chat", request.path_params["chat"])
        try:
            return await self._frame.chats.entry(chat)
        except BadInput as problem:
            raise HTTPException(404, problem.message) from problem

    def _form(
        self, request: Request, entry: Entry, filled: Mapping[str, str], refused: Refused | None = None
    ) -> Response:
        """The form with what was filled in, also when that was refused."""
        session = self._frame.access.session(request)
        return self._frame.page(
            request,
            "manner.html",
            entry.chat.title or f"#{entry.chat.id}",
            here="/settings",
            status=400 if refused else 200,
            entry=entry,
            filled=filled,
            days=self._days(request),
            languages=languages(),
            zones=zones(),
            lost_answers=list(LostAnswer),
            previews=list(Preview),
            most=MOST,
            csrf=session.csrf if session else "",
            refused=refused,
            changes_hint=hint(self._frame, request),
        )

    @staticmethod
    def _days(request: Request) -> dict[int, str]:
        return dict(get_day_names("wide", "stand-alone", locale=language_of(request)))


def _filled(chat: Chat) -> dict[str, str]:
    """The fields of the form as this chat's are."""
    return {"language": chat.language, "timezone": chat.timezone} | fields_of(chat.manner)
