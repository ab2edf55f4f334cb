"""What is told of an item under its headline: the best that its texts say, and whether it costs money."""

from collections.abc import Sequence

from bot.domain.boilerplate import asks_to_pay
from bot.domain.models import Brief, Item, MatchResult
from bot.domain.sentences import sentences
from bot.domain.summary import followed_names, is_about, summary_of
from bot.domain.text import whole_words

SALIENT = 0.5
"""Entities that an item is about at least half as much as about its main one are what it tells of."""
LONGEST_HEADLINE = 100
"""Characters of a headline that is made of a text."""
MARGIN = 0.05
"""By so much a text must be worth more than the teaser, which an editor wrote for this purpose."""


def brief_of(item: Item, result: MatchResult, article: str = "", *, paywalled: bool = False) -> Brief:
    """What to tell of an item.

    Args:
        item: the item, with its teaser and the text of its feed.
        result: what the matcher found in it.
        article: the text of its page, "" when it was not read.
        paywalled: whether the page is behind a paywall.
    """
    names = followed_names(result, _salient(result))
    texts = [*_own(item), *_page(item, article)]
    best = summary_of(item.title, texts[0], followed=names)
    for text in texts[1:]:
        found = summary_of(item.title, text, followed=names)
        if found.text and (not best.text or found.worth > best.worth + MARGIN):
            best = found
    return Brief(best.text, paywalled or asks_to_pay(item.text or item.summary))


def title_of(title: str, summary: str) -> str:
    """The headline of an item; of one without, as notes are, its first sentence or what fits of it."""
    if title:
        return title
    first = next((sentence.text for sentence in sentences(summary)), "")
    told = whole_words(first, LONGEST_HEADLINE)
    return told if told == first else f"{told}…"


def source_of(item: Item, article: str = "") -> str:
    """The fullest text of an item."""
    return max(item.summary, item.text, *_page(item, article), key=len)


def _own(item: Item) -> Sequence[str]:
    """The texts of the feed: the teaser, and the text if it says something else; its lines say more."""
    if item.text.split() == item.summary.split():
        return [item.text]
    return [item.summary, item.text] if item.text else [item.summary]


def _page(item: Item, article: str) -> Sequence[str]:
    """The text of the page. One without the headline's words is a wall before the article."""
    return [article] if article and is_about(item.title, article) else []


def _salient(result: MatchResult) -> frozenset[str]:
    least = SALIENT * max(result.salience.values(), default=0.0)
    return frozenset(entity for entity, salience in result.salience.items() if salience >= least)
