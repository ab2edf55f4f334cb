"""Feed documents of every format, and documents that are none."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FeedTooLarge, FeedUnreadable
from bot.feeds.parse import parse_feed
from bot.feeds.parsing import document
from tests.support import feed_documents

DAMAGE = (
    b"<", b"&", b'"', b"]]>", b"<![CDATA[", b"\x00", b"\xff", b"<item>", b"</channel>", b"<!--", b"&#xD800;",
    b"&nbsp;", b"<link href='//['/>", b"<pubDate>Mon, 31 Feb 99999 25:61:61 +9999</pubDate>",
    b"<!DOCTYPE a [",
)  # fmt: skip

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
     xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
  <title>De Dijkbode</title><link>https://dijkbode.example/</link><language>nl-NL</language><ttl>15</ttl>
  <skipHours><hour>1</hour><hour>2</hour></skipHours>
  <item>
    <title>Minister: &amp;quot;Dijk bij Zandvoort houdt&amp;quot;</title>
    <link>https://dijkbode.example/nieuws/101/dijk-houdt</link>
    <guid isPermaLink="false">dijkbode-101</guid>
    <pubDate>Mon, 03 Mar 2025 10:15:00 +0100</pubDate>
    <dc:creator>Saskia de Wit</dc:creator>
    <category>Binnenland</category><category>Water</category>
    <description><![CDATA[<p>De dijk is <b>veilig</b>.</p><p>Het waterschap bevestigt dat.</p>]]>
    </description>
    <content:encoded><![CDATA[<p>De dijk is <b>veilig</b>.</p><p>Het waterschap bevestigt dat.</p>
      <script>volg()</script><p>Morgen wordt opnieuw gemeten.</p>]]></content:encoded>
    <media:content url="https://dijkbode.example/foto/101.jpg" medium="image"/>
  </item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <title>The Harbour Post</title><id>tag:harbour.example,2025:feed</id>
  <link href="https://harbour.example/"/><updated>2025-03-03T09:00:00Z</updated>
  <entry>
    <id>tag:harbour.example,2025:7</id>
    <title type="html">Ferry &lt;em&gt;Aurora&lt;/em&gt; runs aground</title>
    <link rel="alternate" href="/2025/ferry-aurora"/>
    <published>2025-03-03T08:00:00+01:00</published><updated>2025-03-03T08:30:00+01:00</updated>
    <author><name>Ruth Adeyemi</name></author><category term="shipping"/>
    <summary>All aboard are safe.</summary>
  </entry>
</feed>"""

RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
         xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
  <channel rdf:about="https://polder.example/"><title>Polder Nu</title><link>https://polder.example/</link>
    <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel>
  <item rdf:about="https://polder.example/a/9"><title>Gemaal staat stil</title>
    <link>https://polder.example/a/9</link><dc:date>2025-03-03T07:00:00Z</dc:date>
    <description>Een storing.</description></item>
</rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Dune Notes", "language": "en-GB",
 "home_page_url": "https://dune.example/", "items": [
 {"id": "n1", "url": "https://dune.example/n1", "title": "Sand & wind", "content_text": "A < B\\nand more",
  "date_published": "2025-03-03T06:00:00Z", "authors": [{"name": "Kees Blom"}], "tags": ["coast"],
  "image": "https://dune.example/n1.png"}]}"""


def test_rss_gives_every_field() -> None:
    feed = parse_feed(RSS.encode(), "application/rss+xml", "https://dijkbode.example/rss")
    assert (feed.title, feed.url, feed.language) == ("De Dijkbode", "https://dijkbode.example/", "nl")
    assert (feed.ttl, feed.skip_hours) == (timedelta(minutes=15), frozenset({1, 2}))
    (item,) = feed.items
    assert item.guid == "dijkbode-101"
    assert item.url == "https://dijkbode.example/nieuws/101/dijk-houdt"
    assert item.title == 'Minister: "Dijk bij Zandvoort houdt"'
    assert item.summary == "De dijk is veilig. Het waterschap bevestigt dat."
    assert item.text == "De dijk is veilig.\nHet waterschap bevestigt dat.\nMorgen wordt opnieuw gemeten."
    assert item.published == datetime(2025, 3, 3, 9, 15, tzinfo=UTC)
    assert (item.authors, item.categories) == (("Saskia de Wit",), ("Binnenland", "Water"))
    assert item.image == "https://dijkbode.example/foto/101.jpg"


def test_atom_gives_every_field() -> None:
    feed = parse_feed(ATOM.encode(), "", "https://harbour.example/feed.atom")
    (item,) = feed.items
    assert (feed.title, feed.language) == ("The Harbour Post", "en")
    assert item.guid == "tag:harbour.example,2025:7"
    assert item.url == "https://harbour.example/2025/ferry-aurora"
    assert item.title == "Ferry Aurora runs aground"
    assert item.published == datetime(2025, 3, 3, 7, 0, tzinfo=UTC)
    assert item.updated == datetime(2025, 3, 3, 7, 30, tzinfo=UTC)
    assert (item.authors, item.categories) == (("Ruth Adeyemi",), ("shipping",))
    assert item.summary == item.text == "All aboard are safe."


def test_rdf_gives_every_field() -> None:
    feed = parse_feed(RDF.encode(), "", "")
    (item,) = feed.items
    assert feed.ttl == timedelta(minutes=15)
    assert (item.guid, item.url) == ("https://polder.example/a/9", "https://polder.example/a/9")
    assert (item.title, item.text) == ("Gemaal staat stil", "Een storing.")
    assert item.updated == datetime(2025, 3, 3, 7, 0, tzinfo=UTC)


def test_json_feed_gives_every_field() -> None:
    feed = parse_feed(JSON.encode(), "application/feed+json", "")
    (item,) = feed.items
    assert (feed.title, feed.url, feed.language) == ("Dune Notes", "https://dune.example/", "en")
    assert (item.guid, item.url, item.title) == ("n1", "https://dune.example/n1", "Sand & wind")
    assert item.text == "A < B\nand more"
    assert item.published == datetime(2025, 3, 3, 6, 0, tzinfo=UTC)
    assert (item.authors, item.categories) == (("Kees Blom",), ("coast",))
    assert item.image == "https://dune.example/n1.png"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"nothing to see",
        b"<html><body><p>404</p></body></html>",
        b"{}",
        b"[1, 2]",
        b'{"a"',
        b"\x00\xff",
    ],
)
def test_a_document_that_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(FeedUnreadable):
        parse_feed(body, "text/html", "")


def test_a_document_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 100)
    with pytest.raises(FeedTooLarge):
        parse_feed(b"<rss>" + b" " * 200, "", "")


@given(
    st.sampled_from(feed_documents.ALL),
    st.lists(
        st.tuples(st.integers(0, 4_000), st.integers(0, 30), st.sampled_from(DAMAGE) | st.binary(max_size=4)),
        max_size=4,
    ),
)
@settings(deadline=None)
def test_a_damaged_document_is_read_or_refused(text: str, damage: list[tuple[int, int, bytes]]) -> None:
    body = text.encode()
    for at, length, instead in damage:
        body = body[:at] + instead + body[at + length :]
    with suppress(FeedUnreadable):
        for item in parse_feed(body, "", "https://dijkbode.example/rss").items:
            assert all(isinstance(value, str) for value in (item.guid, item.url, item.title, item.text))
            assert item.url.startswith(("https://", "http://")) or not item.url
            assert "\n" not in item.title + item.summary
            assert item.published is None or item.published.tzinfo is UTC
