"""Which reports tell of one event. Decisions only: the window is memory, the store is the truth."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.models import StoryDecision
from bot.domain.text import fold

WINDOW = timedelta(hours=72)
_WORD = re.compile(r"\w+")


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


class StoryWindow:
    """The reports of the last days, and the decision where a further one belongs.

    Args:
        span: how long a story stays open for further reports.
    """

    def __init__(self, span: timedelta = WINDOW) -> None:
        self._span = span
        self._titles: dict[str, tuple[int, datetime]] = {}

    def decide(self, report: Report) -> StoryDecision:
        """Where a report belongs; nothing is changed."""
        known = self._titles.get(_normalised(report.title))
        if known and abs(report.published - known[1]) <= self._span:
            return StoryDecision(known[0], "the same headline")
        return StoryDecision(None, "no earlier report of this event")

    def add(self, story_id: int, report: Report) -> None:
        """Remember that a report belongs to a story."""
        if title := _normalised(report.title):
            self._titles[title] = (story_id, report.published)

    def forget(self, story_ids: Iterable[int]) -> None:
        """Take stories back that were added but not stored."""
        gone = set(story_ids)
        self._titles = {title: place for title, place in self._titles.items() if place[0] not in gone}

    def prune(self, now: datetime) -> None:
        """Drop what is too old to be joined."""
        self._titles = {title: place for title, place in self._titles.items() if now - place[1] <= self._span}


def _normalised(title: str) -> str:
    return " ".join(_WORD.findall(fold(title).text))
