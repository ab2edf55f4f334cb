"""Which reports tell of one event. Decisions only: the window is memory, the store is the truth.

    report ─► evidence ─► nearest reports (index) ─► pairs (likeness) ─► story (belonging), or none

A story is judged by its reports together, the first ones always among them, so that a chain of small
steps does not carry it away from its event.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, log

from bot.domain import belonging
from bot.domain.evidence import evidence_of, headline_of
from bot.domain.likeness import LEXICAL, SEMANTIC, SURE, Account, Comparison
from bot.domain.links import read_link
from bot.domain.models import StoryDecision
from bot.domain.storyindex import ReportIndex
from bot.domain.vocabulary import Vocabulary

WINDOW = timedelta(hours=72)
NEAREST = 24
"""Reports that are looked at closely."""
CORE, COMPARED = 8, 16
"""A story is judged by its first `CORE` reports and its nearest ones, `COMPARED` at most."""
AKIN = -1.0
"""A story is not judged lower than this when one of its reports alone would be joined."""
RELATED = -4.0
"""From here on a new story has to do with an earlier one: a reaction, a portrait, the next day."""
PLAUSIBLE = -4.0
"""Pairs that share less are not compared in meaning."""
TELLING = 4
"""Shared words that a reason names."""
OPENING = 200
"""Characters of the text that are compared in meaning, after the headline."""

Closeness = Callable[[str, str], float]
"""How near two texts are in meaning, about 0..1, whatever their languages."""


@dataclass(frozen=True, slots=True)
class Report:
    """What grouping reads of an item. `salience` is 0..1 per entity id.

    Reports with one address are of one article, unless it is that of a front page or section.
    """

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

    item_id: int
    story: int
    account: Account


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
    ) -> None:
        self._span = span
        self._vocabulary = vocabulary or Vocabulary()
        self._closeness = closeness
        self._index = ReportIndex()
        self._known: dict[int, _Known] = {}
        self._numbers: dict[int, int] = {}
        self._addresses: dict[str, int] = {}
        self._stories: dict[int, list[int]] = {}
        self._next = 0
        self._newest = 0
        self._last: tuple[Report, Account] | None = None

    def __len__(self) -> int:
        return len(self._known)

    @property
    def newest(self) -> int:
        """The highest item id that was ever added."""
        return self._newest

    @property
    def span(self) -> timedelta:
        """How long a story stays open for further reports."""
        return self._span

    @property
    def closeness(self) -> Closeness | None:
        """The judge of meaning, if there is one."""
        return self._closeness

    def decide(self, report: Report) -> StoryDecision:
        """Where a report belongs; nothing is changed.

        A new story that has to do with an earlier one says so in `follows`.
        """
        weights = self._index.weights(self._vocabulary.rate)
        mine = Comparison(self._account(report), weights)
        _, score, best = max(self._scores(mine, weights), default=(RELATED, RELATED, -1))
        if score <= RELATED:
            return StoryDecision(None, "no earlier report of this event")
        known = self._known[best]
        if score <= 0:
            return StoryDecision(None, f"another event than {_quoted(known.account)}", follows=known.story)
        return StoryDecision(known.story, self._why(mine.account, known.account, weights, score))

    def openings(self, report: Report) -> list[str]:
        """The texts whose meaning `decide` will ask for, so that a slow judge can read them before.

        The report's own is the first; nothing when there is nothing to compare.
        """
        if self._closeness is None:
            return []
        weights = self._index.weights(self._vocabulary.rate)
        mine = Comparison(self._account(report), weights)
        found = [
            known.account.opening for _, known in self._nearest(mine, weights) if _open(mine, known.account)
        ]
        return [mine.account.opening, *found] if found else []

    def add(self, story_id: int, report: Report) -> None:
        """Remember that a report belongs to a story; what was known of the same item is forgotten."""
        if report.item_id in self._numbers:
            self._remove([self._numbers[report.item_id]])
        number, self._next = self._next, self._next + 1
        account = self._account(report)
        self._index.add(number, account.evidence.keys)
        self._known[number] = _Known(report.item_id, story_id, account)
        self._numbers[report.item_id] = number
        self._newest = max(self._newest, report.item_id)
        if account.url:
            self._addresses[account.url] = number
        self._stories.setdefault(story_id, []).append(number)

    def forget(self, story_ids: Iterable[int]) -> None:
        """Take stories back that were added but not stored."""
        self._remove([number for story in story_ids for number in self._stories.get(story, ())])

    def prune(self, now: datetime) -> None:
        """Drop what is too old to be joined."""
        horizon = now - self._span
        self._remove([n for n, known in self._known.items() if known.account.published < horizon])

    def _remove(self, numbers: Iterable[int]) -> None:
        gone = {number: self._known.pop(number) for number in numbers}
        self._index.remove({number: known.account.evidence.keys for number, known in gone.items()})
        for number, known in gone.items():
            del self._numbers[known.item_id]
            if self._addresses.get(known.account.url) == number:
                del self._addresses[known.account.url]
            members = self._stories[known.story]
            members.remove(number)
            if not members:
                del self._stories[known.story]

    def _account(self, report: Report) -> Account:
        """A report as it is compared; the last one is kept, as it is decided on and then added."""
        if self._last is None or self._last[0] is not report:
            account = Account(
                evidence=evidence_of(report.title, report.text, report.language, self._vocabulary),
                headline=headline_of(report.title),
                text=report.text[:OPENING],
                language=report.language,
                outlet=report.outlet,
                url=report.url if (link := read_link(report.url)) and link.is_article else "",
                published=report.published,
            )
            self._last = (report, account)
        return self._last[1]

    def _nearest(self, mine: Comparison, weights: Mapping[str, float]) -> Iterator[tuple[int, _Known]]:
        asked = {key: weights[key] for key in mine.account.evidence.keys}
        same = self._addresses.get(mine.account.url)
        found = self._index.nearest(asked, NEAREST)
        for number in found if same is None or same in found else [same, *found]:
            known = self._known[number]
            if abs(mine.account.published - known.account.published) <= self._span:
                yield number, known

    def _scores(self, mine: Comparison, weights: Mapping[str, float]) -> Iterator[tuple[float, float, int]]:
        """How eligible a story is, how surely the report belongs to it, and its report that is nearest.

        Of stories that a report may belong to, a large one is likelier than a small one: else what once
        came to stand apart from its event draws further reports away from it.
        """
        near: dict[int, dict[int, float]] = {}
        for number, known in self._nearest(mine, weights):
            near.setdefault(known.story, {})[number] = self._pair(mine, known.account)
        for story, scores in near.items():
            best = max(scores, key=scores.__getitem__)
            score = self._score(mine, story, scores) if scores[best] > 0 else scores[best]
            yield score + log(len(self._stories[story])) if score > 0 else score, score, best

    def _score(self, mine: Comparison, story: int, scores: Mapping[int, float]) -> float:
        """How surely a report tells of a story's event: by its first reports and the nearest ones."""
        members, outlet = self._stories[story], mine.account.outlet
        wanted = list(dict.fromkeys([*members[:CORE], *scores]))[:COMPARED]
        reports = [self._known[number].account for number in wanted]
        found = [
            scores[number] if number in scores else self._pair(mine, report)
            for number, report in zip(wanted, reports, strict=True)
        ]
        again = outlet != "" and any(self._known[number].account.outlet == outlet for number in members)
        weights = belonging.SEMANTIC if self._closeness else belonging.LEXICAL
        return max(belonging.belonging(mine, reports, found, again=again, weights=weights), AKIN)

    def _pair(self, mine: Comparison, other: Account) -> float:
        certain = mine.certain(other)
        if certain is not None:
            return SURE if certain else -SURE
        signs = mine.signs(other)
        score = signs.score(LEXICAL)
        if self._closeness is None or score <= PLAUSIBLE:
            return score
        return signs.score(SEMANTIC, self._closeness(mine.account.opening, other.opening))

    def _why(self, mine: Account, known: Account, weights: Mapping[str, float], score: float) -> str:
        shared = set(mine.evidence.keys) & set(known.evidence.keys)
        said: dict[str, float] = {}
        for word, keys in self._vocabulary.read(mine.opening, mine.language):
            weight = max((weights[key] for key in keys if key in shared), default=0.0)
            if weight:
                said.setdefault(word.lower(), weight)
        telling = sorted(said, key=lambda word: -said[word])[:TELLING]
        chance = 100 / (1 + exp(-score))
        return f"shares {', '.join(telling)} with {_quoted(known)} ({chance:.0f} %)"


def _open(mine: Comparison, other: Account) -> bool:
    """Whether it takes their meaning to tell if two reports are of one event."""
    return mine.certain(other) is None and mine.signs(other).score(LEXICAL) > PLAUSIBLE


def _quoted(account: Account) -> str:
    return f"“{account.headline}”" + (f" ({account.outlet})" if account.outlet else "")
