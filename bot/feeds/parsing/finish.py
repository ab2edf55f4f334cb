"""The one place where what a reader found becomes `ParsedFeed`.

All formats and both XML readers end here, so that they cannot differ in how text, links and dates are
cleaned.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.models import ParsedFeed, ParsedItem
from bot.feeds.parsing.item import LazyItem
from bot.feeds.parsing.links import web_url
from bot.feeds.parsing.plaintext import one_line, title_to_text
from bot.feeds.parsing.raw import MAX_ITEMS, RawFeed, RawItem

MAX_GUID = 2_000
MAX_NAMES = 50
_MAX_NAME = 300
_TTL_LIMIT = timedelta(days=7)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


def finish_feed(raw: RawFeed, url: str) -> ParsedFeed:
    """Clean everything that was found.

    Args:
        raw: what a reader found.
        url: the document's own address, the base of relative links; "" when unknown.
    """
    home = web_url(raw.link, url)
    base = url or home
    return ParsedFeed(
        title=title_to_text(raw.title),
        url=home,
        language=language_code(raw.language),
        items=tuple(_finish_item(item, base) for item in raw.items[:MAX_ITEMS]),
        ttl=min(raw.ttl, _TTL_LIMIT) if raw.ttl else None,
        skip_hours=raw.skip_hours,
        next_page=web_url(raw.next_page, base) or None,
    )


def _finish_item(raw: RawItem, base: str) -> ParsedItem:
    """A feed that only says when an item was updated says by that when it was published."""
    return LazyItem.of(
        raw,
        base,
        guid=one_line(raw.guid)[:MAX_GUID],
        url=web_url(raw.link, base),
        title=title_to_text(raw.title),
        published=raw.published or raw.updated,
        updated=raw.updated,
        authors=_names(raw.authors),
        categories=_names(raw.categories),
        language=language_code(raw.language),
    )


def language_code(value: str | None) -> str | None:
    """ISO 639 code of a language tag: "nl" for "nl-NL"; None for what is no tag."""
    found = _LANGUAGE.fullmatch(value.strip()) if value else None
    return found[1].lower() if found else None


def _names(values: Sequence[str]) -> tuple[str, ...]:
    if not values:
        return ()
    cleaned = [_name(value) for value in values[: MAX_NAMES * 2]]
    return tuple(dict.fromkeys(name for name in cleaned if name))[:MAX_NAMES]


def _name(value: str) -> str:
    """A person or category; of `jan@example.org (Jan Jansen)` the name alone."""
    value = value[: _MAX_NAME * 4]
    value = (
        one_line(value) if value.isascii() and "&" not in value and "<" not in value else title_to_text(value)
    )
    if "@" in value:
        value = _ADDRESS.sub("", value).replace("()", "").strip(" <>,;")
        if value.startswith("(") and value.endswith(")"):
            value = value[1:-1].strip()
    return value[:_MAX_NAME]
