"""How many sessions may be begun, and how fast: the advice of `/gateway/bot`, and what identifying meets."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Starts:
    """Discord's advice to a bot, and its limits on beginning sessions.

    `shards` are advised, and from two on a connection without a shard is refused. Of each of the
    `at_once` groups of shards (``max_concurrency``) one may identify in `window` seconds, and all together
    `total` times until a test says `renew`, which clients are told is `day` seconds away. Discord resets
    the token of a bot that goes on beyond that; `revoked` says so. `too_soon` counts what came too early.
    """

    shards: int = 1
    at_once: int = 1
    window: float = 0.0
    total: int = 1000
    day: float = 86_400.0
    used: int = 0
    too_soon: int = 0
    revoked: bool = False
    _groups: dict[int, float] = field(default_factory=dict)

    @property
    def remaining(self) -> int:
        return max(0, self.total - self.used)

    def renew(self) -> None:
        """A new day begins."""
        self.used = 0

    def limit(self) -> dict[str, int]:
        """``session_start_limit``, with its time in milliseconds."""
        return {
            "total": self.total,
            "remaining": self.remaining,
            "reset_after": int(self.day * 1000),
            "max_concurrency": self.at_once,
        }

    def refusal(self, shard: Any) -> int | None:
        """The code that a connection is closed with for its shard, None when that is in order."""
        if shard is None:
            return 4011 if self.shards > 1 else None
        number, count = shard
        if not 0 <= number < count:
            return 4010
        return 4011 if self.shards > 1 and count == 1 else None

    def begin(self, number: int) -> bool | None:
        """Count a session of a shard: whether it may begin now; None when there are none left."""
        now = time.monotonic()
        if not self.remaining:
            self.revoked = True
            return None
        self.used += 1
        group = number % self.at_once
        before = self._groups.get(group)
        self._groups[group] = now
        if before is not None and now - before < self.window:
            self.too_soon += 1
            return False
        return True
