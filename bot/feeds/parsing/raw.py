"""What every reader hands over, before it is cleaned."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MAX_ITEMS = 10_000


@dataclass(slots=True)
class RawItem:
    """An item as a reader found it: strings as they stand in the document, dates already read.

    `summary` and `bodies` are markup, and the fullest of them is the text. `images` are addresses, the
    best first.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    bodies: list[str] = field(default_factory=list)
    published: datetime | None = None
    updated: datetime | None = None
    authors: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    language: str | None = None
    images: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RawFeed:
    """A document as a reader found it."""

    title: str = ""
    link: str = ""
    language: str | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    next_page: str = ""
    items: list[RawItem] = field(default_factory=list)
