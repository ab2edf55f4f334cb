"""How many independent sources tell a story. One agency's copy is one source, however many outlets print it.

A report is agency copy when its byline or its credit says so, or when its text is another outlet's. Citing
an agency ("Reuters meldt", "tells Reuters") makes no copy of a report.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zlib import crc32

from bot.domain.text import fold, words_only

BREAKING_WITHIN = timedelta(minutes=120)
"""So quickly independent sources must follow each other to make breaking news."""

AGENCIES = {
    "anp": ("anp", "algemeen nederlands persbureau"),
    "reuters": ("reuters", "thomson reuters"),
    "ap": ("ap", "ap news", "associated press", "the associated press"),
    "afp": ("afp", "agence france presse"),
    "belga": ("belga", "belga news agency"),
    "dpa": ("dpa", "deutsche presse agentur"),
}
"""The agencies whose copy outlets print, with their names in bylines."""

_NAMES = {name: agency for agency, names in AGENCIES.items() for name in names}
_ANY = "|".join(sorted((name.replace(" ", r"[\s-]+") for name in _NAMES), key=len, reverse=True))
_DATELINE = re.compile(rf"^[^.(]{{0,60}}\(\s*({_ANY})\s*\)", re.I)
_LEADING = re.compile(rf"^(?:by\s+)?({_ANY})\s*(?:[-–—:|]|\s/)\s", re.I)
_TRAILING = re.compile(
    rf"(?:\(\s*({_ANY})\s*\)|(?:©|\(c\)|copyright|bron|source|door|by)\s*:?\s*(?:\d{{4}}\s+)?({_ANY}))\s*\.?\s*$",
    re.I,
)
_REUTERS_DESK = re.compile(
    r"\((?:additional )?reporting by [^()]{3,300}(?:editing|writing) by [^()]{3,200}\)\s*$", re.I
)
_BETWEEN = re.compile(r"\s*(?:[/,;&|+]|\ben\b|\band\b|\bvia\b|\bmet\b|\bwith\b)\s*", re.I)
_BY = re.compile(r"^(?:by|door|van|from|bron|source)\b\s*:?\s*")
_OPENING, _CLOSING = 160, 400
_SHINGLE, _WORDS_READ = 4, 80
_LEAST, _SAME = 8, 0.6


@dataclass(frozen=True, slots=True)
class Voice:
    """A report as a source: who publishes it when, and whose text it is.

    Args:
        owner: the outlet's owner family.
        published: when.
        agency: the agency whose copy it is, "" for none that is named.
        prints: marks of its text; reports with mostly the same ones have one text.
    """

    owner: str
    published: datetime
    agency: str = ""
    prints: frozenset[int] = field(default_factory=frozenset)


def agency_of(text: str, authors: Iterable[str] = ()) -> str:
    """The agency whose copy a report is, by its byline or the credit in its text; "" for none.

    Args:
        text: the report's text.
        authors: its bylines.
    """
    for author in authors:
        parts = _parts(author)
        if parts and all(part in _NAMES for part in parts):
            return _NAMES[parts[0]]
    opening, closing = text[:_OPENING].lstrip(), text[-_CLOSING:].rstrip()
    for credit in (_DATELINE.match(opening), _LEADING.match(opening), _TRAILING.search(closing)):
        if credit:
            name = next(filter(None, credit.groups()))
            return _NAMES[" ".join(words_only(fold(name).text).split())]
    return "reuters" if _REUTERS_DESK.search(closing) else ""


def prints_of(text: str) -> frozenset[int]:
    """Marks of a text: hashes of the runs of four words in its first eighty."""
    return _prints(text[:2000])


@lru_cache(maxsize=512)
def _prints(text: str) -> frozenset[int]:
    # The reports of a story are compared anew with each that joins.
    words = words_only(fold(text).text).split()[:_WORDS_READ]
    return frozenset(
        crc32(" ".join(words[at : at + _SHINGLE]).encode()) for at in range(len(words) - _SHINGLE + 1)
    )


def same_text(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether two texts are one, shortened or extended here and there."""
    least = min(len(one), len(other))
    return least >= _LEAST and len(one & other) >= _SAME * least


def independent(voices: Iterable[Voice]) -> int:
    """How many independent sources tell a story.

    Outlets of one owner are one source, and so are all that print one agency's copy, or each other's. An
    agency adds no source to the owners that print it.
    """
    told = list(voices)
    return _count(list(zip(told, _sources(told), strict=True)))


def most_within(voices: Iterable[Voice], span: timedelta = BREAKING_WITHIN) -> int:
    """The most independent sources that told a story within `span` of each other."""
    told = sorted(voices, key=lambda voice: voice.published)
    sourced = list(zip(told, _sources(told), strict=True))
    return max(
        (
            _count([each for each in sourced[at:] if each[0].published - first.published <= span])
            for at, first in enumerate(told)
        ),
        default=0,
    )


def breaking(voices: Iterable[Voice], sources: int, minutes: float) -> bool:
    """Whether so many independent sources told a story within so many minutes."""
    return most_within(voices, timedelta(minutes=minutes)) >= sources


def _count(sourced: Sequence[tuple[Voice, str]]) -> int:
    return min(len({voice.owner for voice, _ in sourced}), len({source for _, source in sourced}))


def _sources(voices: Sequence[Voice]) -> list[str]:
    """Whom each report comes from: an agency, the owner that had the same text first, or its own owner."""
    firsts: list[int] = []
    for at, voice in enumerate(voices):
        same = (firsts[n] for n in range(at) if same_text(voices[n].prints, voice.prints))
        firsts.append(next(same, at))
    # One of several prints of the same copy is enough to say whose it is.
    named = {first: voice.agency for first, voice in zip(firsts, voices, strict=True) if voice.agency}
    return [
        voice.agency or named.get(first) or voices[first].owner
        for first, voice in zip(firsts, voices, strict=True)
    ]


def _parts(author: str) -> list[str]:
    """The names in a byline, folded: *Door: onze redactie en ANP* is two."""
    plain = _BY.sub("", fold(author).text.strip())
    return [" ".join(words_only(part).split()) for part in _BETWEEN.split(plain) if part.strip()]
