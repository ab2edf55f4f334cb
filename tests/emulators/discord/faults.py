"""Trouble made on purpose, and Discord's rate limits when a test wants them enforced."""

import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MESSAGES = r"/channels/\d+/messages"
GLOBAL_PER_SECOND = 50
PER_ROUTE, ROUTE_WINDOW = 5, 5.0
INVALID_ALLOWED, INVALID_WINDOW = 10_000, 600.0


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose method and path match.

    `how` is one of: ``status`` (answer `status`, nothing done), ``rate_limit`` (429 with `retry_after`
    seconds, of the route or `everywhere`), ``ban`` (the proxy's 429), ``drop`` (connection cut, nothing
    done), ``drop_after`` (done, then cut without an answer), ``delay`` (done, answered `seconds` later),
    ``garbage`` (done, and answered with `body` that is not JSON).
    """

    how: str
    times: int = 1
    method: str = "POST"
    path: str = MESSAGES
    status: int = 500
    code: int = 0
    retry_after: float = 1.0
    everywhere: bool = False
    seconds: float = 0.0
    body: str = "<html>upstream error</html>"

    def matches(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method == method and re.fullmatch(self.path, path) is not None


@dataclass
class Refusal:
    """A 429: seconds to wait, and whether the limit is the bot's or the route's."""

    retry_after: float
    everywhere: bool


@dataclass
class Pace:
    """Discord's limits: 50 requests a second, and 5 in 5 seconds for each method and channel.

    `refused` counts the answers (401, 403, 429) that lead to a ban of the address.
    """

    enforced: bool = False
    refused: deque[float] = field(default_factory=deque)
    too_fast: int = 0
    _everywhere: deque[float] = field(default_factory=deque)
    _routes: dict[str, tuple[float, int]] = field(default_factory=dict)

    def take(self, route: str) -> tuple[Refusal | None, dict[str, str]]:
        """Count a request: a refusal if it came too early, and the headers that say where we are."""
        if not self.enforced:
            return None, {}
        now = time.monotonic()
        while self._everywhere and self._everywhere[0] <= now - 1.0:
            self._everywhere.popleft()
        if len(self._everywhere) >= GLOBAL_PER_SECOND:
            return Refusal(self._everywhere[0] + 1.0 - now, True), {}
        start, used = self._routes.get(route, (now, 0))
        if now >= start + ROUTE_WINDOW:
            start, used = now, 0
        left = start + ROUTE_WINDOW - now
        if used >= PER_ROUTE:
            return Refusal(left, False), _headers(route, 0, left)
        self._everywhere.append(now)
        self._routes[route] = (start, used + 1)
        return None, _headers(route, PER_ROUTE - used - 1, left)

    def note(self, status: int) -> None:
        """Count an answer that Discord holds against the address."""
        if status in {401, 403, 429}:
            self.refused.append(time.monotonic())
            self.too_fast += status == 429

    @property
    def banned(self) -> bool:
        horizon = time.monotonic() - INVALID_WINDOW
        while self.refused and self.refused[0] < horizon:
            self.refused.popleft()
        return len(self.refused) >= INVALID_ALLOWED


def refusal_body(refusal: Refusal) -> dict[str, Any]:
    """A 429's body, as Discord words it."""
    return {
        "message": "You are being rate limited.",
        "retry_after": round(refusal.retry_after, 3),
        "global": refusal.everywhere,
    }


def refusal_headers(refusal: Refusal) -> dict[str, str]:
    """A 429's headers. Without ``Via`` a client takes it for a ban by the proxy."""
    scope = "global" if refusal.everywhere else "user"
    headers = {
        "Via": "1.1 google",
        "Retry-After": str(int(refusal.retry_after) + 1),
        "X-RateLimit-Scope": scope,
    }
    return headers | ({"X-RateLimit-Global": "true"} if refusal.everywhere else {})


def _headers(route: str, remaining: int, left: float) -> dict[str, str]:
    bucket = re.sub(r"\d+", "", route).strip("/ ").replace("/", "-").replace(" ", "-").lower()
    return {
        "X-RateLimit-Limit": str(PER_ROUTE),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time.time() + left:.3f}",
        "X-RateLimit-Reset-After": f"{left:.3f}",
        "X-RateLimit-Bucket": bucket,
    }
