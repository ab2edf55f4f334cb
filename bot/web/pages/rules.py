"""The rule lab: a rule, what it would have told of the last days, what it just missed, and why."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.domain.salience import DEFAULT_THRESHOLD
from bot.errors import RuleError
from bot.services.grouping import story_window
from bot.services.rulelab import Trial, try_rule
from bot.store import reports
from bot.web.desk import Frame, short
from bot.web.security import Pace

LOOK_BACK = timedelta(days=14)
ITEMS = 3000
SECONDS = 3.0
SHOWN = 25
RULE_LIMIT = 1000
AT_ONCE = 2
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
    """The page; it changes nothing, so a rule is part of its address and can be passed on."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._pace = Pace(burst=10, per_second=0.5)
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def routes(self) -> list[Route]:
        return [Route("/rules", self.page)]

    async def page(self, request: Request) -> Response:
        """The form, and below it what became of the rule in it."""
        text = short(request, "rule", RULE_LIMIT)
        mistake, trial = None, None
        if text:
            try:
                trial = await self._tried(request, parse_rule(text, self._frame.desk.book.catalog.entities))
            except RuleError as error:
                mistake = pointed(text, error)
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
        )

    async def _tried(self, request: Request, rule: Rule) -> Trial:
        wait = self._pace.wait(request.client.host if request.client else "", time.monotonic())
        if wait:
            raise HTTPException(429, "too fast", {"retry-after": str(int(wait) + 1)})
        desk = self._frame.desk
        async with self._turns:
            async with desk.database.read() as tx:
                since = desk.clock.now() - LOOK_BACK
                items = await reports.items_before(tx, since=since, limit=ITEMS, full=True)
            end = time.monotonic() + SECONDS
            return await asyncio.to_thread(
                try_rule,
                rule,
                desk.book.current,
                items,
                story_window(lexical=True),
                DEFAULT_THRESHOLD,
                lambda: time.monotonic() > end,
            )


def pointed(text: str, error: RuleError) -> Mistake:
    """A rule with the place of its mistake."""
    at = min(error.position, len(text))
    return Mistake(text[:at], text[at : at + 1] or " ", text[at + 1 :], error.message, error.hint)
