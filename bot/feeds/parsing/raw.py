"""What every reader hands over, and the one place where it becomes `ParsedFeed`.

All formats and both XML readers end here, so that they cannot differ in how text, links and dates are
cleaned.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urljoin, urlsplit

from bot.domain.models import ParsedFeed, ParsedItem
from bot.feeds.parsing.plaintext import MAX_MARKUP, html_to_text, one_line, repair, title_to_text

MAX_ITEMS = 10_000
MAX_GUID = 2_000
MAX_URL = 8_000
MAX_NAMES = 50
_MAX_NAME = 300
_TTL_LIMIT = timedelta(days=7)
_IMG = re.compile(r"""<img\b[^<>]*?\ssrc\s*=\s*["']([^"'<>]{1,2000})["'][^<>]*+>""", re.I)
_PIXEL = re.compile(
    r"""(?:width|height)\s*=\s*["']?[01](?:px)?["'\s/>]|feedburner|doubleclick|feedsportal|/pixel|/count|stats?\.""",
    re.I,
)
_NOT_IMAGE = re.compile(r"\.(?:mp3|mp4|m4a|m4v|mov|webm|ogg|wav|pdf|zip)(?:\?|$)", re.I)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_].*)?$")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


@dataclass(slots=True)
class RawItem:
    """An item as a reader found it: strings as they stand in the document, dates already read.

    `bodies` are pieces of markup, the fullest text is chosen among them. `images` are addresses, best
    first.
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
        items=tuple(finish_item(item, base) for item in raw.items[:MAX_ITEMS]),
        ttl=min(raw.ttl, _TTL_LIMIT) if raw.ttl else None,
        skip_hours=raw.skip_hours,
        next_page=web_url(raw.next_page, base) or None,
    )


def finish_item(raw: RawItem, base: str) -> ParsedItem:
    """Clean one item; see `finish_feed`."""
    summary = html_to_text(raw.summary) if raw.summary else ""
    text = max((html_to_text(body) for body in raw.bodies), key=len, default="")
    if len(text) < len(summary):
        text = summary
    return ParsedItem(
        guid=one_line(raw.guid)[:MAX_GUID],
        url=web_url(raw.link, base),
        title=title_to_text(raw.title),
        summary=(summary or text).replace("\n", " "),
        text=text,
        published=raw.published,
        updated=raw.updated,
        authors=_names(raw.authors),
        categories=_names(raw.categories),
        language=language_code(raw.language),
        image=_image(raw, base),
    )


def web_url(link: str, base: str) -> str:
    """An absolute http(s) address, or "" when the link is none."""
    link = "".join(link.split()) if "\n" in link else link.strip()
    if not link or len(link) > MAX_URL:
        return ""
    if not link.startswith(("https://", "http://")):
        link = _absolute(link, base)
    try:
        return link if urlsplit(link).scheme in {"http", "https", ""} else ""
    except ValueError:
        return ""


def _absolute(link: str, base: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def language_code(value: str | None) -> str | None:
    """ISO 639 code of a language tag: "nl" for "nl-NL"; None for what is no tag."""
    value = (value or "").strip()
    if not _LANGUAGE.match(value):
        return None
    return re.split("[-_]", value)[0].lower()


def minutes_of(minutes: str) -> timedelta | None:
    """A number of minutes as a feed writes it, or None."""
    minutes = minutes.strip()
    if not minutes.isdecimal() or len(minutes) > 6 or int(minutes) == 0:
        return None
    return timedelta(minutes=int(minutes))


_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}


def syndication(period: str, frequency: str) -> timedelta | None:
    """`sy:updatePeriod` and `sy:updateFrequency` as an interval (RSS 1.0 syndication module)."""
    period = period.strip().lower()
    frequency = frequency.strip()
    if period not in _PERIODS:
        return None
    times = int(frequency) if frequency.isdecimal() and len(frequency) < 6 else 1
    return timedelta(hours=_PERIODS[period]) / max(times, 1)


def skipped(values: Sequence[str]) -> frozenset[int]:
    """`skipHours`: hours of the day (GMT) without news, 24 is 0. A feed that skips all of them skips none."""
    found = frozenset(int(v) % 24 for v in map(str.strip, values) if v.isdecimal() and len(v) < 3)
    return found if len(found) < 24 else frozenset()


def _names(values: Sequence[str]) -> tuple[str, ...]:
    cleaned = (_name(value) for value in values[: MAX_NAMES * 2])
    return tuple(dict.fromkeys(name for name in cleaned if name))[:MAX_NAMES]


def _name(value: str) -> str:
    """A person or category; of `jan@example.org (Jan Jansen)` the name alone."""
    value = title_to_text(value[: _MAX_NAME * 4])
    if "@" in value:
        value = _ADDRESS.sub("", value).strip(" <>,;")
        if value.startswith("(") and value.endswith(")"):
            value = value[1:-1].strip()
    return value[:_MAX_NAME]


def _image(raw: RawItem, base: str) -> str | None:
    for address in raw.images:
        found = web_url(address, base)
        if found.startswith("http") and not _NOT_IMAGE.search(found):
            return found
    for markup in (*raw.bodies, raw.summary):
        for tag in _IMG.finditer(markup[:MAX_MARKUP]) if "<img" in markup else ():
            found = "" if _PIXEL.search(tag[0]) else web_url(repair(unescape(tag[1])), base)
            if found.startswith("http"):
                return found
    return None
