"""The window that groups reports into stories, with everything that is installed."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from bot.domain.stories import WINDOW, Report, StoryWindow
from bot.services.meaning import Meaning, installed
from bot.services.packs import load_vocabulary


def story_window(span: timedelta = WINDOW, *, lexical: bool = False) -> StoryWindow:
    """An empty window that reads the shipped vocabulary.

    Args:
        span: how long a story stays open for further reports.
        lexical: leave the optional language model out, also where it is installed.
    """
    return StoryWindow(span, load_vocabulary(), None if lexical else installed())


async def read_ahead(window: StoryWindow, reports: Iterable[Report]) -> None:
    """Let the judge of meaning read what it will be asked about, beside the event loop.

    Deciding then takes no time in a transaction. Without such a judge nothing is done, and `reports` is
    not even looked at.
    """
    judge = window.closeness
    if isinstance(judge, Meaning):
        await asyncio.to_thread(_read, judge, window, reports)


def _read(judge: Meaning, window: StoryWindow, reports: Iterable[Report]) -> None:
    texts = {text: None for report in reports for text in window.openings(report)}
    if texts:
        judge.read(texts)
