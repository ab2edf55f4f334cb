"""How fast each platform lets one account speak, and when the next message may start.

Pure: time is passed in as seconds of any monotonic clock. What a platform answers (429) is obeyed by the
pump on top of this; the numbers here only avoid asking for it.

Sources: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this and
https://docs.discord.com/developers/topics/rate-limits (buckets of single routes come from its headers).
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.domain.models import Address

MARGIN = 0.98
"""The share of a limit that is used: messages do not arrive as evenly as they are sent."""

SMOOTH = 0.75
"""After a stall the rate may rise to 1/SMOOTH of the allowed one, until the window is full again."""

SMOOTHED = 1.0
"""Seconds: in longer windows a chat may have its messages in a row."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any window of `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What one account on a platform may do.

    Args:
        lane: limits of all its messages together.
        chat: limits of each chat.
        group: further limits of each group or channel.
        keyed: whether the platform honours an idempotency key, so that sending again is safe.
        at_once: messages that may be under way: the rate times what an answer may take.
    """

    lane: tuple[Limit, ...] = ()
    chat: tuple[Limit, ...] = ()
    group: tuple[Limit, ...] = ()
    keyed: bool = True
    at_once: int = 64

    @property
    def memory(self) -> float:
        """Seconds for which a message counts: the longest window of all limits."""
        return max((limit.seconds for limit in (*self.lane, *self.chat, *self.group)), default=0.0) / MARGIN


TELEGRAM = Pace(
    lane=(Limit(30, 1.0),), chat=(Limit(1, 1.0),), group=(Limit(1, 1.0), Limit(20, 60.0)), keyed=False
)
TELEGRAM_PAID = replace(TELEGRAM, lane=(Limit(1_000, 1.0),), at_once=256)
DISCORD = Pace(lane=(Limit(50, 1.0),))
UNLIMITED = Pace()

PACES: Mapping[str, Pace] = {"telegram": TELEGRAM, "discord": DISCORD}


def pace_of(platform: str, *, paid: bool = False) -> Pace:
    """The pace of a platform; one of our own, such as the web chat, has no limits.

    Args:
        paid: Telegram's paid broadcast is allowed (`allow_paid_broadcast`).
    """
    if platform == "telegram" and paid:
        return TELEGRAM_PAID
    return PACES.get(platform, UNLIMITED)


def place_of(address: Address) -> str:
    """What a platform counts as one chat: on Discord a thread has limits of its own, on Telegram none."""
    return address.thread or address.chat if address.platform == "discord" else address.chat


def is_group(address: Address) -> bool:
    """Whether the stricter limits hold. Telegram gives groups and channels a negative id or a name."""
    return address.platform == "telegram" and address.chat.startswith(("-", "@"))


@dataclass(slots=True)
class _Window:
    """The last starts under one limit: the next one waits until the oldest has left the window."""

    limit: Limit
    starts: deque[float] = field(default_factory=deque)

    def next_start(self, now: float) -> float:
        limit, starts = self.limit, self.starts
        if not starts:
            return now
        span = limit.seconds / MARGIN
        smooth = starts[-1] + SMOOTH * span / limit.count if limit.seconds <= SMOOTHED else now
        full = starts[0] + span if len(starts) >= limit.count else now
        return max(now, smooth, full)

    def take(self, start: float) -> None:
        self.starts.append(start)
        if len(self.starts) > self.limit.count:
            self.starts.popleft()

    def delay(self, start: float, by: float) -> None:
        if start in self.starts:
            self.starts[self.starts.index(start)] = start + by

    def idle(self, now: float) -> bool:
        return not self.starts or self.starts[-1] + self.limit.seconds / MARGIN <= now


@dataclass(slots=True)
class Latency:
    """How long answers take: what is above the least of late was spent on the way, there or back."""

    recent: deque[float] = field(default_factory=lambda: deque(maxlen=200))

    def excess(self, seconds: float) -> float:
        """Seconds by which an answer came later than the quickest ones."""
        self.recent.append(seconds)
        return seconds - min(self.recent)


@dataclass(slots=True)
class Pacer:
    """Hands out the moments at which messages of one account may start."""

    pace: Pace
    _lane: list[_Window] = field(init=False)
    _chats: dict[str, list[_Window]] = field(default_factory=dict)
    _prune_at: int = 1_024

    def __post_init__(self) -> None:
        self._lane = [_Window(limit) for limit in self.pace.lane]

    def __len__(self) -> int:
        """How many chats' pace is remembered."""
        return len(self._chats)

    def lane_start(self, now: float) -> float:
        """When the account may start its next message to any chat."""
        return max((window.next_start(now) for window in self._lane), default=now)

    def start(self, address: Address, now: float) -> float:
        """When a message to this chat may start; nothing is reserved."""
        windows = self._chats.get(place_of(address), ())
        return max((window.next_start(now) for window in windows), default=now)

    def reserve(self, address: Address, now: float) -> float:
        """The moment at which this message starts, from now on taken."""
        windows = self._windows(address, now)
        start = max(self.lane_start(now), *(window.next_start(now) for window in windows), now)
        for window in (*self._lane, *windows):
            window.take(start)
        return start

    def late(self, start: float, by: float) -> None:
        """A message that started then took so much longer than others: it may have been counted later."""
        spare = 1 / MARGIN - 1
        for window in self._lane:
            if by > window.limit.seconds * spare:
                window.delay(start, by - window.limit.seconds * spare)

    def _windows(self, address: Address, now: float) -> list[_Window]:
        limits = self.pace.group if is_group(address) else self.pace.chat
        if not limits:
            return []
        if len(self._chats) >= self._prune_at:
            self._prune(now)
        return self._chats.setdefault(place_of(address), [_Window(limit) for limit in limits])

    def _prune(self, now: float) -> None:
        """Forget chats that are free to go: they are as good as new."""
        self._chats = {
            place: windows
            for place, windows in self._chats.items()
            if not all(window.idle(now) for window in windows)
        }
        self._prune_at = max(1_024, 2 * len(self._chats))
