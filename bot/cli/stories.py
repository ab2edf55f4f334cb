"""`heraut stories`: which items tell of one event, as a filter. The contract is design §8."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bot.cli.filters import Row, moment_of, run_filter, text_of
from bot.cli.match import Config, document_of, topic_matcher, words_of
from bot.domain.matcher import Matcher
from bot.domain.stories import Report, StoryWindow
from bot.errors import BadInput
from bot.services.grouping import story_window

PRUNE_EVERY = timedelta(hours=1)

Lexical = Annotated[
    bool, typer.Option("--lexical", help="Leave the language models out, even where they are installed.")
]


def stories(config: Config = None, lexical: Lexical = False) -> None:
    """Group items (JSON Lines in time order) into stories: the id of each story's first item, and why."""
    try:
        grouper = Grouper(
            topic_matcher(*words_of(config)),
            story_window(lexical=lexical),
        )
    except BadInput as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from problem
    raise typer.Exit(run_filter(lambda row: [grouper.place(row)]))


class Grouper:
    """Places rows one after the other.

    Args:
        matcher: tells languages and entities.
        window: an empty window.
    """

    def __init__(self, matcher: Matcher, window: StoryWindow) -> None:
        self._matcher = matcher
        self._window = window
        self._ids: list[object] = []
        self._now = self._pruned = datetime.min.replace(tzinfo=UTC)

    def place(self, row: Row) -> Row:
        """A row of output for a row of input. Raises ValueError for fields that cannot be read."""
        report = self._report(row)
        if self._now - self._pruned > PRUNE_EVERY:
            self._window.prune(self._now)
            self._pruned = self._now
        decision = self._window.decide(report)
        story = report.item_id if decision.story is None else decision.story
        self._window.add(story, report)
        self._ids.append(row["id"])
        return {"id": row["id"], "story": self._ids[story], "why": decision.why}

    def _report(self, row: Row) -> Report:
        document = document_of(row)
        published = moment_of(row, "published") or moment_of(row, "date")
        if published is None:
            raise ValueError("published: expected a date")
        row["id"]  # a row without an id is refused before anything is remembered
        result = self._matcher.match(document)
        self._now = max(self._now, published)
        return Report(
            item_id=len(self._ids),
            title=document.title,
            text=document.text,
            language=result.language,
            published=published,
            outlet=document.source,
            owner=document.owner or document.source,
            url=text_of(row, "url"),
            salience=result.salience,
        )
