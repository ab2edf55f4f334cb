"""What our readers make of a document in the shape of feedparser's results.

For running feedparser's own conformance cases against them with any runner that takes a function of bytes
and response headers. Only fields that Heraut uses are there; values are what the readers hand over, before
markup becomes text.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.errors import FeedError
from bot.feeds.parsing.document import clean_document, read_plain, read_well_formed
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.raw import RawFeed, RawItem
from bot.feeds.parsing.tolerant import read_tolerantly


def parse(body: bytes, headers: Mapping[str, str] | None) -> dict[str, Any]:
    """The document as feedparser would show it.

    Args:
        body: the document.
        headers: of the response; only the Content-Type is looked at.
    """
    kind = {name.lower(): value for name, value in (headers or {}).items()}.get("content-type", "")
    try:
        raw = _read(body, kind)
    except FeedError:
        return {"bozo": True, "feed": {}, "entries": []}
    finished = finish_feed(raw, "")
    entries = [_entry(item, done.authors) for item, done in zip(raw.items, finished.items, strict=True)]
    language = (raw.language or "").replace("_", "-")
    feed = {"title": raw.title, "title_detail": {"value": raw.title}, "link": raw.link, "language": language}
    return {"bozo": False, "feed": feed, "entries": entries}


def _read(body: bytes, content_type: str) -> RawFeed:
    found = read_plain(body)
    if found is not None:
        return found
    document = clean_document(body, content_type)
    return read_well_formed(document) or read_tolerantly(document)


def _entry(item: RawItem, authors: tuple[str, ...]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "title": item.title,
        "title_detail": {"value": item.title},
        "link": item.link,
        "id": item.guid,
        "guid": item.guid,
        "summary": item.summary,
        "description": item.summary,
        "summary_detail": {"value": item.summary},
        "content": [{"value": body} for body in item.bodies],
        "authors": [{"name": name} for name in authors],
        "tags": [{"term": term} for term in item.categories],
    }
    if authors:
        entry["author_detail"] = {"name": authors[0]}
    if item.categories:
        entry["category"] = item.categories[0]
    if item.published:
        entry["published_parsed"] = entry["created_parsed"] = _parts(item.published)
    if item.updated:
        entry["updated_parsed"] = _parts(item.updated)
    return entry


def _parts(moment: datetime) -> list[int]:
    return list(moment.utctimetuple())
