"""Which reports tell of one event. Decisions only: the window is memory, the store is the truth.

A report is compared with the reports of the last days that share rare words with it. A story is judged
by several of its reports together, the first among them, so that a chain of small steps does not carry a
story away from its event.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, log1p, sqrt

from bot.domain.evidence import Evidence, evidence_of, headline_of
from bot.domain.models import StoryDecision
from bot.domain.storyindex import ReportIndex
from bot.domain.vocabulary import Vocabulary

WINDOW = timedelta(hours=72)
NEAREST = 40
COMPARED = 8

Closeness = Callable[[str, str], float]
"""How near two headlines are in meaning, -1..1, whatever their languages."""


@dataclass(frozen=True, slots=True)
class Report:
    """What grouping reads of an item. `salience` is 0..1 per entity id."""

    item_id: int
    title: str
    text: str
    language: str
    published: datetime
    outlet: str = ""
    owner: str = ""
    url: str = ""
    salience: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence says that two reports tell of one event."""

    bias: float
    title: float
    crossed: float
    lead: float
    close: float
    hours: float
    genre: float


LEXICAL = Weights(-2.6, 9.0, 4.0, 1.0, 0.0, -0.75, -1.0)
SEMANTIC = Weights(-6.0, 6.0, 3.0, 0.5, 7.0, -0.75, -1.0)


@dataclass(frozen=True, slots=True)
class _Known:
    """A report in the window."""

    story: int
    report: Report
    evidence: Evidence


class StoryWindow:
    """The reports of the last days, and the decision where a further one belongs.

    Args:
        span: how long a story stays open for further reports.
        vocabulary: reads words; without one, words are compared as they are.
        closeness: an optional judge of meaning across languages.
    """

    def __init__(
        self,
        span: timedelta = WINDOW,
        vocabulary: Vocabulary | None = None,
        closeness: Closeness | None = None,
        weights: Weights | None = None,
    ) -> None:
        self._span = span
        self._vocabulary = vocabulary or Vocabulary()
        self._closeness = closeness
        self._weights = weights or (SEMANTIC if closeness else LEXICAL)
        self._index = ReportIndex()
        self._known: dict[int, _Known] = {}
        self._stories: dict[int, list[int]] = {}
        self._next = 0

    def decide(self, report: Report) -> StoryDecision:
        """Where a report belongs; nothing is changed."""
        evidence = self._evidence(report)
        weights = self._key_weights(evidence)
        nearest = self._index.nearest(weights, NEAREST)
        best_score, best = 0.0, None
        for story, numbers in self._by_story(nearest, report).items():
            score = self._score(report, evidence, weights, story, numbers)
            if score > best_score:
                best_score, best = score, numbers[0]
        if best is None:
            return StoryDecision(None, "no earlier report of this event")
        known = self._known[best]
        return StoryDecision(known.story, self._why(report, evidence, weights, known, best_score))

    def add(self, story_id: int, report: Report) -> None:
        """Remember that a report belongs to a story."""
        evidence = self._evidence(report)
        self._index.add(self._next, evidence.keys)
        self._known[self._next] = _Known(story_id, report, evidence)
        self._stories.setdefault(story_id, []).append(self._next)
        self._next += 1

    def forget(self, story_ids: Iterable[int]) -> None:
        """Take stories back that were added but not stored."""
        self._remove([number for story in story_ids for number in self._stories.get(story, ())])

    def prune(self, now: datetime) -> None:
        """Drop what is too old to be joined."""
        self._remove([n for n, known in self._known.items() if now - known.report.published > self._span])

    def _remove(self, numbers: Iterable[int]) -> None:
        gone = {number: self._known.pop(number) for number in numbers}
        self._index.remove({number: known.evidence.keys for number, known in gone.items()})
        for number, known in gone.items():
            members = self._stories[known.story]
            members.remove(number)
            if not members:
                del self._stories[known.story]

    def _evidence(self, report: Report) -> Evidence:
        return evidence_of(report.title, report.text, report.language, self._vocabulary)

    def _key_weights(self, evidence: Evidence) -> dict[str, float]:
        return {key: self._weight(key) for key in evidence.keys}

    def _weight(self, key: str) -> float:
        return max(self._index.weight(key, self._vocabulary.rate(key)) - 1.0, 0.0)

    def _by_story(self, numbers: Iterable[int], report: Report) -> dict[int, list[int]]:
        """The nearest reports by story, those within the span only; each list is best first."""
        found: dict[int, list[int]] = {}
        for number in numbers:
            known = self._known[number]
            if abs(report.published - known.report.published) <= self._span:
                found.setdefault(known.story, []).append(number)
        return found

    def _score(
        self, report: Report, evidence: Evidence, weights: Mapping[str, float], story: int, near: list[int]
    ) -> float:
        """How surely a report tells of a story's event; above 0 it does."""
        members = self._stories[story]
        compared = list(dict.fromkeys([members[0], *near[: COMPARED - 2], members[-1]]))
        scores = [self._pair(report, evidence, weights, self._known[number]) for number in compared]
        scores.sort(reverse=True)
        half = scores[: max(2, (len(scores) + 1) // 2)]
        return sum(half) / len(half)

    def _pair(self, report: Report, evidence: Evidence, weights: Mapping[str, float], known: _Known) -> float:
        use, other = self._weights, known.evidence
        theirs = {key: weights.get(key) or self._weight(key) for key in other.title}
        title_total = sum(weights[key] for key in evidence.title) or 1.0
        other_total = sum(theirs.values()) or 1.0
        shared = sum(weights[key] for key in evidence.title & other.title)
        crossed = min(
            sum(weights[key] for key in evidence.title & other.keys) / title_total,
            sum(weight for key, weight in theirs.items() if key in evidence.keys) / other_total,
        )
        hours = abs((report.published - known.report.published).total_seconds()) / 3600
        score = use.bias + use.title * shared / sqrt(title_total * other_total) + use.crossed * crossed
        score += use.hours * log1p(hours) + use.genre * (evidence.genre is not other.genre)
        if self._closeness:
            score += use.close * self._closeness(headline_of(report.title), headline_of(known.report.title))
        return score

    def _why(
        self,
        report: Report,
        evidence: Evidence,
        weights: Mapping[str, float],
        known: _Known,
        score: float,
    ) -> str:
        shared = sorted(evidence.keys & known.evidence.keys, key=lambda key: -weights[key])[:4]
        return f"shares {', '.join(shared)} with {known.report.outlet or 'a report'} ({_percent(score)})"


def _percent(score: float) -> str:
    return f"{100 / (1 + exp(-score)):.0f} %"
