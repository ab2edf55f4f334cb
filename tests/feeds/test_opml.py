"""Feed lists in and out."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import FeedSpec, Outlet
from bot.errors import BadInput
from bot.feeds.opml import MAX_BYTES, MAX_FEEDS, read_opml, write_opml

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def opml(body: str, head: str = "<title>Mijn kranten</title>") -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head>{head}</head><body>{body}</body></opml>'.encode()


def test_feeds_are_read_from_folders_in_order_and_once() -> None:
    found = read_opml(
        opml(
            '<outline text="Nederland"><outline type="rss" text="Proefkrant" '
            'xmlUrl="https://www.krant.example/rss?a=1&amp;b=2" language="nl-NL"/>'
            '<outline text="map"><outline text="Gazet" XMLURL="http://gazet.example/atom"/></outline></outline>'
            '<outline text="Nog eens" xmlUrl="https://www.krant.example/rss?a=1&amp;b=2"/>'
        )
    )
    assert found.title == "Mijn kranten"
    assert found.feeds == (
        FeedSpec("https://www.krant.example/rss?a=1&b=2", Outlet("Proefkrant", "krant"), "nl"),
        FeedSpec("http://gazet.example/atom", Outlet("Gazet", "gazet")),
    )


def test_addresses_outside_the_web_are_skipped_and_told() -> None:
    found = read_opml(
        opml(
            '<outline xmlUrl="file:///etc/passwd"/><outline xmlUrl="javascript:alert(1)"/>'
            '<outline xmlUrl="http://["/><outline xmlUrl="feed://krant.example/rss"/>'
            '<outline xmlUrl="feed:https://gazet.example/rss"/>'
        )
    )
    assert [feed.url for feed in found.feeds] == ["http://krant.example/rss", "https://gazet.example/rss"]
    assert found.skipped == ("file:///etc/passwd", "javascript:alert(1)", "http://[")


def test_what_is_written_is_read_back() -> None:
    feeds = (
        FeedSpec(
            "https://a.example/rss?x=1&y=2", Outlet('De "Proef" & Zn <nl>', "proef"), "nl", "Voor & achter"
        ),
        FeedSpec("https://b.example/", Outlet("Gazet", "gazet-groep")),
    )
    written = write_opml(feeds, title="Kranten <van> & mij", created=NOW)
    found = read_opml(written)
    assert found.feeds == feeds
    assert found.title == "Kranten <van> & mij"


def test_logins_and_headers_are_never_written() -> None:
    feed = FeedSpec(
        "https://editor:geheim@krant.example/rss", Outlet("Krant", "krant"), headers={"Cookie": "abo=geheim"}
    )
    written = write_opml([feed], title="t", created=NOW)
    assert b"geheim" not in written
    assert b"editor" not in written
    assert b'"https://krant.example/rss"' in written


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    b'<opml><body><outline text="&b;" xmlUrl="https://krant.example/"/></body></opml>'
)
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<opml><head><title>&x;</title></head><body/></opml>"
)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "not well-formed XML, line 1"),
        (b"not xml", "not well-formed XML"),
        (b"\xff\xfe\x00", "not well-formed XML"),
        (opml("<outline>"), "not well-formed XML"),
        (b"<rss><channel/></rss>", "not an OPML file"),
        (BILLION_LAUGHS, "declares entities"),
        (EXTERNAL, "declares entities"),
        (opml("<outline>" * 100 + "</outline>" * 100), "nested too deeply"),
        (b"<opml>" + b" " * MAX_BYTES, "larger than 5 MB"),
    ],
)
def test_a_file_that_is_no_list_of_feeds_is_refused(body: bytes, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        read_opml(body)


SLIPS = {
    "space before": b"\n\n  %s",
    "mark before": b"\xef\xbb\xbf%s",
    "unknown encoding": b'<?xml version="1.0" encoding="x-klingon"?>%s',
    "undeclared Windows-1252": b"%s<!-- caf\xe9 -->",
    "NUL": b"%s\x00",
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_of_other_programs_lose_no_feed(slip: str) -> None:
    outline = b'<outline text="Vis & Vlees" xmlUrl="https://krant.example/rss?a=1&b=2#top"/>'
    (feed,) = read_opml(SLIPS[slip] % (b"<opml><body>" + outline + b"</body></opml>")).feeds
    assert (feed.url, feed.outlet.name) == ("https://krant.example/rss?a=1&b=2", "Vis & Vlees")


def test_a_list_has_a_largest_size() -> None:
    many = "".join(f'<outline xmlUrl="http://a.example/{n}"/>' for n in range(MAX_FEEDS + 1))
    with pytest.raises(BadInput, match="more than 20000 feeds"):
        read_opml(opml(many))


def test_an_external_document_type_is_not_fetched() -> None:
    body = b'<!DOCTYPE opml SYSTEM "http://a.example/opml.dtd"><opml><body/></opml>'
    assert read_opml(body).feeds == ()


@given(title=st.text(max_size=30), name=st.text(min_size=1, max_size=30), owner=st.text(max_size=10))
def test_any_text_can_be_written(title: str, name: str, owner: str) -> None:
    feed = FeedSpec("https://krant.example/rss", Outlet(name, owner), title=title)
    found = read_opml(write_opml([feed], title=title, created=NOW))
    assert [one.url for one in found.feeds] == ["https://krant.example/rss"]
