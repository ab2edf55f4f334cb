"""How the reader process and the parser talk: frames of a length and bytes; a feed travels as JSON.

Nothing that one side sends can make the other run anything.
"""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from bot.errors import FeedUnreadable
from bot.feeds.parsing.raw import RawFeed, RawItem

LENGTH_BYTES = 4


def framed(payload: bytes) -> bytes:
    """The payload with its length, in four bytes, before it."""
    return len(payload).to_bytes(LENGTH_BYTES) + payload


def pack(feed: RawFeed | None, reason: str = "") -> bytes:
    """A feed, or why there is none."""
    if feed is None:
        return json.dumps({"reason": reason}).encode()
    return json.dumps(asdict(feed), default=_packed).encode("utf-8", "replace")


def unpack(payload: bytes) -> RawFeed:
    """What `pack` made.

    Raises:
        FeedUnreadable: with the reason why there is no feed.
    """
    values: dict[str, Any] = json.loads(payload)
    if "reason" in values:
        raise FeedUnreadable(values["reason"])
    values["ttl"] = timedelta(seconds=values["ttl"]) if values["ttl"] else None
    values["skip_hours"] = frozenset(values["skip_hours"])
    values["items"] = [_item(row) for row in values["items"]]
    return RawFeed(**values)


def _packed(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} does not travel")


def _item(row: dict[str, Any]) -> RawItem:
    for name in ("published", "updated"):
        row[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return RawItem(**row)
