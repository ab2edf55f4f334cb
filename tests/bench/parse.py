"""Parsing well-formed feeds, against feedparser and fastfeedparser, in CPU time of the same run.

`HERAUT_BENCH_FEEDS` may name a folder of feed files (searched with all its folders); without it feeds are
generated: RSS with full content, RSS with teasers, Atom and RDF, with the markup that publishers put in.

Texts are made of markup when they are read, and in a poll most are not, as most items are known already;
so both figures are given.
"""

import os
import random
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

import fastfeedparser
import feedparser
from lxml import etree

from bot.feeds.parse import parse_feed
from tests.bench.corpus import load

ROUNDS = 5
TARGET = 20
_SUFFIXES = {".xml", ".rss", ".atom", ".rdf"}


def main() -> None:
    """Print the table."""
    bodies = [body for body in _bodies() if _well_formed(body)]
    size = sum(map(len, bodies))
    print(f"{len(bodies)} well-formed feeds, {size / 1e6:.1f} MB, median CPU of {ROUNDS} rounds")
    times: dict[str, list[float]] = {name: [] for name in _READERS}
    for _ in range(ROUNDS):
        for name, read in _READERS.items():
            times[name].append(_cpu(read, bodies))
    reference = median(times["feedparser"])
    for name, found in times.items():
        took = median(found)
        print(
            f"  {name:<34} {took / len(bodies) * 1e3:8.3f} ms a feed   {reference / took:6.1f} × feedparser"
        )
    ratio = reference / median(times["heraut"])
    print(f"  target: at least {TARGET} ×: {'reached' if ratio >= TARGET else 'MISSED'}")


def _ours_with_text(body: bytes) -> None:
    for item in parse_feed(body, "", "").items:
        assert item.text is not None
        assert item.summary is not None


def _fast_peer(body: bytes) -> None:
    try:
        fastfeedparser.parse(body)
    except ValueError:
        return  # it refuses feeds without items


_READERS: dict[str, Callable[[bytes], object]] = {
    "feedparser": lambda body: feedparser.parse(body),
    "feedparser, nothing cleaned": lambda body: feedparser.parse(
        body, sanitize_html=False, resolve_relative_uris=False
    ),
    "fastfeedparser (markup, no text)": _fast_peer,
    "heraut": lambda body: parse_feed(body, "", ""),
    "heraut, every text read": _ours_with_text,
}


def _cpu(read: Callable[[bytes], object], bodies: list[bytes]) -> float:
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for body in bodies:
            read(body)
    return time.process_time() - began


def _well_formed(body: bytes) -> bool:
    try:
        etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    return True


def _bodies() -> list[bytes]:
    folder = os.environ.get("HERAUT_BENCH_FEEDS")
    if folder:
        files = sorted(path for path in Path(folder).rglob("*") if path.suffix in _SUFFIXES)
        return [path.read_bytes() for path in files]
    return list(_invented())


def _invented() -> Iterator[bytes]:
    """Sixty feeds of thirty items, a third of each form."""
    chance = random.Random(1)
    texts = [f"{document.title}{document.text}" for document in load(400).documents]
    for number in range(60):
        stories = chance.sample(texts, 30)
        yield _FORMS[number % len(_FORMS)](stories).encode()


def _full(stories: list[str]) -> str:
    """RSS with the whole article in it."""
    items = "".join(
        f"<item><title>{escape(_title(story))}</title><link>https://dijkbode.example/nieuws/{number}/kop</link>"
        f"<guid isPermaLink='false'>dijkbode-{number}</guid><pubDate>Mon, 03 Mar 2025 10:{number:02}:00 +0100"
        f"</pubDate><dc:creator>Saskia de Wit</dc:creator><category>Binnenland</category>"
        f"<description><![CDATA[{_markup(story[:300])}]]></description>"
        f"<content:encoded><![CDATA[{_markup(story)}]]></content:encoded></item>"
        for number, story in enumerate(stories)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>De Dijkbode</title>'
        f"<link>https://dijkbode.example/</link>{items}</channel></rss>"
    )


def _teasers(stories: list[str]) -> str:
    """RSS with a teaser and a picture, as most newspapers have it."""
    items = "".join(
        f"<item><title>{escape(_title(story))}</title><link>https://dijkbode.example/nieuws/{number}/kop</link>"
        f"<guid>https://dijkbode.example/nieuws/{number}</guid>"
        f"<pubDate>Mon, 03 Mar 2025 10:{number:02}:00 GMT</pubDate>"
        f"<description>{escape(story[:300])}</description>"
        f'<media:content url="https://dijkbode.example/{number}.jpg" medium="image" width="700"/></item>'
        for number, story in enumerate(stories)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>De Dijkbode</title><link>https://dijkbode.example/</link>{items}</channel></rss>"
    )


def _atom(stories: list[str]) -> str:
    """Atom with escaped markup."""
    entries = "".join(
        f"<entry><title>{escape(_title(story))}</title><id>tag:harbour.example,2025:{number}</id>"
        f'<link rel="alternate" type="text/html" href="https://harbour.example/{number}"/>'
        f"<published>2025-03-03T08:{number:02}:00+01:00</published><updated>2025-03-03T09:00:00Z</updated>"
        f"<author><name>Ruth Adeyemi</name></author>"
        f'<content type="html">{escape(_markup(story))}</content></entry>'
        for number, story in enumerate(stories)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>The Harbour Post</title><id>tag:harbour.example,2025:feed</id>{entries}</feed>"
    )


_FORMS = (_full, _teasers, _atom)


def _title(story: str) -> str:
    return story[:70].rpartition(" ")[0]


def _markup(story: str) -> str:
    """A paragraph per two sentences, with a link, emphasis and a picture as articles have them."""
    sentences = story.split(". ")
    paragraphs = [". ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2)]
    return "".join(
        f'<p>{paragraph} <a href="https://dijkbode.example/{number}" rel="x">lees <em>meer</em></a>.</p>'
        + ('<figure><img src="/foto.jpg" alt="Een foto"/></figure>' if number % 4 == 0 else "")
        for number, paragraph in enumerate(paragraphs)
    )
