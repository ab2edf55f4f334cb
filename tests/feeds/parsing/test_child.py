"""The reader process's side of the conversation, without a process."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import FeedUnreadable
from bot.feeds.parsing.child import serve
from bot.feeds.parsing.exchange import LENGTH_BYTES, framed, pack, unpack
from bot.feeds.parsing.raw import RawFeed, RawItem
from bot.feeds.parsing.tolerant import read_tolerantly

BROKEN = (
    b"<rss version='2.0'><channel><title>x & y</title><item><title>Br\xc3\xbcg</title></item></channel></rss>"
)


def conversation(*documents: bytes) -> list[bytes]:
    sink = io.BytesIO()
    serve(io.BytesIO(b"".join(map(framed, documents))), sink)
    sink.seek(0)
    answers = []
    while length := sink.read(LENGTH_BYTES):
        answers.append(sink.read(int.from_bytes(length)))
    return answers


def test_every_document_gets_its_feed_in_order() -> None:
    one, other = conversation(BROKEN, BROKEN.replace(b"Br", b"Kr"))
    assert unpack(one) == read_tolerantly(BROKEN)
    assert unpack(other).items[0].title == "Krüg"


def test_what_cannot_be_read_gets_a_reason_and_the_next_is_read() -> None:
    bad, good = conversation(b"<menu><dish>soep & brood", BROKEN)
    with pytest.raises(FeedUnreadable, match="not a feed"):
        unpack(bad)
    assert len(unpack(good).items) == 1


def test_what_nobody_expected_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(document: bytes) -> RawFeed:
        raise RecursionError

    monkeypatch.setattr("bot.feeds.parsing.child.read_tolerantly", trip)
    (answer,) = conversation(BROKEN)
    with pytest.raises(FeedUnreadable, match="RecursionError"):
        unpack(answer)


def test_a_feed_arrives_as_it_left() -> None:
    moment = datetime(2025, 3, 3, 9, tzinfo=UTC)
    feed = RawFeed(
        "t",
        "l",
        "nl",
        timedelta(minutes=15),
        frozenset({1, 2}),
        "n",
        [RawItem("g", "l", "t\ud800", "s", ["b"], moment, None, ["a"], ["c"], "en", ["i"])],
    )
    arrived = unpack(pack(feed))
    assert arrived.items[0].published == moment
    assert (arrived.ttl, arrived.skip_hours) == (feed.ttl, feed.skip_hours)
    assert arrived.items[0].bodies == ["b"]
