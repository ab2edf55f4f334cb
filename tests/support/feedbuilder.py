"""Builds RSS 2.0 and Atom documents from a list of items, for tests that need a feed to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item of a feed. `guid` is the URL unless it is given; "" leaves it out."""

    title: str
    url: str
    summary: str = ""
    published: datetime | None = NOON
    guid: str | None = None
    author: str = ""
    categories: tuple[str, ...] = ()


def items(count: int, *, site: str = "https://krant.example", first: int = 1) -> list[FeedItem]:
    """So many different items, newest first, ten minutes apart."""
    return [
        FeedItem(
            title=f"Bericht nummer {number}",
            url=f"{site}/artikel/{number}",
            summary=f"Samenvatting van bericht {number}.",
            published=NOON + timedelta(minutes=10 * number),
        )
        for number in range(first + count - 1, first - 1, -1)
    ]


def rss(
    entries: Iterable[FeedItem],
    *,
    title: str = "Proefkrant",
    link: str = "https://krant.example/",
    language: str = "nl",
    extra: str = "",
) -> bytes:
    """An RSS 2.0 document. `extra` is XML that goes into the channel, such as ``<ttl>15</ttl>``."""
    body = "".join(_rss_item(entry) for entry in entries)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>{escape(link)}</link><description/>"
        f"<language>{language}</language>{extra}{body}</channel></rss>\n"
    ).encode()


def atom(
    entries: Iterable[FeedItem],
    *,
    title: str = "Proefkrant",
    link: str = "https://krant.example/",
    language: str = "nl",
) -> bytes:
    """An Atom document."""
    body = "".join(_atom_entry(entry) for entry in entries)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">'
        f'<title>{escape(title)}</title><link href="{_attribute(link)}"/><id>{escape(link)}</id>'
        f"<updated>{NOON.isoformat()}</updated>{body}</feed>\n"
    ).encode()


def _rss_item(item: FeedItem) -> str:
    guid = item.url if item.guid is None else item.guid
    parts = [
        f"<title>{escape(item.title)}</title><link>{escape(item.url)}</link>",
        f"<description>{escape(item.summary)}</description>" if item.summary else "",
        f"<pubDate>{format_datetime(item.published, usegmt=True)}</pubDate>" if item.published else "",
        f'<guid isPermaLink="false">{escape(guid)}</guid>' if guid else "",
        f"<author>{escape(item.author)}</author>" if item.author else "",
        *(f"<category>{escape(category)}</category>" for category in item.categories),
    ]
    return f"<item>{''.join(parts)}</item>"


def _atom_entry(item: FeedItem) -> str:
    guid = item.url if item.guid is None else item.guid
    parts = [
        f'<title>{escape(item.title)}</title><link href="{_attribute(item.url)}"/>',
        f"<summary>{escape(item.summary)}</summary>" if item.summary else "",
        f"<published>{item.published.isoformat()}</published>" if item.published else "",
        f"<updated>{item.published.isoformat()}</updated>" if item.published else "",
        f"<id>{escape(guid)}</id>" if guid else "",
        f"<author><name>{escape(item.author)}</name></author>" if item.author else "",
        *(f'<category term="{_attribute(category)}"/>' for category in item.categories),
    ]
    return f"<entry>{''.join(parts)}</entry>"


def _attribute(value: str) -> str:
    return escape(value, {'"': "&quot;"})
