"""What a reader should know of an article before opening it, in a word or two per badge."""

from bot.domain.messages import AlertCard

PAYWALLED = {"en": "🔒 subscribers only", "nl": "🔒 alleen voor abonnees"}
SHORTENED = {"en": "shortened by AI", "nl": "ingekort door AI"}
WITHDRAWN = {"en": "⚠ taken down by the outlet", "nl": "⚠ door het medium verwijderd"}


def badges(card: AlertCard, language: str) -> tuple[str, ...]:
    """The badges of an alert, in the language of the chat; English where we have no other words."""
    told = ((card.withdrawn, WITHDRAWN), (card.paywalled, PAYWALLED), (card.shortened, SHORTENED))
    return tuple(words.get(language, words["en"]) for holds, words in told if holds)
