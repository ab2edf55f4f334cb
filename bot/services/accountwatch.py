"""Looks whether every account can be used: those who run the bot are told of one that is refused.

Its own messages show that only when one is owed; an account that nobody hears of would stay unnoticed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.domain.messages import Message
from bot.domain.tongue import Tongue
from bot.errors import Phrase
from bot.ports import Clock
from bot.services.alarm import Notices, attention

AGAIN = timedelta(days=1)
MISTYPED = Phrase("its token is none")
REFUSED = Phrase("the platform refuses its token")


class AccountWatch:
    """Tells of each account once, and again every day while it lasts.

    Args:
        clock: the time.
        notices: tells those who run the bot.
        troubles: the accounts that cannot be used now, by their names in the settings, and why.
    """

    def __init__(self, clock: Clock, notices: Notices, troubles: Callable[[], Mapping[str, Phrase]]) -> None:
        self._clock = clock
        self._notices = notices
        self._troubles = troubles
        self._told: dict[str, datetime] = {}

    async def tick(self, _slot: datetime | None = None) -> int:
        """Look once; returns how many accounts cannot be used."""
        now, found = self._clock.now(), self._troubles()
        self._told = {key: at for key, at in self._told.items() if key in found and now - at < AGAIN}
        for key in found.keys() - self._told.keys():
            await self._notices.owe(f"account:{key}", partial(unusable, key, found[key]))
            self._told[key] = now
        return len(found)


def unusable(account: str, problem: Phrase, tongue: Tongue) -> Message:
    """What those who run the bot read about an account."""
    return attention(
        tongue,
        tongue(
            "The account {account} cannot be used: {problem}",
            account=account,
            problem=tongue.recall(problem),
        ),
        tongue("See: {command}", command="heraut doctor"),
    )
