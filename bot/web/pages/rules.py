"""The rule lab: a rule, what it would have told of the last days, what it just missed, and why."""

from dataclasses import dataclass

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.domain.models import Address
from bot.domain.tongue import Tongue
from bot.errors import BadInput, Phrase, RuleError
from bot.services.chatdesk import SETTLED
from bot.services.places import Place
from bot.services.tongues import tongue_of
from bot.store.roster import Entry
from bot.web.desk import Frame, checked_number, short
from bot.web.trials import RULE_LIMIT, Trials
from bot.web.words import language_of

log = structlog.get_logger()

SHOWN = 25
PLACES = 200
WEB = "web"
"""The platform and the account of the web chat."""
EXAMPLES = (
    "@rutte AND defensie*",
    'title:"NATO summit" lang:en',
    "about:@trump NOT golf",
    "f16 NEAR/5 levering",
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where a rule cannot be read: the text before, the place itself, and the text after."""

    before: str
    at: str
    after: str
    message: str
    hint: str


class Rules:
    """The page. Trying changes nothing, so a rule is part of its address and can be passed on."""

    def __init__(self, frame: Frame, trials: Trials) -> None:
        self._frame = frame
        self._trials = trials

    @property
    def routes(self) -> list[Route]:
        return [Route("/rules", self.page), Route("/rules", self.save, methods=["POST"])]

    async def page(self, request: Request) -> Response:
        """The form, and below it what became of the rule in it."""
        text = short(request, "rule", RULE_LIMIT)
        mistake, trial = None, None
        session = self._frame.access.session(request)
        if text:
            try:
                trial = await self._trials.trial(request, text)
            except RuleError as error:
                mistake = pointed(text, error, tongue_of(language_of(request)))
        return self._frame.page(
            request,
            "rules.html",
            "Rule lab",
            here="/rules",
            rule=text,
            mistake=mistake,
            trial=trial,
            shown=SHOWN,
            rule_limit=RULE_LIMIT,
            examples=EXAMPLES,
            room=self._frame.talking_room,
            csrf=session.csrf if session else "",
            places=await self._places() if session and trial else {},
        )

    async def save(self, request: Request) -> Response:
        """Let a chat, or a room of the web chat, follow the rule from now on."""
        fields = await self._frame.changing(request)
        rule = fields.get("rule", "").strip()
        if not rule or len(rule) > RULE_LIMIT or "\0" in rule:
            raise HTTPException(400, f"a rule has 1 to {RULE_LIMIT} characters")
        try:
            place = await self._place(fields.get("place", ""), language_of(request))
            _, made = await self._frame.chats.follow(place, rule)
        except BadInput as problem:
            message, hint = tongue_of(language_of(request)).problem(problem)
            raise HTTPException(400, f"{message} ({hint})" if hint else message) from problem
        log.info("rule followed from the lab", lane=place.lane, chat=place.address.chat, new=made)
        found = await self._frame.chats.at(place)
        return RedirectResponse(f"/subscriptions?after={found - 1}#c{found}", 303)

    async def _places(self) -> dict[str, str]:
        """Where a rule can be followed: the chats that are known, and the rooms of the web chat."""
        entries = await self._frame.chats.page(limit=PLACES)
        known = {
            f"chat:{entry.chat.id}": _name(entry)
            for entry in entries
            if entry.chat.address.platform not in SETTLED
        }
        taken = {entry.chat.address.chat for entry in entries if entry.lane == WEB}
        rooms = {
            f"room:{room.id}": f"{room.title} ({WEB})" for room in self._frame.rooms if room.id not in taken
        }
        return rooms | known

    async def _place(self, text: str, language: str) -> Place:
        """Raises HTTPException 400 for what is none."""
        kind, _, name = text.partition(":")
        if kind == "chat":
            return await self._frame.chats.place(checked_number("the chat", name))
        room = next((room for room in self._frame.rooms if room.id == name), None)
        if kind != "room" or room is None:
            raise HTTPException(400, Phrase("choose a chat"))
        return Place(WEB, Address(WEB, room.id), room.title, language)


def pointed(text: str, error: RuleError, tongue: Tongue) -> Mistake:
    """A rule with the place of its mistake."""
    at = min(error.position, len(text))
    return Mistake(text[:at], text[at : at + 1] or " ", text[at + 1 :], *tongue.problem(error))


def _name(entry: Entry) -> str:
    return f"{entry.chat.title or f'#{entry.chat.id}'} ({entry.chat.address.platform})"
