"""Outgoing feeds as documents: Atom (RFC 4287) and JSON Feed 1.1. Pure; nothing of an item is markup here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from bot.domain.models import Item
from bot.domain.safelinks import safe_url
from bot.store.items import StoredItem
from bot.store.reports import StoryFile

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) cannot hold, escaped or not."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself.

    Args:
        title: its name.
        home: the address of the site, which ends with a slash.
        path: the feed's own, below it.
        page: where people read the same, below it.
        name: what tells this feed from the others of the site.
        updated: when it last changed.
    """

    title: str
    home: str
    path: str
    page: str
    name: str
    updated: datetime

    @property
    def host(self) -> str:
        """For ids that stay when the port or scheme changes."""
        return urlsplit(self.home).hostname or "localhost"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a feed. `name` never changes; `page` is where this site shows it, "" for nowhere."""

    name: str
    item: Item
    updated: datetime
    page: str = ""
    topics: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def teaser(self) -> str:
        """What is told of it, and who else reports it."""
        told = self.item.brief.text if self.item.brief else self.item.summary
        more = f"+{len(self.others)}: {', '.join(self.others)}" if self.others else ""
        return "\n\n".join(part for part in (told, more) if part)


def entry_of_story(story: StoryFile) -> Entry:
    """A story under its first headline."""
    names = dict.fromkeys(report.stored.item.outlet.name for report in story.reports)
    return Entry(
        f"story/{story.id}",
        story.reports[0].stored.item,
        story.updated_at,
        f"stories/{story.id}",
        tuple(story.topics),
        tuple(names)[1:],
    )


def entry_of_item(stored: StoredItem) -> Entry:
    """An item by itself."""
    return Entry(f"item/{stored.id}", stored.item, stored.item.seen_at)


def atom(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """An Atom document."""
    feed = ElementTree.Element("feed", {"xmlns": ATOM})
    _add(feed, "title", channel.title)
    _add(feed, "id", f"tag:{channel.host},2026:{channel.name}")
    _add(feed, "updated", _moment(channel.updated))
    _add(feed, "link", rel="self", type="application/atom+xml", href=channel.home + channel.path)
    _add(feed, "link", rel="alternate", type="text/html", href=channel.home + channel.page)
    for entry in entries:
        feed.append(_atom_entry(channel, entry))
    text: str = ElementTree.tostring(feed, encoding="unicode")
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode()


def json_feed(channel: Channel, entries: Sequence[Entry]) -> dict[str, Any]:
    """A JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home + channel.page,
        "feed_url": channel.home + channel.path,
        "items": [_json_item(channel, entry) for entry in entries],
    }


def _atom_entry(channel: Channel, told: Entry) -> ElementTree.Element:
    entry = ElementTree.Element("entry")
    _add(entry, "title", told.item.title)
    _add(entry, "id", f"tag:{channel.host},2026:{told.name}")
    _add(entry, "updated", _moment(told.updated))
    _add(entry, "published", _moment(told.item.published))
    _add(_add(entry, "author"), "name", told.item.outlet.name)
    here = channel.home + told.page
    url = safe_url(told.item.url)
    _add(entry, "link", rel="alternate", href=url or here)
    if url and told.page:
        _add(entry, "link", rel="related", type="text/html", href=here)
    for slug in told.topics:
        _add(entry, "category", term=slug)
    _add(entry, "summary", told.teaser, type="text")
    return entry


def _json_item(channel: Channel, told: Entry) -> dict[str, Any]:
    url = safe_url(told.item.url)
    here = channel.home + told.page
    return {
        "id": f"tag:{channel.host},2026:{told.name}",
        "url": here if told.page else url or here,
        "external_url": url or here,
        "title": told.item.title,
        "content_text": told.teaser,
        "date_published": _moment(told.item.published),
        "date_modified": _moment(told.updated),
        "authors": [{"name": told.item.outlet.name}],
        "language": told.item.language or "en",
        "tags": list(told.topics),
    }


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    clean = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, name, clean)
    element.text = _NOT_XML.sub("", text) or None
    return element


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
