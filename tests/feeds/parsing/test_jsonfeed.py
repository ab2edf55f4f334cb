"""JSON Feed, versions 1 and 1.1, and JSON that is something else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import ParsedFeed
from bot.errors import FeedUnreadable
from bot.feeds.parse import parse_feed
from bot.feeds.parsing.jsonfeed import read_json_feed

anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "id",
    "url",
    "title",
    "content_html",
    "summary",
    "date_published",
    "authors",
    "author",
    "tags",
    "image",
    "attachments",
)


def parsed(**values: object) -> ParsedFeed:
    document = {"version": "https://jsonfeed.org/version/1", "title": "Dune Notes"} | values
    return parse_feed(json.dumps(document).encode(), "application/json", "https://dune.example/feed.json")


def test_version_one_gives_its_author_and_numeric_ids() -> None:
    feed = parsed(items=[{"id": 7, "author": {"name": "Kees"}, "content_html": "<p>Zand</p><p>Wind</p>"}])
    (item,) = feed.items
    assert (item.guid, item.authors, item.text) == ("7", ("Kees",), "Zand\nWind")


def test_html_is_preferred_and_text_is_not_markup() -> None:
    both = parsed(items=[{"id": "1", "content_html": "<b>Vet</b>", "content_text": "Vet"}])
    plain = parsed(items=[{"id": "1", "content_text": "a <b> & c"}])
    assert both.items[0].text == "Vet"
    assert plain.items[0].text == "a <b> & c"


def test_addresses_become_absolute_and_pages_are_known() -> None:
    feed = parsed(
        next_url="?page=2",
        items=[
            {
                "id": "1",
                "url": "/n1",
                "attachments": [
                    {"url": "/a.mp3", "mime_type": "audio/mpeg"},
                    {"url": "/a.png", "mime_type": "image/png"},
                ],
            }
        ],
    )
    assert feed.next_page == "https://dune.example/feed.json?page=2"
    assert (feed.items[0].url, feed.items[0].image) == (
        "https://dune.example/n1",
        "https://dune.example/a.png",
    )


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"items": 1}', b'{"items": []}', b"{", b"[" * 100_000, b'{"a": "\x01"}']
)
def test_other_json_is_refused(body: bytes) -> None:
    with pytest.raises(FeedUnreadable):
        read_json_feed(body)


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), anything) | anything, max_size=4))
def test_values_of_any_type_are_survived(rows: list[object]) -> None:
    feed = parsed(items=rows)
    assert len(feed.items) == sum(isinstance(row, dict) for row in rows)
    assert all(isinstance(item.text, str) for item in feed.items)


def test_what_no_database_can_hold_is_left_out() -> None:
    said = "NAVO \ud83d\x00 vaart \U0001f6a2"
    feed = parsed(
        title=said,
        items=[
            {
                "id": said,
                "url": "https://dune.example/\x00\udfff",
                "title": said,
                "content_text": said,
                "authors": [{"name": said}],
                "tags": [said],
            }
        ],
    )
    kept = "NAVO vaart \U0001f6a2"
    (item,) = feed.items
    assert [feed.title, item.guid, item.title, item.text] == [kept] * 4
    assert (item.url, item.authors, item.categories) == ("https://dune.example/", (kept,), (kept,))
