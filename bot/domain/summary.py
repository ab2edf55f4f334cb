"""One or two whole sentences that say what happened. They are always sentences of the article itself.

Chosen are those that carry the news and what the reader follows; they stand in the order of the text. The
headline is not repeated, nothing is cut, and what belongs to the page instead of the article is left out.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from math import inf
from typing import NamedTuple

from bot.domain.boilerplate import after_dateline, is_credit
from bot.domain.models import MatchResult
from bot.domain.readable import flaws, is_prose, is_whole, leans
from bot.domain.sentences import Sentence, sentences
from bot.domain.text import fold
from bot.domain.wording import FUNCTION_WORDS

LIMIT = 280
MOST_TEXT = 50_000
"""Characters that are read: what happened stands in the front."""
MOST_CANDIDATES = 40
OPENING = 4_000
SHORT = 25
"""Characters below which a sentence hardly says anything: *Dat is zo.*"""

LEAST_WORTH = 0.25
"""What is worth less is not told: a question, a tease, half a thought."""
_STEM = 3
"""Letters that two words must have in common to be one."""
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")


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
    """A sentence that may stand in a summary. `number` counts the sentences of the text.

    `leaning` says that it cannot stand without the sentence before it, which is not the headline.
    """

    sentence: Sentence
    number: int
    words: frozenset[str]
    followed: frozenset[str]
    worth: float
    leaning: bool
    length: int


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
        worth=_value(*chosen) if chosen else 0.0,
    )


def is_about(title: str, text: str) -> bool:
    """Whether a text has words of a headline, as the article below it would."""
    heading = _content(title)
    return 3 * len(heading.met_in(_content(text[:OPENING])).own) >= len(heading.words)


def followed_names(result: MatchResult, entities: Collection[str] | None = None) -> frozenset[str]:
    """The names under which a document speaks of these entities; None takes all that were found in it."""
    return frozenset(
        match.surface for match in result.matches if entities is None or match.entity in entities
    )


def _candidates(title: str, text: str, limit: int, followed: Collection[str]) -> list[_Candidate]:
    heading = _content(title)
    names = {name: re.compile(rf"(?<!\w){re.escape(fold(name).text)}") for name in followed if name.strip()}
    whole = [_proper(sentence, title) for sentence in sentences(text)]
    found: list[_Candidate] = []
    leant_on = True  # the headline stands before the first sentence
    for number, sentence in enumerate(whole):
        if len(found) == MOST_CANDIDATES:
            break
        words = _content(sentence.text)
        met = heading.met_in(words)
        told, length = _repeats(words, heading, met), len(_on_one_line(sentence.text))
        fits = length <= limit and _is_usable(sentence, whole)
        if fits and not told and not _is_caption(text, number, whole):
            here = frozenset(name for name, pattern in names.items() if pattern.search(words.plain))
            shared = len(met.own) / max(len(heading.words), 1)
            worth = _worth(sentence.text, len(found), words, shared, bool(here))
            leaning = leans(sentence.text) and not leant_on
            found.append(_Candidate(sentence, number, words.known, here, worth, leaning, length))
        leant_on = told
    return found


def _proper(sentence: Sentence, title: str) -> Sentence:
    """The sentence behind its dateline, or behind a headline that ran into it."""
    skipped = after_dateline(sentence.text)
    if not skipped and title and sentence.text.startswith(f"{title} "):
        skipped = len(title) + 1
        skipped += after_dateline(sentence.text[skipped:])
    return Sentence(sentence.text[skipped:], sentence.start + skipped, sentence.end)


def _is_usable(sentence: Sentence, whole: Collection[Sentence]) -> bool:
    return is_whole(sentence.text, alone=len(whole) == 1) and is_prose(sentence.text)


def _is_caption(text: str, number: int, whole: Sequence[Sentence]) -> bool:
    """Whether a credit follows on the same line, so that a sentence belongs to a picture."""
    if number + 1 == len(whole) or "\n" in text[whole[number].end : whole[number + 1].start]:
        return False
    return is_credit(whole[number + 1].text)


def _worth(text: str, order: int, words: "_Words", shared: float, followed: bool) -> float:
    """How much a sentence says, about 0..2.

    `order` counts the usable sentences before it, `shared` is the part of the headline's words that it has.
    """
    worth = 1.0 / (1.0 + 0.25 * order) + 0.5 * shared + 0.5 * followed
    worth += 0.1 * (_DIGIT.search(text) is not None) - 0.15 * max(5 - len(words.words), 0)
    worth -= 0.3 * (len(text) < SHORT)
    return worth - flaws(text)


def _best(found: Sequence[_Candidate], limit: int) -> Sequence[_Candidate]:
    """The best one or two candidates that fit, in the order of the text."""
    best: Sequence[_Candidate] = ()
    highest = -inf
    for chosen in chain(combinations(found, 1), combinations(found, 2)):
        length = sum(one.length for one in chosen) + len(chosen) - 1
        if length <= limit and (value := _value(*chosen)) > highest and not _alike(*chosen):
            best, highest = chosen, value
    return best if highest >= LEAST_WORTH else ()


def _value(one: _Candidate, other: _Candidate | None = None) -> float:
    """What a sentence is worth as a summary, or two, in the order of the text."""
    value, followed = one.worth - 0.7 * one.leaning, one.followed
    if other is not None:
        follows = other.number == one.number + 1
        value += 0.7 * other.worth - (0.15 if follows else 0.35) - 0.5 * (other.leaning and not follows)
        followed = followed | other.followed
    return value + 0.25 * min(len(followed), 2)


def _alike(one: _Candidate, other: _Candidate | None = None) -> bool:
    """Whether two sentences say the same; one alone does not."""
    if other is None:
        return False
    return 5 * len(one.words & other.words) >= 4 * min(len(one.words), len(other.words))


def repeats(sentence: str, title: str) -> bool:
    """Whether a sentence says hardly more than the headline."""
    said, heading = _content(sentence), _content(title)
    return _repeats(said, heading, heading.met_in(said))


def _repeats(said: "_Words", heading: "_Words", met: "_Met") -> bool:
    return 5 * met.new <= len(said.words) or (met.new <= 1 and len(said.words) <= len(heading.words) + 1)


class _Met(NamedTuple):
    """The words of one text that another has, and how many further ones that has."""

    own: set[str]
    new: int


class _Words:
    """The different words of a text that say something, in their order, and the text as it is compared."""

    __slots__ = ("_starts", "known", "plain", "words")

    def __init__(self, plain: str) -> None:
        words = dict.fromkeys(_WORD.findall(plain))
        self.plain = plain
        self.words = [word for word in words if word not in FUNCTION_WORDS] or list(words)
        self.known = frozenset(self.words)
        self._starts: dict[str, list[str]] = {}

    def met_in(self, other: "_Words") -> "_Met":
        """Which of them another text has too."""
        starts, own, new = self._by_start(), set[str](), 0
        for word in other.words:
            same = [mine for mine in starts.get(word[:_STEM], ()) if _same(word, mine)]
            own.update(same)
            new += not same
        return _Met(own, new)

    def _by_start(self) -> Mapping[str, Collection[str]]:
        """Most texts are never asked, so this is made when it is."""
        if not self._starts:
            for word in self.words:
                self._starts.setdefault(word[:_STEM], []).append(word)
        return self._starts


@lru_cache(64)
def _content(text: str) -> _Words:
    """The words of a sentence; a headline is compared with each of an article's."""
    return _Words(fold(text).text)


def _same(word: str, other: str) -> bool:
    """Whether two words are one, but for their endings."""
    if word == other:
        return True
    stem = min(len(word), len(other)) - 2
    return stem >= _STEM and abs(len(word) - len(other)) <= 3 and word[:stem] == other[:stem]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
