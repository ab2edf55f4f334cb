"""Whether a feed no longer lists an article that it should still list. What that means is asked elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

OLDER = 3
"""So many older articles must still be listed: a feed's oldest ones drop out one by one."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in a feed's document: the keys it is known by, and its date."""

    keys: frozenset[str]
    published: datetime | None


def unlisted(keys: Collection[str], published: datetime, listed: Sequence[Listed]) -> bool:
    """Whether an article is missing among others that are older.

    Args:
        keys: every key that the article is known by.
        published: its date.
        listed: the articles in its feed's document.
    """
    if any(not article.keys.isdisjoint(keys) for article in listed):
        return False
    return sum(article.published is not None and article.published < published for article in listed) >= OLDER
