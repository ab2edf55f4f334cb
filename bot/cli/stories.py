"""`heraut stories`: which items tell of one event, as a filter. The contract is design §8."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bot.cli.filters import Row, run_filter, text_of
from bot.cli.match import document_of
from bot.domain.language import LanguageGuesser
from bot.domain.stories import Report, StoryWindow
from bot.services.grouping import story_window

PRUNE_EVERY = timedelta(hours=1)
"""The time of the items between two looks for what is too old to be joined."""

Lexical = Annotated[
    bool, typer.Option("--lexical", help="Leave the language model out, even where it is installed.")
]


def stories(lexical: Lexical = False) -> None:
    """Group items (JSON Lines in time order) into stories: the id of each story's first item, and why."""
    grouper = Grouper(story_window(lexical=lexical))
    raise typer.Exit(run_filter(lambda row: [grouper.place(row)]))


class Grouper:
    """Places rows one after the other.

    Args:
        window: an empty window.
    """

    def __init__(self, window: StoryWindow) -> None:
        self._window = window
        self._guesser = LanguageGuesser()
        self._ids: list[object] = []
        self._last = self._pruned = datetime.fromtimestamp(0, UTC)

    def place(self, row: Row) -> Row:
        """A row of output for a row of input. Raises ValueError for fields that cannot be read."""
        report = self._report(row)
        # The older of two, as one date may be far in the future by mistake.
        now, self._last = min(self._last, report.published), report.published
        if abs(now - self._pruned) >= PRUNE_EVERY:
            self._window.prune(now)
            self._pruned = now
        decision = self._window.decide(report)
        story = report.item_id if decision.story is None else decision.story
        self._window.add(story, report)
        self._ids.append(row["id"])
        return {"id": row["id"], "story": self._ids[story], "why": decision.why}

    def _report(self, row: Row) -> Report:
        """What grouping reads of a row. One without a date is as old as the one before it."""
        row["id"]  # a row without an id is refused before anything is remembered
        document = document_of(row)
        sample = f"{document.title}. {document.text}"
        return Report(
            item_id=len(self._ids),
            title=document.title,
            text=document.text,
            language=self._guesser.language_of(sample, document.language),
            published=document.published or self._last,
            outlet=document.source,
            owner=document.owner or document.source,
            url=text_of(row, "url"),
        )
