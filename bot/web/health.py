"""Health: asked by orchestrators of every process, and all that a worker or a gateway opens a port for."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.ports import Connections
from bot.services.rulebook import RuleBook
from bot.web.access import Access
from bot.web.connections import measured
from bot.web.guard import Guard, Guesses
from bot.web.metrics import answer, exposed, gauge, in_force
from bot.web.security import HostGuard, SecureHeaders, security_headers

HEALTH_SECONDS = 5
ATTENDED = "Whether this process speaks for the account."


@dataclass(frozen=True, slots=True)
class Health:
    """Whether Heraut does its work, and details that are safe to show to anybody who asks."""

    ok: bool
    details: Mapping[str, Any] = field(default_factory=dict)


Ask = Callable[[], Awaitable[Health]]


def health_routes(health: Ask, ready: Callable[[], bool], version: str) -> list[Route]:
    """``/health`` and ``/ready``, which answer 200 or 503; ``/live``, which answers while anything does.

    The last is for whoever ends what hangs: to be started again is no help when the database is away.

    Args:
        health: whether the process works.
        ready: whether the work goes on: begun and not ending; for whoever sends traffic.
        version: of this program.
    """

    async def readiness() -> Health:
        return await health() if ready() else Health(False, {"reason": "starting or stopping"})

    async def living() -> Health:
        return Health(True)

    asked = {"/health": health, "/ready": readiness, "/live": living}
    return [Route(path, _endpoint(ask, version)) for path, ask in asked.items()]


def create_probes(
    *,
    access: Access,
    health: Ask,
    ready: Callable[[], bool],
    attended: Mapping[str, bool],
    version: str,
    book: RuleBook,
    connections: Connections = dict,
    hosts: Collection[str] = (),
    routes: Sequence[Route] = (),
) -> Starlette:
    """What a process without pages answers: its health, and at ``/metrics`` what it costs and does.

    Args:
        access: who may read ``/metrics``.
        health: see `health_routes`, as is `ready`.
        attended: for each account this process may speak for, whether it does now.
        version: of this program.
        book: the rules in force.
        connections: tells those of accounts that listen on several.
        hosts: names besides localhost by which we may be called.
        routes: further endpoints, which check for themselves who calls.
    """

    async def metrics(request: Request) -> Response:
        lanes = {lane: float(is_ours) for lane, is_ours in attended.items()}
        attending = gauge("heraut_lane_attended", ATTENDED, "lane", lanes)
        return answer(exposed([attending, in_force(book), *measured(connections())]))

    return Starlette(
        routes=[*health_routes(health, ready, version), Route("/metrics", metrics), *routes],
        middleware=[
            Middleware(SecureHeaders, headers=security_headers(False)),
            Middleware(HostGuard, hosts=hosts),
            Middleware(Guard, access=access, guesses=Guesses(), public=routes),
        ],
    )


def _endpoint(health: Ask, version: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                found = await health()
        except TimeoutError:
            found = Health(False, {"reason": f"no answer within {HEALTH_SECONDS} s"})
        status = HTTPStatus.OK if found.ok else HTTPStatus.SERVICE_UNAVAILABLE
        body = {"status": "ok" if found.ok else "failing", "version": version, **found.details}
        return JSONResponse(body, status, headers={"cache-control": "no-store"})

    return endpoint
