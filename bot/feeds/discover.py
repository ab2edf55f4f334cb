"""Finds the feeds of a site: `/addfeed` with the address of a newspaper is enough.

It asks the page, then the feeds the page names, then a few paths where feeds usually are; every candidate
has been read and is a feed. It must not subscribe anybody to anything.
"""

import asyncio
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from yarl import URL

from bot.domain.models import Fetched, ParsedFeed
from bot.errors import FeedError, FeedUnreachable
from bot.feeds.http import Fetcher, Page
from bot.feeds.parsing.parser import Parser

_HEAD = 1_000_000
_MOST = 10
_TYPES = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
    )
)
_COMMON_PATHS = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feeds", "feed.json")
_TAG = re.compile(r"<(link|a|base)\b([^<>]{1,4000})>", re.I)
_ATTRIBUTE = re.compile(r"""(?<![a-z-])([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_LOOKS_LIKE_FEED = re.compile(r"(?:^|[/._-])(?:rss|atom|feeds?)(?:$|[/._?-])|\.(?:rss|rdf|atom)$", re.I)
_NOT_FOR_PROGRAMS = (403, 406, 451)
"""How sites answer whose pages are not for programs; their feeds often are."""
_AS_PASTED = re.compile(r"(?:feed|rss):(?://|(?=https?:))", re.I)
_COMMENTS = re.compile(r"comments?\b|reacties", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was found and can be read."""

    url: str
    title: str
    language: str | None
    items: int
    newest: datetime | None


async def discover(fetcher: Fetcher, address: str, parser: Parser | None = None) -> list[Candidate]:
    """The feeds behind an address, those the site names first and feeds of comments last.

    Args:
        fetcher: asks.
        address: of a feed or of any page of a site, as people paste it: the scheme may be missing, or
            ``feed``, and there may be pointed brackets around it.
        parser: reads, with a deadline, what is found; None takes one for this search.

    Raises:
        FeedError: the address itself cannot be read. A site without feeds is an empty list.
    """
    if parser is None:
        async with Parser() as own:
            return await discover(fetcher, address, own)
    address = _AS_PASTED.sub("", address.strip().strip("<>")).strip()
    try:
        page = await _first_page(fetcher, address)
    except FeedUnreachable as error:
        usual = await _usual(fetcher, parser, address) if error.status in _NOT_FOR_PROGRAMS else []
        if not usual:
            raise
        return usual
    itself = await _read(parser, page)
    if itself is not None:
        return [itself]
    named = await asyncio.to_thread(feed_links, page)
    found = await asyncio.gather(*(_try(fetcher, parser, url) for url in named[:_MOST]))
    candidates = list({one.url: one for one in found if one}.values())
    if candidates:
        return sorted(candidates, key=lambda one: bool(_COMMENTS.search(one.url + one.title)))
    return await _usual(fetcher, parser, page.url)


async def _usual(fetcher: Fetcher, parser: Parser, address: str) -> list[Candidate]:
    """The first feed where feeds usually are."""
    try:
        addresses = common_addresses(address if "://" in address else f"https://{address}")
    except ValueError:
        return []
    for url in addresses:
        candidate = await _try(fetcher, parser, url)
        if candidate:
            return [candidate]
    return []


async def _first_page(fetcher: Fetcher, address: str) -> Page:
    if "://" in address:
        return await fetcher.fetch_page(address)
    try:
        return await fetcher.fetch_page(f"https://{address}")
    except FeedUnreachable as error:
        if error.status is not None:
            raise
        return await fetcher.fetch_page(f"http://{address}")


async def _try(fetcher: Fetcher, parser: Parser, url: str) -> Candidate | None:
    try:
        page = await fetcher.fetch_page(url)
    except FeedError:
        return None
    return await _read(parser, page)


async def _read(parser: Parser, page: Page) -> Candidate | None:
    try:
        feed = await parser.parse(Fetched(page.url, page.body, page.content_type, None, None, None))
    except FeedError:
        return None
    return Candidate(page.url, feed.title, feed.language, len(feed.items), _newest(feed))


def _newest(feed: ParsedFeed) -> datetime | None:
    return max((item.published for item in feed.items if item.published), default=None)


def feed_links(page: Page) -> list[str]:
    """The addresses of feeds that an HTML page names, best first, each once.

    First its ``<link rel="alternate">`` of a feed's type
    (https://blog.whatwg.org/feed-autodiscovery), then links whose address looks like a feed's.
    """
    text = _without_comments(page.body[:_HEAD].decode("utf-8", "replace"))
    base = page.url
    declared: list[str] = []
    linked: list[str] = []
    for name, attributes in _tags(text):
        address = attributes.get("href", "").strip()
        if name == "base" and address:
            base = address
        elif name == "link" and _is_alternate(attributes):
            declared.append(address)
        elif name == "a" and _LOOKS_LIKE_FEED.search(address):
            linked.append(address)
    return list(dict.fromkeys(_absolute(page.url, base, [*declared, *linked])))


def _without_comments(text: str) -> str:
    first, *rest = text.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in rest)


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for tag in _TAG.finditer(text):
        yield (
            tag[1].lower(),
            {
                key.lower(): html.unescape(double or single or bare)
                for key, double, single, bare in _ATTRIBUTE.findall(tag[2])
            },
        )


def _is_alternate(attributes: dict[str, str]) -> bool:
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    return "alternate" in attributes.get("rel", "").lower().split() and kind in _TYPES


def _absolute(page: str, base: str, addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        try:
            url = URL(page).join(URL(base)).join(URL(address.removeprefix("feed:")))
        except ValueError:
            continue
        if url.scheme in ("http", "https") and url.host:
            yield str(url.with_fragment(None))


def common_addresses(page: str) -> list[str]:
    """Where feeds usually are: below the page itself, then at the root of its site."""
    url = URL(page).with_query(None).with_fragment(None)
    root = url.origin() / ""
    here = url if url.path.endswith("/") else url / ""
    paths = [here / path for path in _COMMON_PATHS[:4]] + [root / path for path in _COMMON_PATHS]
    return list(dict.fromkeys(map(str, paths)))
