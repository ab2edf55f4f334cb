"""Trouble on request, and the rate limits of the real service."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["flood", "status", "garbage", "lost", "reset", "delay", "hold"]
"""flood: 429 · status: an error with that code · garbage: 200 with a body that is no JSON · lost: carried
out, then the connection is cut · reset: cut before anything is done · delay: slow, then carried out · hold:
carried out when `clear_faults` is called."""


@dataclass(slots=True)
class Fault:
    """Trouble for the next `times` requests that fit `method` and `chat`; -1 is for ever."""

    kind: Kind
    method: str | None = None
    chat: int | None = None
    times: int = 1
    retry_after: int = 1
    status: int = 500
    description: str = "Internal Server Error"
    seconds: float = 0.0

    def fits(self, method: str, chat: int | None) -> bool:
        return self.times != 0 and self.method in {None, method} and (self.chat is None or self.chat == chat)


@dataclass(frozen=True, slots=True)
class Limits:
    """What core.telegram.org/bots/faq says, to be enforced; `slack` seconds forgive the clocks' jitter."""

    per_second: int = 30
    chat_interval: float = 1.0
    chat_burst: int = 3
    group_per_minute: int = 20
    slack: float = 0.05


@dataclass(slots=True)
class Meter:
    """Counts messages against the limits; a message that is refused does not count."""

    limits: Limits
    _all: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _due: dict[int, float] = field(default_factory=dict)

    def wait(self, chat: int, *, group: bool, now: float) -> int:
        """0 when a message may go to the chat now, and counts it; else the seconds to wait."""
        waits = [
            _window(self._all, self.limits.per_second, 1 - self.limits.slack, now),
            self._chat_wait(chat, now),
        ]
        minute = self._groups.setdefault(chat, deque()) if group else None
        if minute is not None:
            waits.append(_window(minute, self.limits.group_per_minute, 60 - self.limits.slack, now))
        if (longest := max(waits)) > 0:
            return math.ceil(longest)
        self._all.append(now)
        if minute is not None:
            minute.append(now)
        self._due[chat] = max(self._due.get(chat, 0.0), now) + self.limits.chat_interval
        return 0

    def _chat_wait(self, chat: int, now: float) -> float:
        """One message an interval on average, with short bursts (a leaky bucket, GCRA)."""
        ahead = self._due.get(chat, 0.0) - now
        allowed = (self.limits.chat_burst - 1) * self.limits.chat_interval + self.limits.slack
        return ahead - allowed


def _window(times: deque[float], limit: int, length: float, now: float) -> float:
    while times and times[0] <= now - length:
        times.popleft()
    return times[0] + length - now if len(times) >= limit else 0.0
