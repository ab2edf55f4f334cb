"""What a pump remembers of its account between two steps: who has to wait, and whether all have to.

Times are seconds of the pump's monotonic clock, so that no change of the machine's clock moves them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.backoff import backoff
from bot.domain.settling import Settlement

TROUBLED_CHATS = 3
"""Chats in a row without a proper answer, after which the platform itself is taken to be down."""
FIRST_HOLD, LONGEST_HOLD = 0.5, 30.0


@dataclass(slots=True)
class LaneState:
    """Waits of chats and of the whole account."""

    _waits: dict[int, float] = field(default_factory=dict)
    _paced: dict[int, float] = field(default_factory=dict)
    _lane_until: float = 0.0
    _probing: bool = False
    _troubled: set[int] = field(default_factory=set)
    _holds: int = 0
    _noted: bool = False

    def restore(
        self, held_until: datetime | None, waits: Mapping[int, datetime], now: datetime, clock: float
    ) -> None:
        """Take over what the ledger knows, after a start."""
        self._noted = held_until is not None
        if held_until is not None:
            self._lane_until = max(self._lane_until, clock + (held_until - now).total_seconds())
            self._probing = True
        for chat, until in waits.items():
            self._waits[chat] = clock + (until - now).total_seconds()

    def learn(self, chat_id: int, settlement: Settlement, now: datetime, clock: float) -> bool:
        """Take note of an answer; True when the ledger has to note that the account waits or works again."""
        if settlement.not_before is not None:
            self._waits[chat_id] = clock + (settlement.not_before - now).total_seconds()
        if settlement.lane_until is not None:
            self._lane_until = max(self._lane_until, clock + (settlement.lane_until - now).total_seconds())
            self._probing = self._noted = True
            return True
        if settlement.trouble:
            self._trouble(chat_id, clock)
            return False
        return self._works()

    def room(self, free: int, under_way: int, clock: float) -> int:
        """How many more may be under way. After a hold one message goes ahead to see how things are."""
        if clock < self._lane_until:
            return 0
        return min(free, 1 - under_way) if self._probing else free

    def waiting(self, clock: float) -> set[int]:
        """Chats that nothing may be sent to now."""
        self._waits = {chat: until for chat, until in self._waits.items() if until > clock}
        self._paced = {chat: until for chat, until in self._paced.items() if until > clock}
        return self._waits.keys() | self._paced.keys()

    def some_ended(self, clock: float) -> bool:
        """Whether a chat's wait for its next try is over since `waiting` was asked."""
        return any(until <= clock for until in self._waits.values())

    def paced(self, chat_id: int, until: float) -> None:
        """A chat's own pace lets nothing start before this."""
        self._paced[chat_id] = until

    def next_change(self, clock: float) -> float:
        """Seconds until a wait ends; infinity when nobody waits."""
        ends = [*self._waits.values(), *self._paced.values(), self._lane_until]
        return min((end - clock for end in ends if end > clock), default=float("inf"))

    def _trouble(self, chat_id: int, clock: float) -> None:
        self._troubled.add(chat_id)
        if len(self._troubled) >= TROUBLED_CHATS or self._probing:
            hold = backoff(FIRST_HOLD, self._holds, LONGEST_HOLD)
            self._holds += 1
            self._lane_until = max(self._lane_until, clock + hold)
            self._probing = True
            self._troubled.clear()

    def _works(self) -> bool:
        self._troubled.clear()
        self._holds = 0
        self._probing = False
        noted, self._noted = self._noted, False
        return noted
