"""The older page of a feed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.paging import older_page
from tests.support.feedbuilder import items, rss

URL = "https://krant.example/feed?x=1"


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ('<atom:link rel="next" href="?pagina=2&amp;x=1"/>', "https://krant.example/feed?pagina=2&x=1"),
        ("<link href='https://a.example/2' rel='prev-archive' />", "https://a.example/2"),
        ("<generator>https://wordpress.org/?v=6.7</generator>", "https://krant.example/feed?x=1&paged=2"),
        ('<atom:link rel="self" href="https://krant.example/feed"/>', None),
        ('<atom:link rel="next" href="https://krant.example/feed?x=1"/>', None),
        ('<atom:link rel="next" href="file:///etc/passwd"/>', None),
        ('<atom:link rel="next" href="http://["/>', None),
        ('<atom:link rel="next"/>', None),
        ("", None),
    ],
)
def test_a_feed_may_name_its_older_page(extra: str, expected: str | None) -> None:
    assert older_page(rss(items(3), extra=extra), URL) == expected


def test_a_link_at_the_end_of_the_document_counts() -> None:
    body = b"<feed><entry><id>1</id></entry><link rel='next' href='/2'/></feed>"
    assert older_page(body, URL) == "https://krant.example/2"


def test_a_link_of_an_item_is_not_the_feeds() -> None:
    body = b'<feed><entry><link rel="next" href="/deel-2"/></entry><entry/></feed>'
    assert older_page(body, URL) is None


@pytest.mark.parametrize(
    ("paged", "following"), [("2", "3"), ("9", "10"), ("x", "2"), ("²", "2"), ("9" * 5000, "2")]
)
def test_wordpress_counts_on(paged: str, following: str) -> None:
    body = b"<rss><channel><generator>https://wordpress.org/</generator></channel></rss>"
    address = f"https://krant.example/feed/?paged={paged}"
    assert older_page(body, address) == f"https://krant.example/feed/?paged={following}"


def test_a_json_feed_names_its_next_page() -> None:
    body = (
        b'\xef\xbb\xbf{"version": "https://jsonfeed.org/version/1.1", "next_url": "https:\\/\\/a.example/2"}'
    )
    assert older_page(body, URL) == "https://a.example/2"
    assert older_page(b'{"version": "https://jsonfeed.org/version/1.1"}', URL) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(junk: bytes) -> None:
    older_page(junk + b'<link rel="next" href="' + junk + b'"/>', URL)
