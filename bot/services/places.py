"""Where a command comes from."""

from dataclasses import dataclass

from bot.domain.models import Address


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command comes from: the account that heard it, and the chat."""

    lane: str
    address: Address
    title: str = ""
    language: str = "en"
