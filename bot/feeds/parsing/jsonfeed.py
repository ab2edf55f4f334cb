"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.errors import FeedUnreadable
from bot.feeds.parsing.dates import read_date
from bot.feeds.parsing.raw import MAX_ITEMS, RawFeed, RawItem

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""What JSON can escape and XML, UTF-8 and databases cannot hold: controls, halves of characters."""


def read_json_feed(text: bytes) -> RawFeed:
    """Read a JSON Feed document.

    Values of a wrong type are taken as missing; an item that is no object is left out.

    Raises:
        FeedUnreadable: when it is no JSON, or JSON that is no feed.
    """
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as problem:
        raise FeedUnreadable("the document is JSON that cannot be read") from problem
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise FeedUnreadable("the document is JSON, but no JSON Feed")
    if "jsonfeed.org" not in _text(document, "version") and "title" not in document:
        raise FeedUnreadable("the document is JSON, but no JSON Feed")
    return RawFeed(
        title=_text(document, "title"),
        link=_text(document, "home_page_url"),
        language=_text(document, "language"),
        next_page=_text(document, "next_url"),
        items=[_item(row) for row in document["items"][:MAX_ITEMS] if isinstance(row, dict)],
    )


def _item(row: dict[str, Any]) -> RawItem:
    text, markup = _text(row, "content_text"), _text(row, "content_html")
    return RawItem(
        guid=_text(row, "id"),
        link=_text(row, "url") or _text(row, "external_url"),
        title=_text(row, "title"),
        summary=_escaped(_text(row, "summary")),
        bodies=[markup or _escaped(text)],
        published=read_date(_text(row, "date_published")),
        updated=read_date(_text(row, "date_modified")),
        authors=list(_authors(row)),
        categories=[_NO_TEXT.sub("", tag) for tag in _list(row, "tags") if isinstance(tag, str)],
        language=_text(row, "language"),
        images=[_text(row, "image"), _text(row, "banner_image"), *_attached(row)],
    )


def _authors(row: dict[str, Any]) -> Iterator[str]:
    people = _list(row, "authors") or [row.get("author")]
    return (_text(person, "name") for person in people if isinstance(person, dict))


def _attached(row: dict[str, Any]) -> Iterator[str]:
    for attachment in _list(row, "attachments"):
        if isinstance(attachment, dict) and _text(attachment, "mime_type").startswith("image/"):
            yield _text(attachment, "url")


def _escaped(text: str) -> str:
    """Plain text as markup, because that is what items are cleaned from."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")


def _text(row: dict[str, Any], key: str) -> str:
    """Ids may be numbers in version 1."""
    value = row.get(key)
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(row: dict[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    return value if isinstance(value, list) else []
