"""How fast somebody may ask: token buckets that fill steadily, so that a burst of a few is never refused.

See https://en.wikipedia.org/wiki/Token_bucket. A clock that is set back fills none and empties none.
"""

from collections import OrderedDict
from collections.abc import Hashable


class Buckets:
    """A bucket per client, for at most `clients` of them; the one that was silent longest is forgotten.

    Args:
        burst: requests that may come at once.
        per_second: requests a second after that.
        clients: how many are remembered.
    """

    def __init__(self, burst: float, per_second: float, clients: int = 1024) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clients = clients
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, client: Hashable, now: float) -> float:
        """Take one token and return 0, or the seconds until there is one. `now` is in seconds."""
        tokens, then = self._buckets.pop(client, (self._burst, now))
        tokens = min(self._burst, tokens + max(now - then, 0.0) * self._per_second)
        granted = tokens >= 1
        self._buckets[client] = (tokens - granted, now)
        if len(self._buckets) > self._clients:
            self._buckets.popitem(last=False)
        return 0.0 if granted else (1 - tokens) / self._per_second

    def give_back(self, client: Hashable) -> None:
        """Undo one `wait` that was granted: it turned out not to count."""
        if client in self._buckets:
            tokens, then = self._buckets[client]
            self._buckets[client] = (min(self._burst, tokens + 1), then)
