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
from bot.feeds.parsing.raw import RawFeed, RawItem

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_SKIPPED = re.compile(rb"<skipHours\b[^<>]*+>(.{0,4000}?)</skipHours>", re.I | re.S)
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
    found = feedparser.parse(
        BytesIO(document),
        response_headers=_HEADERS,
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not found.version and not found.entries:
        raise FeedUnreadable("the document is not a feed")
    feed = found.feed
    hours = _SKIPPED.search(document)
    return RawFeed(
        title=feed.get("title", ""),
        link=feed.get("link", ""),
        language=feed.get("language"),
        ttl=minutes_of(str(feed.get("ttl", "")))
        or syndication(str(feed.get("sy_updateperiod", "")), str(feed.get("sy_updatefrequency", ""))),
        skip_hours=skipped([hour.decode() for hour in _HOUR.findall(hours[1])]) if hours else frozenset(),
        next_page=next((x.get("href", "") for x in feed.get("links", ()) if x.get("rel") == "next"), ""),
        items=[_item(entry) for entry in found.entries],
    )


def _item(entry: Entry) -> RawItem:
    return RawItem(
        guid=entry.get("id", ""),
        link=entry.get("link", ""),
        title=entry.get("title", ""),
        summary=entry.get("summary", ""),
        bodies=[content.get("value", "") for content in entry.get("content", ())],
        published=read_date(entry.get("published") or entry.get("created")),
        updated=read_date(entry.get("updated") if "updated" in entry else None),
        authors=_authors(entry),
        categories=[tag.get("term") or tag.get("label") or "" for tag in entry.get("tags", ())],
        language=entry.get("language"),
        images=_images(entry),
    )


def _authors(entry: Entry) -> list[str]:
    people = [person.get("name") or "" for person in entry.get("authors", ())]
    return people if any(people) else [entry.get("author", "")]


def _images(entry: Entry) -> list[str]:
    images = Images()
    for media in entry.get("media_content", ()):
        get = media.get
        images.media(get("url", ""), get("type", ""), get("medium", ""), get("width", ""))
    for media in entry.get("media_thumbnail", ()):
        images.thumbnail(media.get("url", ""))
    for link in entry.get("links", ()):
        if link.get("rel") == "enclosure":
            images.enclosure(link.get("href", ""), link.get("type", ""))
    image = entry.get("image")
    if isinstance(image, Mapping):
        images.other(image.get("href", ""))
    return images.best()
