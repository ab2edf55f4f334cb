"""Texts that wait for somebody to press a button: a button cannot say a long text again.

They are kept in memory, for a while, and a bounded number of them: what is lost is simply sent again.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.domain.models import Address
from bot.errors import CommandError
from bot.ports import Clock

KEPT = timedelta(minutes=30)
MOST = 256


class Drafts:
    """What waits.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[Address, str, int], tuple[str, datetime]] = OrderedDict()
        self._last = 0

    def keep(self, where: Address, purpose: str, text: str) -> int:
        """Keep a text of a chat for a purpose; the number to take it by."""
        self._last += 1
        self._kept[where, purpose, self._last] = (text, self._clock.now())
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return self._last

    def take(self, where: Address, purpose: str, number: str) -> str:
        """The text that was kept there for this; it can be taken once.

        Raises:
            CommandError: none is kept there under this number, or it waited for too long.
        """
        shown = number.strip()
        key = int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 10 else 0
        text, at = self._kept.pop((where, purpose, key), ("", self._clock.now()))
        if not text or self._clock.now() - at > KEPT:
            raise CommandError("Nothing waits here to be confirmed.", "send it again")
        return text
