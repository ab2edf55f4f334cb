"""Feeds that go out: the stories of a topic as Atom (RFC 4287) and as JSON Feed 1.1."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.services.manage import topic_name
from bot.store import reports
from bot.store.reports import StoryFile
from bot.web.desk import Desk, topic_key
from bot.web.render import safe_url
from bot.web.words import language_of

ENTRIES = 50
ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) cannot hold, escaped or not."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself. `home` ends with a slash; `path` is the feed's own, below it."""

    title: str
    home: str
    path: str
    topic: str
    updated: datetime

    @property
    def name(self) -> str:
        """The host, for ids that stay when the port or scheme changes."""
        return urlsplit(self.home).hostname or "localhost"


class Output:
    """The outgoing feeds of each topic."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/topics/{slug}/feed.atom", self.atom),
            Route("/topics/{slug}/feed.json", self.json),
        ]

    async def atom(self, request: Request) -> Response:
        """Atom."""
        channel, stories = await self._read(request)
        return _answer(request, atom(channel, stories), "application/atom+xml", stories)

    async def json(self, request: Request) -> Response:
        """JSON Feed."""
        channel, stories = await self._read(request)
        body = json.dumps(json_feed(channel, stories), ensure_ascii=False).encode("utf-8", "replace")
        return _answer(request, body, "application/feed+json", stories)

    async def _read(self, request: Request) -> tuple[Channel, Sequence[StoryFile]]:
        topic = self._desk.topic(request.path_params["slug"])
        if topic is None:
            raise HTTPException(404, "there is no such topic")
        async with self._desk.database.read() as tx:
            stories = await reports.recent(tx, rule_key=topic_key(topic.slug), limit=ENTRIES)
        channel = Channel(
            title=f"Heraut: {topic_name(topic, language_of(request))}",
            home=str(request.base_url),
            path=request.url.path.lstrip("/"),
            topic=topic.slug,
            updated=stories[0].updated_at if stories else self._desk.clock.now(),
        )
        return channel, stories


def atom(channel: Channel, stories: Sequence[StoryFile]) -> bytes:
    """An Atom document."""
    feed = ElementTree.Element("feed", {"xmlns": ATOM})
    _add(feed, "title", channel.title)
    _add(feed, "id", f"tag:{channel.name},2026:topic/{channel.topic}")
    _add(feed, "updated", _moment(channel.updated))
    _add(feed, "link", rel="self", type="application/atom+xml", href=channel.home + channel.path)
    _add(feed, "link", rel="alternate", type="text/html", href=f"{channel.home}topics/{channel.topic}")
    for story in stories:
        feed.append(_entry(channel, story))
    text: str = ElementTree.tostring(feed, encoding="unicode")
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode()


def _entry(channel: Channel, story: StoryFile) -> ElementTree.Element:
    first = story.reports[0].stored.item
    entry = ElementTree.Element("entry")
    _add(entry, "title", first.title)
    _add(entry, "id", f"tag:{channel.name},2026:story/{story.id}")
    _add(entry, "updated", _moment(story.updated_at))
    _add(entry, "published", _moment(first.published))
    _add(_add(entry, "author"), "name", first.outlet.name)
    here = f"{channel.home}stories/{story.id}"
    url = safe_url(first.url)
    _add(entry, "link", rel="alternate", href=url or here)
    if url:
        _add(entry, "link", rel="related", type="text/html", href=here)
    for slug in story.topics:
        _add(entry, "category", term=slug)
    _add(entry, "summary", _teaser(story), type="text")
    return entry


def json_feed(channel: Channel, stories: Sequence[StoryFile]) -> dict[str, Any]:
    """A JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": f"{channel.home}topics/{channel.topic}",
        "feed_url": channel.home + channel.path,
        "items": [_json_item(channel, story) for story in stories],
    }


def _json_item(channel: Channel, story: StoryFile) -> dict[str, Any]:
    first = story.reports[0].stored.item
    here = f"{channel.home}stories/{story.id}"
    return {
        "id": f"tag:{channel.name},2026:story/{story.id}",
        "url": here,
        "external_url": safe_url(first.url) or here,
        "title": first.title,
        "content_text": _teaser(story),
        "date_published": _moment(first.published),
        "date_modified": _moment(story.updated_at),
        "authors": [{"name": first.outlet.name}],
        "language": first.language or "en",
        "tags": list(story.topics),
    }


def _teaser(story: StoryFile) -> str:
    """What is told of a story, and who else reports it."""
    first = story.reports[0].stored.item
    told = first.brief.text if first.brief else first.summary
    names = dict.fromkeys(report.stored.item.outlet.name for report in story.reports)
    others = list(names)[1:]
    return "\n\n".join(
        part for part in (told, f"+{len(others)}: {', '.join(others)}" if others else "") if part
    )


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    clean = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, name, clean)
    element.text = _NOT_XML.sub("", text) or None
    return element


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _answer(request: Request, body: bytes, kind: str, stories: Sequence[StoryFile]) -> Response:
    newest = stories[0].place if stories else "0"
    tag = f'W/"{newest}-{len(stories)}"'
    headers = {"etag": tag, "cache-control": "no-cache", "vary": "accept-language"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)
