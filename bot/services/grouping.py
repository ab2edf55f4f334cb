"""Build the window that groups reports into stories, with everything that is installed."""

from datetime import timedelta

from bot.domain.stories import WINDOW, StoryWindow
from bot.services.meaning import installed
from bot.services.packs import load_vocabulary


def story_window(span: timedelta = WINDOW, *, lexical: bool = False) -> StoryWindow:
    """An empty window that reads the shipped vocabulary.

    Args:
        span: how long a story stays open for further reports.
        lexical: leave the optional language model out, also where it is installed.
    """
    return StoryWindow(span, load_vocabulary(), None if lexical else installed())
