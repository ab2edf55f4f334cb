"""The fast reader: RSS 0.9 to 2.0, RDF and Atom that are well-formed XML.

It follows feedparser's rules wherever elements compete (the last link wins, the first title does, a second
description is content), because a feed may be read by this one today and by feedparser tomorrow, when it
is broken. The tests compare the two.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from bot.feeds.parsing.dates import read_date
from bot.feeds.parsing.hints import minutes_of, skipped, syndication
from bot.feeds.parsing.images import Images
from bot.feeds.parsing.raw import MAX_ITEMS, RawFeed, RawItem
from bot.feeds.parsing.xml import Element, markup_of, name_of, text_of

_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "rdf", "channel"})
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PAGE_TYPES = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_HALF_ENTITY = re.compile("&([A-Za-z0-9_]+);")


def read_fast(root: Element) -> RawFeed | None:
    """Read a tree that is a feed; None when it is none that this reader knows."""
    if name_of(root) not in _ROOTS:
        return None
    reader = _FeedReader(RawFeed(language=root.get(_LANG) or root.get("lang")))
    reader.read(root)
    reader.feed.ttl = reader.feed.ttl or syndication(*reader.syndication)
    return reader.feed


Handlers = dict[object, "Callable[[_ItemReader, Element], None] | None"]
"""What reads the elements of a tag; filled per document, as looking up the usual name takes time."""


@dataclass(slots=True)
class _FeedReader:
    """Reads the elements of a feed. `syndication` are the two values of the `sy:` module."""

    feed: RawFeed
    syndication: list[str] = field(default_factory=lambda: ["", ""])
    handlers: Handlers = field(default_factory=dict)

    def read(self, parent: Element) -> None:
        for child in parent:
            name = name_of(child)
            if name in {"item", "entry"}:
                if len(self.feed.items) < MAX_ITEMS:
                    self.feed.items.append(_ItemReader(self.handlers).read(child))
            elif name == "channel":
                self.read(child)
            elif read := _OF_FEED.get(name):
                read(self, child)

    def title(self, element: Element) -> None:
        self.feed.title = self.feed.title or markup_of(element)

    def link(self, element: Element) -> None:
        if element.get("rel") == "next":
            self.feed.next_page = _href(element)
        else:
            link = _page_link(element)
            self.feed.link = self.feed.link if link is None else link

    def language(self, element: Element) -> None:
        self.feed.language = text_of(element)

    def ttl(self, element: Element) -> None:
        self.feed.ttl = minutes_of(text_of(element))

    def period(self, element: Element) -> None:
        self.syndication[0] = text_of(element)

    def frequency(self, element: Element) -> None:
        self.syndication[1] = text_of(element)

    def skip_hours(self, element: Element) -> None:
        self.feed.skip_hours = skipped([text_of(hour) for hour in element])


_OF_FEED: dict[str, Callable[[_FeedReader, Element], None]] = {
    "title": _FeedReader.title,
    "dc:title": _FeedReader.title,
    "link": _FeedReader.link,
    "language": _FeedReader.language,
    "dc:language": _FeedReader.language,
    "ttl": _FeedReader.ttl,
    "sy:updateperiod": _FeedReader.period,
    "sy:updatefrequency": _FeedReader.frequency,
    "skiphours": _FeedReader.skip_hours,
}


class _ItemReader:
    """Reads the elements of one item. `link` and `summary` are None until there is one."""

    __slots__ = (
        "created", "handlers", "has_content", "images", "item", "link", "named", "published", "summary",
        "updated", "words",
    )  # fmt: skip

    def __init__(self, handlers: Handlers) -> None:
        self.handlers = handlers
        self.item = RawItem()
        self.images: Images | None = None
        self.link: str | None = None
        self.summary: str | None = None
        self.words = self.published = self.updated = self.created = ""
        self.has_content = self.named = False

    def read(self, element: Element) -> RawItem:
        item = self.item
        item.guid = element.get(_ABOUT) or ""
        item.language = element.get(_LANG)
        self._read_children(element)
        item.link, item.summary = self.link or "", self.summary or ""
        if not item.summary and not any(item.bodies):
            item.summary = self.words
        item.published = read_date(self.published or self.created)
        item.updated = read_date(self.updated)
        if self.images:
            item.images = self.images.best()
        return item

    def _read_children(self, parent: Element) -> None:
        handlers = self.handlers
        for child in parent:
            tag = child.tag
            try:
                read = handlers[tag]
            except KeyError:
                read = handlers[tag] = _OF_ITEM.get(name_of(child))
            if read is not None:
                read(self, child)

    def _pictures(self) -> Images:
        if self.images is None:
            self.images = Images()
        return self.images

    def title(self, element: Element) -> None:
        if not self.named and (title := markup_of(element)):
            self.item.title, self.named = title, True

    def media_title(self, element: Element) -> None:
        """A picture's title names the item only if nothing else does."""
        if not self.named:
            self.item.title = markup_of(element) or self.item.title

    def page(self, element: Element) -> None:
        if element.get("rel") == "enclosure":
            self._pictures().enclosure(_href(element), element.get("type") or "")
        link = _page_link(element)
        if link is not None:
            self.link = link

    def guid(self, element: Element) -> None:
        guid = text_of(element)
        if (element.get("isPermaLink") or element.get("ispermalink") or "true") == "true":
            guid = _resolved(element, guid)
            self.link = guid if self.link is None else self.link  # until a link comes
        self.item.guid = guid

    def description(self, element: Element) -> None:
        value = markup_of(element)
        if self.summary is not None and not self.has_content:
            self.item.bodies.append(value)
            self.has_content = True
        else:
            self.summary = value

    def caption(self, element: Element) -> None:
        """A picture's or film's own words are the item's text only if there is no other."""
        self.words = self.words or markup_of(element)

    def content(self, element: Element) -> None:
        value = markup_of(element)
        self.item.bodies.append(value)
        self.has_content = True
        self.summary = value if self.summary is None else self.summary

    def date_published(self, element: Element) -> None:
        self.published = text_of(element)

    def date_updated(self, element: Element) -> None:
        self.updated = text_of(element)

    def date_created(self, element: Element) -> None:
        self.created = text_of(element)

    def author(self, element: Element) -> None:
        names = [text_of(child) for child in element if name_of(child).endswith("name")]
        self.item.authors.extend(names or [text_of(element)])

    def category(self, element: Element) -> None:
        self.item.categories.append(
            element.get("term")
            or (element.text or "").strip()
            or element.get("label")
            or element.get("text")
            or ""
        )
        self._read_children(element)

    def keywords(self, element: Element) -> None:
        self.item.categories.extend(text_of(element).split(","))

    def language(self, element: Element) -> None:
        self.item.language = text_of(element)

    def media_group(self, element: Element) -> None:
        self._read_children(element)

    def media_content(self, element: Element) -> None:
        get = element.get
        self._pictures().media(get("url") or "", get("type") or "", get("medium") or "", get("width") or "")
        self._read_children(element)

    def thumbnail(self, element: Element) -> None:
        self._pictures().thumbnail(element.get("url") or text_of(element))

    def enclosure(self, element: Element) -> None:
        self._pictures().enclosure(element.get("url") or "", element.get("type") or "")

    def image(self, element: Element) -> None:
        self._pictures().other(element.get("href") or element.get("url") or text_of(element))


_OF_ITEM: dict[str, Callable[[_ItemReader, Element], None]] = {
    "title": _ItemReader.title,
    "dc:title": _ItemReader.title,
    "media:title": _ItemReader.media_title,
    "link": _ItemReader.page,
    "guid": _ItemReader.guid,
    "id": _ItemReader.guid,
    "description": _ItemReader.description,
    "dc:description": _ItemReader.description,
    "summary": _ItemReader.description,
    "itunes:summary": _ItemReader.description,
    "abstract": _ItemReader.description,
    "media:description": _ItemReader.caption,
    "content:encoded": _ItemReader.content,
    "content": _ItemReader.content,
    "fullitem": _ItemReader.content,
    "body": _ItemReader.content,
    "xhtml:body": _ItemReader.content,
    "pubdate": _ItemReader.date_published,
    "published": _ItemReader.date_published,
    "issued": _ItemReader.date_published,
    "dcterms:issued": _ItemReader.date_published,
    "updated": _ItemReader.date_updated,
    "modified": _ItemReader.date_updated,
    "lastbuilddate": _ItemReader.date_updated,
    "dc:date": _ItemReader.date_updated,
    "dcterms:modified": _ItemReader.date_updated,
    "created": _ItemReader.date_created,
    "dcterms:created": _ItemReader.date_created,
    "author": _ItemReader.author,
    "dc:creator": _ItemReader.author,
    "dc:author": _ItemReader.author,
    "itunes:author": _ItemReader.author,
    "managingeditor": _ItemReader.author,
    "category": _ItemReader.category,
    "dc:subject": _ItemReader.category,
    "media:category": _ItemReader.category,
    "itunes:category": _ItemReader.category,
    "keywords": _ItemReader.category,
    "tags": _ItemReader.keywords,
    "media:keywords": _ItemReader.keywords,
    "itunes:keywords": _ItemReader.keywords,
    "language": _ItemReader.language,
    "dc:language": _ItemReader.language,
    "media:group": _ItemReader.media_group,
    "media:content": _ItemReader.media_content,
    "media:thumbnail": _ItemReader.thumbnail,
    "enclosure": _ItemReader.enclosure,
    "itunes:image": _ItemReader.image,
    "image": _ItemReader.image,
}
"""New elements are one line here; the namespace prefixes are those of `names.py`."""


def _page_link(element: Element) -> str | None:
    """Where a link element points to, None when it is no link to the page itself.

    The element's own text, or its `href` when it is an alternate in HTML (RFC 4287, 4.2.7).
    """
    href = _href(element)
    if not href:
        link = text_of(element).replace("&amp;", "&")
        return _HALF_ENTITY.sub(r"&\1", link) if "&" in link else _resolved(element, link)
    rel, kind = (element.get("rel") or "alternate").lower(), (element.get("type") or "text/html").lower()
    return href if rel == "alternate" and kind in _PAGE_TYPES else None


def _href(element: Element) -> str:
    return _resolved(element, element.get("href") or element.get("url") or element.get("uri") or "")


def _resolved(element: Element, link: str) -> str:
    """A relative link joined to the `xml:base` that holds here, when there is one."""
    base = element.base if link and not link.startswith(("https://", "http://")) else None
    try:
        return urljoin(base, link) if base else link
    except ValueError:
        return ""
