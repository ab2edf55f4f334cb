"""What a report tells grouping, in a form that is the same for Dutch and English. Must not decide anything.

A headline is read as a set of keys (`domain/vocabulary.py`), the lead beside it. What kind of article it
is (news, comment, round-up) is read from how the headline is made.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from sys import intern

from bot.domain.text import fold
from bot.domain.vocabulary import Vocabulary

LEAD = 300
"""Characters of the text that are read."""
COMMON = 0.3
"""Keys in more than this share of reports say nothing."""

_CREDIT = re.compile(r"\s+[-–—|]\s+(?:(?:[^\W\d_a-z][\w.&']*|\w+\.\w{2,})\s?){1,4}$")
_ROUND_UP = re.compile(
    r"^(wekdienst|met het oog op morgen|liveblog|live:|net binnen|het nieuws van|dit was|"
    r"de uitzending van|nieuwsoverzicht|kort nieuws|news in brief|the latest|morning briefing|"
    r"evening briefing|what we know|this week|today in|in pictures|in beeld|podcast)|"
    r"\b(live updates?|live:|liveblog|news briefs?|briefing|week in review|highlights|as it happened|"
    r"key events|nieuwsbrief|dagoverzicht|weekoverzicht)(?!\w)|\w \| \w"
)
_COMMENT = re.compile(
    r"^(analyse|analysis|opinie|opinion|column|commentaar|comment|brief \d|ingezonden|recensie|review|"
    r"uitslag stelling|stelling|interview|profiel|profile|essay|explainer|uitleg|factbox|fact check|"
    r"de speld|editorial|podcast|watch|video|kijk)\b\s*[:|]?|"
    r"^(waarom|hoe|wat|wie|why|how|what|who|could|can|should|will|is|are|does) .*|"
    r"\?|\| (opinion|explained|editorial|analysis|opinie|column)\b|: (analysis|analyse|opinie)\b"
)
_QUOTED = re.compile(r"^[\"'].{12,}[\"']$")


class Genre(StrEnum):
    """What kind of article a report is."""

    NEWS = "news"
    COMMENT = "comment"
    ROUND_UP = "round-up"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report says. Many are kept, so keys are in tuples, without repeats.

    `title` holds the keys of the headline and `lead` those that only the lead has; `places` are those of
    the headline that name places.
    """

    title: tuple[str, ...]
    lead: tuple[str, ...]
    places: tuple[str, ...]
    genre: Genre

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys."""
        return self.title + self.lead


def evidence_of(title: str, text: str, language: str, vocabulary: Vocabulary) -> Evidence:
    """Read a report.

    Args:
        title: its headline, as it was given.
        text: its teaser or text; only the first 300 characters are read.
        language: ISO 639-1.
        vocabulary: turns words into keys.
    """
    head = _telling(vocabulary, headline_of(title), language)
    lead = _telling(vocabulary, text[:LEAD], language)
    return Evidence(
        title=tuple(head),
        lead=tuple(key for key in lead if key not in head),
        places=tuple(key for key in head if key in vocabulary.places),
        genre=genre_of(title),
    )


def headline_of(title: str) -> str:
    """A headline without the outlet's name that aggregators put behind it."""
    return _CREDIT.sub("", title) or title


def genre_of(title: str) -> Genre:
    """What kind of article has such a headline."""
    # An outlet's name behind a bar makes no round-up, but "| Opinion" makes a comment.
    folded, headline = fold(title).text.strip(), fold(headline_of(title)).text.strip()
    if _ROUND_UP.search(headline):
        return Genre.ROUND_UP
    if _COMMENT.search(folded) or _QUOTED.search(headline):
        return Genre.COMMENT
    return Genre.NEWS


def _telling(vocabulary: Vocabulary, text: str, language: str) -> dict[str, None]:
    """The keys of a text that say something, each once, in order."""
    return {intern(key): None for key in vocabulary.keys(text, language) if vocabulary.rate(key) < COMMON}
