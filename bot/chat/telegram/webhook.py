"""Updates that Telegram brings: checked, and kept before it is told that they came.

Any process may be asked; which one handles an update is decided elsewhere. Must not read what it says.
https://core.telegram.org/bots/api#setwebhook
"""

import hmac
from dataclasses import dataclass

import structlog

from bot.services.inbox import LARGEST_NUMBER, Inbox

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Webhook:
    """Updates come to this address instead of being asked for.

    Args:
        url: a public https address that leads to a process of ours, whichever.
        secret: what Telegram sends along, 1-256 of A-Z a-z 0-9 _ -.
        inbox: where they are kept until they are handled.
    """

    url: str
    secret: str
    inbox: Inbox

    def is_genuine(self, header: str | None) -> bool:
        """Whether a call's ``X-Telegram-Bot-Api-Secret-Token`` shows that it is Telegram's."""
        return header is not None and hmac.compare_digest(header.encode(), self.secret.encode())

    async def take(self, update: object) -> bool:
        """Keep an update, as parsed JSON; returns once it is on disk.

        Returns:
            False when it cannot be kept now: answer with an error, and Telegram brings it again.
        """
        number = number_of(update)
        if not 0 <= number <= LARGEST_NUMBER:
            log.warning("telegram_update_unreadable", lane=self.inbox.lane)
            return True  # to be brought it again would not help
        return await self.inbox.put(number, update)


def number_of(update: object) -> int:
    """An update's id; -1 for what is no update."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else -1
