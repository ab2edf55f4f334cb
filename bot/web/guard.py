"""The door of the site: requests that may not read are turned away before any page sees them."""

import time
from collections.abc import Callable, Collection
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.domain.buckets import Buckets
from bot.web.access import Access

OPEN = ("/login", "/health", "/live", "/ready")
"""Paths that anybody who reaches us may ask for, besides the static files."""
GUESSES, GUESSES_PER_SECOND = 5, 1 / 30


class Guesses:
    """How fast tokens may be tried: by one client, and by all together."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._each = Buckets(GUESSES, GUESSES_PER_SECOND)
        self._all = Buckets(20 * GUESSES, 1)
        self._monotonic = monotonic

    def wait(self, request: Request) -> float:
        """Take one guess and return 0, or the seconds until the next is allowed."""
        now = self._monotonic()
        client = request.client.host if request.client else ""
        return self._each.wait(client, now) or self._all.wait("", now)

    def right(self, request: Request) -> None:
        """The guess was none: whoever knows the secret is not slowed down."""
        self._each.give_back(request.client.host if request.client else "")
        self._all.give_back("")


class Guard:
    """Lets a request through that comes from this machine, has a session, or presents the token.

    Args:
        access: judges requests.
        guesses: the pace of wrong tokens, shared with the page for signing in.
        public: further endpoints that check for themselves who calls, such as a webhook's.
    """

    def __init__(self, app: ASGIApp, access: Access, guesses: Guesses, public: Collection[Route]) -> None:
        self._app = app
        self._access = access
        self._guesses = guesses
        # With its method: a webhook at "/" must not open the page that stands there.
        self._public = frozenset((method, route.path) for route in public for method in route.methods or ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            await self._access.recognise(request)
            if refusal := self._refusal(request):
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        path = request.url.path
        if path in OPEN or (request.method, path) in self._public or path.startswith("/static/"):
            return None
        presented = self._access.presented(request)
        if presented is not None:
            return None if self._access.knows(presented) else self._wrong(request)
        return None if self._access.may_read(request) else self._stranger(request)

    def _wrong(self, request: Request) -> Response:
        wait = self._guesses.wait(request)
        if wait:
            return too_many(wait)
        return _unauthorised("this is not the token")

    def _stranger(self, request: Request) -> Response:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(there, safe='')}", HTTPStatus.SEE_OTHER)
        return _unauthorised("sign in, or send the token")


def too_many(wait: float) -> Response:
    """The answer to who tries too many tokens."""
    again = {"retry-after": str(int(wait) + 1)}
    return JSONResponse({"error": "too many tries"}, HTTPStatus.TOO_MANY_REQUESTS, headers=again)


def _unauthorised(reason: str) -> Response:
    # Basic too, so that feed readers ask for a password, which is the token.
    asks = {"www-authenticate": 'Bearer realm="heraut", Basic realm="heraut"'}
    return JSONResponse({"error": reason}, HTTPStatus.UNAUTHORIZED, headers=asks)
