"""One or two whole sentences that say what happened. They are always sentences of the article itself.

Chosen are those that carry the news and what the reader follows; they stand in the order of the text. The
headline is not repeated, nothing is cut, and what belongs to the page instead of the article is left out.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.boilerplate import after_dateline, is_bait, is_boilerplate
from bot.domain.models import MatchResult
from bot.domain.sentences import Sentence, sentences
from bot.domain.text import fold
from bot.domain.wording import FUNCTION_WORDS

LIMIT = 280
MOST_TEXT = 50_000
"""Characters that are read: what happened stands in the front."""
MOST_CANDIDATES = 40

_WORD = re.compile(r"[^\W_]+")
_WHOLE = re.compile(r"""[.!?]["'”’»“)\]]*\Z""")
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\"'”’»)\]]*\Z")
_ASKS = re.compile(r"\?[\"'”’»)\]]*\Z")
_QUOTED = re.compile(r"""["“„'‘«]|,,""")
_SAID = re.compile(r"[\"”’'»,]\s*[,.]?\s*(?:\w+ ){0,3}\w+", re.I)
_FIRST_PERSON = re.compile(r"(?:I|I'm|I’m|We|My|Our|Ik|Wij|Mijn|Onze)\b")
_HEADING = re.compile(
    r"[A-ZÀ-Þ][\w'’-]*(?: [\w'’-]+){0,4} (?:De|Het|Een|In|Op|Volgens|Ook|Na|Bij|The|It|He|She|They|According)"
    r" [a-zà-ÿ]"
)
"""A heading without a stop that ran into the sentence after it."""
_DANGLING = re.compile(
    r"""["'“‘„,]{0,2}(?:
    (?:Hij|Zij|Ze|Hun|Haar|Hem|Dat|Dit|Deze|Die|Daar\w*|Hier\w*|Ook|Maar|En|Of|Toch|Want|Dus|Echter|Zo|Bovendien
    |Verder|Vervolgens|Toen|Wel|Eerder|Zelf|Beiden?|Volgens\s(?:hem|haar|hen)|Er\s(?!(?:zijn|is|was|waren|komen|komt)\b))\b
    |(?:He|She|They|It|His|Her|Their|Its|That|This|These|Those|There|But|And|Or|So|Yet|However|Also|Moreover|Then
    |Meanwhile|Still|Both|Instead|Such|Here|Another|Nor|Neither|Later|In\saddition|For\sexample)\b
    |The\s(?:former|latter|two|pair)\b
    |(?:[^\s,]+\s){1,3}(?:die|dit|deze|diens|this|these|those|such)\s(?!(?:week|maand|jaar|year|month)\b))""",
    re.X,
)
"""Beginnings that lean on the sentence before: *Hij zei*, *That*, *De deadline voor die steun*."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary and the sentences it is made of, each a slice of the text with its offsets.

    `text` is the sentences joined by a space, on one line; "" when nothing fits. `worth` compares summaries
    of several texts of one article.
    """

    text: str
    sentences: tuple[Sentence, ...] = ()
    worth: float = 0.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may stand in a summary. `number` counts the sentences of the text."""

    sentence: Sentence
    number: int
    words: frozenset[str]
    followed: frozenset[str]
    worth: float
    dangles: bool

    @property
    def length(self) -> int:
        return len(_on_one_line(self.sentence.text))


def summarise(title: str, text: str, limit: int = LIMIT, followed: Collection[str] = ()) -> str:
    """The text of `summary_of`."""
    return summary_of(title, text, limit, followed).text


def summary_of(title: str, text: str, limit: int = LIMIT, followed: Collection[str] = ()) -> Summary:
    """The one or two sentences that best say what happened.

    Args:
        title: the headline, which stands above the summary.
        text: plain text of the article, or its teaser.
        limit: characters that the summary may have.
        followed: names of what the reader follows, as they are written in the text.
    """
    found = _candidates(title, text[:MOST_TEXT], limit, followed)
    chosen = _best(found, limit)
    return Summary(
        text=" ".join(_on_one_line(one.sentence.text) for one in chosen),
        sentences=tuple(one.sentence for one in chosen),
        worth=_value(chosen) if chosen else 0.0,
    )


def is_about(title: str, text: str) -> bool:
    """Whether a text has words of a headline, as the article below it would."""
    heading, said = _content(title), _content(text[:MOST_TEXT])
    shared = sum(any(_same(word, other) for other in said) for word in heading)
    return 3 * shared >= len(heading)


def followed_names(result: MatchResult, entities: Collection[str] | None = None) -> frozenset[str]:
    """The names under which a document speaks of these entities; None takes all that were found in it."""
    return frozenset(
        match.surface for match in result.matches if entities is None or match.entity in entities
    )


def _candidates(title: str, text: str, limit: int, followed: Collection[str]) -> list[_Candidate]:
    heading = _content(title)
    names = {name: re.compile(rf"(?<!\w){re.escape(fold(name).text)}") for name in followed if name.strip()}
    whole = [_without_dateline(sentence) for sentence in sentences(text)]
    found: list[_Candidate] = []
    for number, sentence in enumerate(whole):
        if len(found) == MOST_CANDIDATES:
            break
        if not _is_usable(sentence, title, limit, alone=len(whole) == 1):
            continue
        plain = fold(sentence.text).text
        here = frozenset(name for name, pattern in names.items() if pattern.search(plain))
        words = frozenset(_content(sentence.text))
        worth = _worth(sentence.text, len(found), words, heading, bool(here))
        found.append(_Candidate(sentence, number, words, here, worth, bool(_DANGLING.match(sentence.text))))
    return found


def _without_dateline(sentence: Sentence) -> Sentence:
    skipped = after_dateline(sentence.text)
    if not skipped:
        return sentence
    return Sentence(sentence.text[skipped:], sentence.start + skipped, sentence.end)


def _is_usable(sentence: Sentence, title: str, limit: int, *, alone: bool) -> bool:
    text = sentence.text
    if len(_on_one_line(text)) > limit or _CUT_OFF.search(text):
        return False
    if not (_WHOLE.search(text) or (alone and _reads_as_whole(text))):
        return False
    words = _WORD.findall(text)
    letters = sum(map(str.isalpha, text))
    if len(words) < 3 or 2 * letters < len(text) or text.count("http") > 1:
        return False
    return not (is_boilerplate(text) or repeats(text, title))


def _reads_as_whole(text: str) -> bool:
    """Whether a teaser without a full stop is a sentence nevertheless, as some publishers write them."""
    words = _WORD.findall(text)
    return len(words) >= 8 and text[-1:].isalnum() and words[-1].lower() not in FUNCTION_WORDS


def _worth(text: str, order: int, words: frozenset[str], heading: Sequence[str], followed: bool) -> float:
    """How much a sentence says, about 0..2.5; `order` counts the usable sentences before it."""
    shared = sum(any(_same(word, other) for other in words) for word in heading)
    worth = 1.0 / (1.0 + 0.25 * order) + 0.5 * shared / max(len(heading), 1) + 0.5 * followed
    worth += 0.1 * any(char.isdigit() for char in text)
    worth -= 0.6 * bool(_ASKS.search(text)) + 0.6 * is_bait(text) + 0.4 * bool(_HEADING.match(text))
    worth -= 0.35 * bool(_FIRST_PERSON.match(text)) + 0.3 * (len(words) < 4)
    worth -= 0.3 * text[0].islower() + 0.3 * bool(_QUOTED.match(text))
    return worth


def _best(found: Sequence[_Candidate], limit: int) -> tuple[_Candidate, ...]:
    """The best one or two candidates that fit, in the order of the text."""
    choices: list[tuple[_Candidate, ...]] = [(one,) for one in found]
    choices += [
        (one, other)
        for number, one in enumerate(found)
        for other in found[number + 1 :]
        if one.length + 1 + other.length <= limit and not _alike(one, other)
    ]
    return max(choices, key=_value, default=())


def _value(chosen: Sequence[_Candidate]) -> float:
    first = chosen[0]
    value = first.worth - 0.7 * first.dangles * (first.number > 0 or len(chosen) == 1)
    for before, one in pairwise(chosen):
        follows = one.number == before.number + 1
        value += 0.7 * one.worth + 0.15 * follows - 0.5 * (one.dangles and not follows) - 0.3
    return value + 0.25 * min(len(frozenset().union(*(one.followed for one in chosen))), 2)


def _alike(one: _Candidate, other: _Candidate) -> bool:
    return 5 * len(one.words & other.words) >= 4 * min(len(one.words), len(other.words))


def repeats(sentence: str, title: str) -> bool:
    """Whether a sentence says hardly more than the headline."""
    said, known = _content(sentence), _content(title)
    new = [word for word in said if not any(_same(word, other) for other in known)]
    return 5 * len(new) <= len(said) or (len(new) <= 1 and len(said) <= len(known) + 1)


def _content(text: str) -> list[str]:
    words = dict.fromkeys(_WORD.findall(fold(text).text))
    return [word for word in words if word not in FUNCTION_WORDS] or list(words)


def _same(word: str, other: str) -> bool:
    """Whether two words are one, but for their endings."""
    if word == other:
        return True
    stem = min(len(word), len(other)) - 2
    return stem >= 3 and abs(len(word) - len(other)) <= 3 and word[:stem] == other[:stem]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
