"""Which reports tell of one event. Decisions only: the window is memory, the store is the truth.

    report ─► evidence ─► nearest reports (index) ─► pairs (likeness) ─► story, or none

A story is judged by its reports together, the first ones always among them, so that a chain of small
steps does not carry it away from its event.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp

from bot.domain.evidence import evidence_of, headline_of
from bot.domain.likeness import LEXICAL, SEMANTIC, Account, Weights, likeness
from bot.domain.models import StoryDecision
from bot.domain.storyindex import ReportIndex
from bot.domain.vocabulary import Vocabulary

WINDOW = timedelta(hours=72)
NEAREST = 32
"""Reports that are looked at closely."""
CORE, COMPARED = 4, 16
"""A story is judged by its first and last `CORE` reports and its nearest, `COMPARED` at most."""
MARGIN = 3.0
"""How much surer one report alone must make us than all together."""
RELATED = -2.5
"""From here on a new story has to do with an earlier one: a reaction, a portrait, the next day."""

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
class _Known:
    """A report in the window."""

    story: int
    headline: str
    account: Account


@dataclass(frozen=True, slots=True)
class _Placing:
    """A report that is being placed. `weigh` says how much it tells that two reports share a key."""

    headline: str
    account: Account
    weigh: Callable[[str], float]


class StoryWindow:
    """The reports of the last days, and the decision where a further one belongs.

    Args:
        span: how long a story stays open for further reports.
        vocabulary: reads words; without one, words are compared as they are.
        closeness: an optional judge of meaning across languages.
        weights: how evidence is weighed; None for the weights that suit `closeness`.
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

    def __len__(self) -> int:
        return len(self._known)

    def decide(self, report: Report) -> StoryDecision:
        """Where a report belongs; nothing is changed.

        A new story that has to do with an earlier one says so in `follows`.
        """
        placing = self._placing(report)
        score, best = max(self._scores(placing), default=(RELATED, -1))
        if score <= RELATED:
            return StoryDecision(None, "no earlier report of this event")
        known = self._known[best]
        if score <= 0:
            return StoryDecision(None, f"another event than {_quoted(known)}", follows=known.story)
        return StoryDecision(known.story, self._why(placing, known, score))

    def add(self, story_id: int, report: Report) -> None:
        """Remember that a report belongs to a story."""
        account = self._account(report)
        self._index.add(self._next, account.evidence.keys)
        self._known[self._next] = _Known(story_id, headline_of(report.title), account)
        self._stories.setdefault(story_id, []).append(self._next)
        self._next += 1

    def forget(self, story_ids: Iterable[int]) -> None:
        """Take stories back that were added but not stored."""
        self._remove([number for story in story_ids for number in self._stories.get(story, ())])

    def prune(self, now: datetime) -> None:
        """Drop what is too old to be joined."""
        horizon = now - self._span
        self._remove([n for n, known in self._known.items() if known.account.published < horizon])

    def _placing(self, report: Report) -> _Placing:
        weights: dict[str, float] = {}

        def weigh(key: str) -> float:
            weight = weights.get(key)
            if weight is None:
                weight = weights[key] = self._index.weight(key, self._vocabulary.rate(key))
            return weight

        return _Placing(headline_of(report.title), self._account(report), weigh)

    def _account(self, report: Report) -> Account:
        evidence = evidence_of(report.title, report.text, report.language, self._vocabulary)
        return Account(evidence, report.language, report.outlet, report.url, report.published)

    def _scores(self, placing: _Placing) -> Iterable[tuple[float, int]]:
        """How surely the report belongs to a story, and the story's report that is nearest to it."""
        weights = {key: placing.weigh(key) for key in placing.account.evidence.keys}
        near: dict[int, dict[int, float]] = {}
        for number in self._index.nearest(weights, NEAREST):
            known = self._known[number]
            if abs(placing.account.published - known.account.published) <= self._span:
                near.setdefault(known.story, {})[number] = self._pair(placing, known)
        for story, scores in near.items():
            best = max(scores, key=scores.__getitem__)
            yield self._score(placing, story, scores) if scores[best] > 0 else scores[best], best

    def _score(self, placing: _Placing, story: int, scores: dict[int, float]) -> float:
        """How surely a report tells of a story's event: together, or by one that is all but the same."""
        members = self._stories[story]
        wanted = list(dict.fromkeys([*members[:CORE], *members[-CORE:], *scores]))[:COMPARED]
        found = [
            scores[number] if number in scores else self._pair(placing, self._known[number])
            for number in wanted
        ]
        return max(sum(found) / len(found), max(scores.values()) - MARGIN)

    def _pair(self, placing: _Placing, known: _Known) -> float:
        meaning = self._closeness(placing.headline, known.headline) if self._closeness else 0.0
        return likeness(placing.account, known.account, placing.weigh, self._weights, meaning)

    def _remove(self, numbers: Iterable[int]) -> None:
        gone = {number: self._known.pop(number) for number in numbers}
        self._index.remove({number: known.account.evidence.keys for number, known in gone.items()})
        for number, known in gone.items():
            members = self._stories[known.story]
            members.remove(number)
            if not members:
                del self._stories[known.story]

    def _why(self, placing: _Placing, known: _Known, score: float) -> str:
        shared = placing.account.evidence.keys & known.account.evidence.keys
        telling = sorted(shared, key=lambda key: (-placing.weigh(key), key))[:4]
        chance = 100 / (1 + exp(-score))
        return f"shares {', '.join(telling)} with {_quoted(known)} ({chance:.0f} %)"


def _quoted(known: _Known) -> str:
    return f"“{known.headline}”" + (f" ({known.account.outlet})" if known.account.outlet else "")
