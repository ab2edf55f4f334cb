"""The tolerant reader: feedparser, for documents that are not well-formed. Slow, and the reference."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import feedparser

from bot.errors import FeedUnreadable
from bot.feeds.parsing.dates import read_date
from bot.feeds.parsing.hints import minutes_of, skipped, syndication
from bot.feeds.parsing.images import Images
from bot.feeds.parsing.plaintext import HALVES, joined
from bot.feeds.parsing.raw import MAX_ITEMS, RawFeed, RawItem

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_SKIPPED = re.compile(rb"<skipHours\b[^<>]*+>(.{0,4000}?)</skipHours>", re.I | re.S)
_HALVES = re.compile(HALVES.encode(), re.I)
_CHARACTER = re.compile(rb"&#(x[0-9a-fA-F]{1,100}|[0-9]{1,100});?")
_SPACES = (0x09, 0x0A, 0x0D)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.I)

Entry = Mapping[str, Any]


def read_tolerantly(document: bytes) -> RawFeed:
    """Read a feed document of any quality.

    It may take very long for a document made to that end: where that matters, run it where it can be
    stopped (`parser.py`).

    Args:
        document: clean UTF-8, without a document type declaration.

    Raises:
        FeedUnreadable: when it is no feed.
    """
    found = _feedparser(_CHARACTER.sub(_possible, _HALVES.sub(_whole, document)))
    if not found.version and not found.entries:
        raise FeedUnreadable("the document is not a feed")
    feed = found.feed
    hours = _SKIPPED.search(document)
    period, frequency = (_text(feed, f"sy_update{name}") for name in ("period", "frequency"))
    return RawFeed(
        title=_text(feed, "title"),
        link=_text(feed, "link"),
        language=_text(feed, "language"),
        ttl=minutes_of(_text(feed, "ttl")) or syndication(period, frequency),
        skip_hours=skipped([hour.decode() for hour in _HOUR.findall(hours[1])]) if hours else frozenset(),
        next_page=next((_text(x, "href") for x in _parts(feed, "links") if x.get("rel") == "next"), ""),
        items=[_item(entry) for entry in found.entries[:MAX_ITEMS]],
    )


def _text(found: Entry, key: str) -> str:
    """The text under `key`. feedparser leaves None, or the attributes of an element it does not know."""
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _parts(found: Entry, key: str) -> list[Entry]:
    """The dictionaries in the list under `key`."""
    value = found.get(key)
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _feedparser(document: bytes) -> Any:
    try:
        return feedparser.parse(
            BytesIO(document), response_headers=_HEADERS, resolve_relative_uris=False, sanitize_html=False
        )
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as problem:
        raise FeedUnreadable(f"the document cannot be read ({type(problem).__name__})") from problem


def _whole(pair: re.Match[bytes]) -> bytes:
    return joined(*(half.decode() for half in pair.groups(default=b""))).encode()


def _possible(reference: re.Match[bytes]) -> bytes:
    """The character reference, or nothing when XML has no such character: feedparser fails at those."""
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    known = number in _SPACES or 0x20 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return reference[0] if known else b""


def _item(entry: Entry) -> RawItem:
    return RawItem(
        guid=_text(entry, "id"),
        link=_text(entry, "link"),
        title=_text(entry, "title"),
        summary=_text(entry, "summary"),
        bodies=[_text(content, "value") for content in _parts(entry, "content")],
        published=read_date(_text(entry, "published") or _text(entry, "created")),
        updated=read_date(_text(entry, "updated") if "updated" in entry else ""),
        authors=_authors(entry),
        categories=[_text(tag, "term") or _text(tag, "label") for tag in _parts(entry, "tags")],
        language=_text(entry, "language"),
        images=_images(entry),
    )


def _authors(entry: Entry) -> list[str]:
    people = [_text(person, "name") for person in _parts(entry, "authors")]
    return people if any(people) else [_text(entry, "author")]


def _images(entry: Entry) -> list[str]:
    images = Images()
    for media in _parts(entry, "media_content"):
        images.media(*(_text(media, name) for name in ("url", "type", "medium", "width")))
    for media in _parts(entry, "media_thumbnail"):
        images.thumbnail(_text(media, "url"))
    for link in _parts(entry, "links"):
        if link.get("rel") == "enclosure":
            images.enclosure(_text(link, "href"), _text(link, "type"))
    image = entry.get("image")
    if isinstance(image, Mapping):
        images.other(_text(image, "href"))
    return images.best()
