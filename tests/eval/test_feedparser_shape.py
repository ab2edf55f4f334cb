"""The shape in which feedparser's own cases are run: same keys, same values, on documents of ours."""

import feedparser
import pytest

from tests.eval.feedparser_shape import parse
from tests.support import feed_documents


@pytest.mark.parametrize("text", feed_documents.ALL, ids=lambda text: text[40:60])
def test_our_readers_take_the_shape_of_feedparsers_results(text: str) -> None:
    ours, theirs = parse(text.encode(), {"Content-Type": "application/xml"}), feedparser.parse(text.encode())
    assert ours["feed"]["title"] == theirs.feed.get("title", "")
    for one, other in zip(ours["entries"], theirs.entries, strict=True):
        assert one["link"] == other.get("link", "")
        assert one["id"] == other.get("id", "")
        assert [tag["term"] for tag in one["tags"]] == [tag.term for tag in other.get("tags", ())]


def test_what_is_no_feed_has_no_entries() -> None:
    assert parse(b"<html>404</html>", None) == {"bozo": True, "feed": {}, "entries": []}
