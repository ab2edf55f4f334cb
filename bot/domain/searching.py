"""What somebody searches for, read from what they typed, and how what was found is put in order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain.stems import LANGUAGES
from bot.domain.text import fold, tokens

MOST_CHARACTERS = 300
"""Of a search; what comes after is not read."""
MOST_WORDS = 16
HALF_LIFE = timedelta(days=7)
"""After so long an item counts half as fresh."""

_PART = re.compile(r'"([^"]*)"?|(\S+)')
_LANGUAGE = re.compile(r"(?:lang|language|taal):([a-z]{2})", re.IGNORECASE)
_QUOTES = str.maketrans("“”„«»", '"' * 5)

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Search:
    """What an item must hold: all words, and all phrases word by word. Both are as typed.

    `language` is that of the items wanted, ISO 639-1, or None for any.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    language: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is left to search for."""
        return not (self.words or self.phrases)


def read_search(text: str, language: str | None = None) -> Search:
    """Read words, ``"phrases in quotes"`` and ``lang:nl``. Nothing is ever wrong: signs are passed over.

    Args:
        text: what somebody typed.
        language: of the items wanted, where the text names none.
    """
    words: list[str] = []
    phrases: list[str] = []
    for found in _PART.finditer(text.translate(_QUOTES)[:MOST_CHARACTERS]):
        quoted, word = found[1], found[2]
        if word and (asked := _LANGUAGE.fullmatch(word)) and asked[1].lower() in LANGUAGES:
            language = asked[1].lower()
            continue
        parts = tokens(fold(quoted if word is None else word).text).words
        if len(parts) > 1:
            # A compound such as "e-mail" stands in the text as two words in a row.
            phrases.append(" ".join(parts))
        else:
            words += parts
        if len(words) + sum(len(phrase.split()) for phrase in phrases) >= MOST_WORDS:
            break
    known = language if language in LANGUAGES else None
    return Search(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(phrases)), known)


def worth(relevance: float, published: datetime, now: datetime) -> float:
    """How high a hit stands: its relevance, up to doubled while it is fresh."""
    age = max(now - published, timedelta(0)) / HALF_LIFE
    fresh: float = 0.5**age
    return relevance * (1 + fresh)


def best(hits: Iterable[tuple[Key, float, datetime]], now: datetime, limit: int) -> list[Key]:
    """The keys of the best hits.

    Args:
        hits: key, relevance (higher is better, not negative) and when it was published; a key may come twice.
        now: the time.
        limit: how many at most.
    """
    scored: dict[Key, float] = {}
    for key, relevance, published in hits:
        scored[key] = max(scored.get(key, 0.0), worth(relevance, published, now))
    return sorted(scored, key=lambda key: -scored[key])[:limit]
