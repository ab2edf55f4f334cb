"""What Discord has said about our pace, remembered so that no request is made only to be refused.

Pure: time is passed in as seconds of any monotonic clock. Buckets come from the headers of answers, as
https://docs.discord.com/developers/topics/rate-limits asks; the one limit known beforehand is that of all
requests of a bot, messages and connecting alike. Refused requests are counted, because 10,000 of them in
ten minutes ban the address.
"""

from bisect import insort
from collections import deque
from dataclasses import dataclass, field

from bot.chat.discord.outcomes import Answer, too_fast
from bot.domain.models import RetryAfter
from bot.domain.pacing import Latency

REFUSED_WINDOW = 600.0
REFUSED_ALLOWED = 5_000
MOST_BUCKETS = 4_096
PER_WINDOW, WINDOW = 50, 1.02
"""Discord allows 50 requests a second; they do not arrive as evenly as they are sent."""
REST, OPENING, LATER = 5.0, 10, 0.1
"""After so many seconds of rest so many requests have to open connections, and may arrive so much later."""


@dataclass(slots=True)
class Limits:
    """Until when which route has to wait. A route is a method and path with its channel, as a key."""

    refused_allowed: int = REFUSED_ALLOWED
    _until: dict[str, float] = field(default_factory=dict)
    _all_until: float = 0.0
    _refused: deque[float] = field(default_factory=deque)
    _arrivals: list[float] = field(default_factory=list)
    _latency: Latency = field(default_factory=Latency)
    _opening: int = 0

    def start(self, now: float) -> float:
        """Count a request that is about to be made, of any kind; when it may start."""
        full = len(self._arrivals) == PER_WINDOW
        start = max(now, self._arrivals.pop(0) + WINDOW) if full else now
        last = self._arrivals[-1] if self._arrivals else start - REST
        if start >= last + REST:
            self._opening = OPENING
        insort(self._arrivals, start + (LATER if self._opening else 0.0))
        self._opening = max(0, self._opening - 1)
        return start

    def answered(self, start: float, now: float) -> None:
        """A request that began at `start` is over: so much longer than others, it may have arrived later."""
        late = self._latency.excess(now - start)
        for counted in (start, start + LATER):
            if counted in self._arrivals and start + late > counted:
                self._arrivals.remove(counted)
                insort(self._arrivals, start + late)
                return

    def wait(self, route: str, now: float) -> RetryAfter | None:
        """How long `route` has to wait now, None when it may go."""
        everywhere = max(self._all_until, self._refused_until(now))
        if everywhere > now:
            return RetryAfter(everywhere - now, whole_lane=True)
        until = self._until.get(route, 0.0)
        return RetryAfter(until - now) if until > now else None

    def learn(self, route: str, answer: Answer, now: float) -> None:
        """Take note of what an answer says about the pace."""
        if answer.status in {401, 403, 429} and answer.headers.get("X-RateLimit-Scope") != "shared":
            self._refused.append(now)
        if answer.status == 429:
            ordered = too_fast(answer)
            if ordered.whole_lane:
                self._all_until = max(self._all_until, now + ordered.seconds)
            else:
                self._hold(route, now + ordered.seconds, now)
        elif answer.headers.get("X-RateLimit-Remaining") == "0":
            self._hold(route, now + _reset_after(answer), now)

    def _hold(self, route: str, until: float, now: float) -> None:
        if len(self._until) >= MOST_BUCKETS:
            self._until = {key: end for key, end in self._until.items() if end > now}
        self._until[route] = until

    def _refused_until(self, now: float) -> float:
        while self._refused and self._refused[0] <= now - REFUSED_WINDOW:
            self._refused.popleft()
        return self._refused[0] + REFUSED_WINDOW if len(self._refused) >= self.refused_allowed else 0.0


def _reset_after(answer: Answer) -> float:
    try:
        return min(max(float(answer.headers.get("X-RateLimit-Reset-After", "")), 0.0), REFUSED_WINDOW)
    except ValueError:
        return 0.0
