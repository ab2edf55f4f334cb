"""Rows of feeds as the database holds them: many at once, in any state."""

from datetime import timedelta
from typing import Any

from bot.store.feeds import words_of
from tests.support.clock import NOON


def row(outlet: str, **more: Any) -> dict[str, Any]:
    """A feed of an outlet; `more` are columns that are otherwise."""
    name = outlet.lower().replace(" ", "")
    url = f"https://{name}.example/rss"
    first = {
        "url": url,
        "outlet": outlet,
        "owner": name,
        "title": "",
        "words": words_of(outlet, name, url),
        "headers": {},
        "skip_hours": [],
        "created_at": NOON - timedelta(days=1),
        "next_poll_at": NOON,
        "interval_seconds": 300.0,
    }
    return first | more
