"""The ledger: what is owed, what was sent, what failed and why."""

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.domain.models import DeliveryState
from bot.errors import Phrase
from bot.store import books, reports
from bot.store.books import LedgerFilter, LedgerLine
from bot.web.desk import Frame, address, checked_number, chosen, number, short
from bot.web.pages.login import inside
from bot.web.words import language_of, words

log = structlog.get_logger()

PAGE = 50
STATES = [str(state) for state in DeliveryState]


class Deliveries:
    """The page of the ledger."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/deliveries", self.page),
            Route("/deliveries/{id}", self.change, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """Lines of the ledger, the newest first."""
        wanted = {
            "state": chosen(request, "state", STATES),
            "lane": short(request, "lane"),
            "chat": short(request, "chat"),
        }
        async with self._frame.desk.database.read() as tx:
            found = await books.page(tx, _filter(wanted, number(request, "before")), PAGE + 1)
            lines = found[:PAGE]
            titles = await reports.headlines(tx, _stories(lines))
            counts, lanes = await books.counts(tx), await books.known_lanes(tx)
        older = {**wanted, "before": lines[-1].id} if len(found) > PAGE else None
        session = self._frame.access.session(request)
        return self._frame.page(
            request,
            "deliveries.html",
            "Deliveries",
            here="/deliveries",
            lines=lines,
            titles=titles,
            counts=counts,
            lanes=lanes,
            states=STATES,
            wanted=wanted,
            csrf=session.csrf if session else "",
            changes_hint=self._hint(request),
            back=address("/deliveries", wanted),
            next=address("/deliveries", older) if older else "",
        )

    async def change(self, request: Request) -> Response:
        """Send a failed message again, or give one up. The lane's pump sees it at its next turn."""
        fields = await self._frame.changing(request)
        delivery_id = checked_number("the delivery", request.path_params["id"])
        changes = {"retry": books.retry, "drop": books.drop}
        change = changes.get(fields.get("do", ""))
        if change is None:
            raise HTTPException(400, "do is retry or drop")
        desk = self._frame.desk
        async with desk.database.write() as tx:
            done = await change(tx, [delivery_id], desk.clock.now())
        log.info("ledger changed by hand", delivery=delivery_id, change=fields["do"], done=done)
        if not done:
            raise HTTPException(409, Phrase("that message is not in a state in which this can be done"))
        return RedirectResponse(inside(fields.get("back", "")) if fields.get("back") else "/deliveries", 303)

    def _hint(self, request: Request) -> str:
        word = words(language_of(request))
        if self._frame.access.can_change:
            return word("Sign in to send failed messages again or to drop them.")
        return word(
            "Read only: set web.token or web.login in the settings to send messages again or drop them."
        )


def _filter(wanted: dict[str, str], before: int | None) -> LedgerFilter:
    states = frozenset({DeliveryState(wanted["state"])} if wanted["state"] else ())
    return LedgerFilter(states, wanted["lane"], wanted["chat"], before=before)


def _stories(lines: list[LedgerLine]) -> list[int]:
    return sorted({line.story_id for line in lines if line.story_id is not None})
