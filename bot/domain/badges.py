"""What a reader should know of an article before opening it, in a word or two per badge."""

from bot.domain.messages import AlertCard
from bot.domain.tongue import Tongue
from bot.errors import Phrase

PAYWALLED = Phrase("🔒 subscribers only")
SHORTENED = Phrase("shortened by AI")
WITHDRAWN = Phrase("⚠ taken down by the outlet")


def badges(card: AlertCard, tongue: Tongue) -> tuple[str, ...]:
    """The badges of an alert, in the language of the chat."""
    told = ((card.withdrawn, WITHDRAWN), (card.paywalled, PAYWALLED), (card.shortened, SHORTENED))
    return tuple(tongue(words) for holds, words in told if holds)
