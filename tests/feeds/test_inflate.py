"""Gzip files as bodies."""

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FeedError, FeedTooLarge, FeedUnreadable
from bot.feeds.inflate import gunzip, is_gzip


def test_a_gzip_file_is_opened() -> None:
    packed = gzip.compress(b"<rss/>")
    assert is_gzip(packed)
    assert not is_gzip(b"<rss/>")
    assert gunzip(packed, 6) == b"<rss/>"


def test_what_is_inside_has_a_limit() -> None:
    with pytest.raises(FeedTooLarge):
        gunzip(gzip.compress(b"<rss/>"), 5)
    with pytest.raises(FeedTooLarge):
        gunzip(gzip.compress(b"\0" * 50_000_000), 1000)


def test_a_file_of_several_members_is_one() -> None:
    packed = gzip.compress(b"<rss>") + gzip.compress(b"</rss>")
    assert gunzip(packed + b"\x00" * 100, 11) == b"<rss></rss>"
    with pytest.raises(FeedTooLarge):
        gunzip(packed, 10)
    with pytest.raises(FeedUnreadable, match="cut off"):
        gunzip(packed[:-1], 100)
    with pytest.raises(FeedTooLarge, match="parts"):
        gunzip(gzip.compress(b"") * 1000, 100)


def test_a_file_that_is_cut_off_is_unreadable() -> None:
    with pytest.raises(FeedUnreadable, match="cut off"):
        gunzip(gzip.compress(b"<rss/>")[:-1], 1000)


@given(st.binary(max_size=100))
def test_any_bytes_are_survived(junk: bytes) -> None:
    with contextlib.suppress(FeedError):
        assert len(gunzip(b"\x1f\x8b\x08" + junk, 1000)) <= 1000
