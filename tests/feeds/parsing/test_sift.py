import copy
import pickle
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.models import Fetched, ParsedFeed, ParsedItem
from bot.feeds.parse import parse_feed
from bot.feeds.parsing.document import read_plain
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.parser import Parser
from bot.feeds.parsing.sift import MOST_ENTRIES, Cut, Sifter, UnreadItem, cut, filled
from tests.support.feedbuilder import FeedItem, atom, items, rss

URL = "https://krant.example/rss"


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    async with Parser() as parser:
        yield parser


def fetched(body: bytes, url: str = URL) -> Fetched:
    return Fetched(url, body, "application/xml", None, None, None)


async def read(parser: Parser, body: bytes) -> ParsedFeed:
    return await parser.parse(fetched(body))


def whole(body: bytes) -> ParsedFeed:
    return parse_feed(body, "application/xml", URL)


def plainly(body: bytes, seen: list[bytes] | None = None) -> ParsedFeed | None:
    if seen is not None:
        seen.append(body)
    found = read_plain(body)
    return finish_feed(found, URL) if found else None


def unread(feed: ParsedFeed) -> list[bool]:
    return [isinstance(item, UnreadItem) for item in feed.items]


def cut_of(body: bytes) -> Cut:
    found = cut(body)
    assert found is not None
    return found


async def test_entries_that_stood_before_are_not_read_again(parser: Parser) -> None:
    await read(parser, rss(items(10)))
    later = rss(items(10, first=3))
    feed = await read(parser, later)
    assert unread(feed) == [False, False, *[True] * 8]
    assert feed == whole(later)


async def test_a_corrected_entry_is_read_in_its_place(parser: Parser) -> None:
    entries = items(6)
    await read(parser, rss(entries))
    entries[3] = FeedItem("Rectificatie: bericht nummer 3", entries[3].url)
    feed = await read(parser, rss(entries))
    assert unread(feed) == [True, True, True, False, True, True]
    assert feed.items[3].title == "Rectificatie: bericht nummer 3"
    assert feed == whole(rss(entries))


async def test_the_date_of_the_document_makes_no_entry_new(parser: Parser) -> None:
    built = "<lastBuildDate>Mon, 15 Jun 2026 12:0{}:00 GMT</lastBuildDate>"
    await read(parser, rss(items(4), extra=built.format(1)))
    assert all(unread(await read(parser, rss(items(4), extra=built.format(2)))))


@pytest.mark.parametrize("extra", ["<ttl>15</ttl>", "<generator>anders</generator>"])
async def test_under_another_head_all_entries_are_read(parser: Parser, extra: str) -> None:
    await read(parser, rss(items(4)))
    feed = await read(parser, rss(items(4), extra=extra))
    assert not any(unread(feed))
    assert feed == whole(rss(items(4), extra=extra))


async def test_entries_of_another_feed_are_not_taken_for_this_ones(parser: Parser) -> None:
    await read(parser, rss(items(4)))
    other = fetched(rss(items(4)), "https://ander.example/rss")
    assert not any(unread(await parser.parse(other)))


async def test_an_unread_entry_tells_its_date_and_fingerprint_without_being_read() -> None:
    body = rss(items(3))
    sifter, seen = Sifter(), list[bytes]()
    first = plainly(body)
    assert first is not None
    sifter.keep(URL, cut_of(body), first)
    found = cut_of(body)
    rest = plainly(found.without(sifter.known(URL, found)))
    assert rest is not None
    feed = filled(found, sifter.known(URL, found), rest, partial(plainly, seen=seen))
    assert feed is not None
    for item, before in zip(feed.items, first.items, strict=True):
        assert (item.published, item.fingerprint()) == (before.published, before.fingerprint())
    assert not seen
    assert feed.items[1].title == first.items[1].title
    assert feed.items[1].summary == first.items[1].summary
    assert len(seen) == 1


async def test_an_unread_entry_has_every_field_and_is_plain_when_copied_or_sent(parser: Parser) -> None:
    body = rss(items(3))
    await read(parser, body)
    feed = await read(parser, body)
    for item, plain in zip(feed.items, whole(body).items, strict=True):
        assert isinstance(item, UnreadItem)
        for field in fields(ParsedItem):
            assert getattr(item, field.name) == getattr(plain, field.name)
        assert hash(item) == hash(plain)
        for other in (copy.copy(item), pickle.loads(pickle.dumps(item))):  # noqa: S301  our own
            assert type(other) is ParsedItem
            assert other == plain
        with pytest.raises(AttributeError):
            _ = item._nothing


async def test_a_document_that_is_mostly_new_is_read_whole(parser: Parser) -> None:
    await read(parser, rss(items(4)))
    assert not any(unread(await read(parser, rss(items(9)))))


TRAPS = {
    "a closing tag in text": "<item><title>1</title><description><![CDATA[</item>]]></description></item>",
    "a commented entry": "<!-- <item><title>Geheim</title></item> -->",
    "a commented beginning": "<!-- <item> -->",
    "a commented end": "<!-- </item> -->",
    "an entry within an entry": "<item><title>Buiten</title><item><title>Binnen</title></item></item>",
    "an entry without an end": "<item/>",
    "a list of entries": "<items><item>Los</item></items>",
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=list(TRAPS))
async def test_what_only_looks_like_an_entry_changes_nothing(parser: Parser, trap: str) -> None:
    for first in (1, 2, 3, 3, 4):
        body = rss(items(6, first=first), extra=trap)
        assert await read(parser, body) == whole(body)
    body = rss(items(6, first=4))
    assert await read(parser, body) == whole(body)


@pytest.mark.slow
async def test_a_broken_entry_is_read_as_before_when_others_are_new(parser: Parser) -> None:
    broken = "<item><title>Kapot & wel</title><link>https://krant.example/kapot</link></item>"
    for first in (1, 2, 3):
        body = rss(items(5, first=first), extra=broken)
        assert await read(parser, body) == whole(body)


def test_a_document_with_very_many_entries_is_not_cut() -> None:
    assert cut(rss(items(MOST_ENTRIES + 1))) is None


@pytest.mark.parametrize("body", [b"", b"<item", b"<item>", b"<items></items>", b"{}", b"<entry></item>"])
def test_what_has_no_entries_is_not_cut(body: bytes) -> None:
    assert cut(body) is None


def test_only_so_many_addresses_are_remembered() -> None:
    sifter, body = Sifter(most=2), rss(items(2))
    parsed = whole(body)
    for number in range(3):
        sifter.keep(f"{URL}/{number}", cut_of(body), parsed)
    assert [bool(sifter.known(f"{URL}/{number}", cut_of(body))) for number in range(3)] == [False, True, True]


ENTRIES = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["", "gewijzigd", "]]>", "<b>vet</b>", "</item>"])),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(documents=st.lists(ENTRIES, min_size=2, max_size=5), form=st.sampled_from([rss, atom]))
async def test_sifted_documents_read_like_whole_ones(
    documents: list[list[tuple[int, str]]], form: Callable[[list[FeedItem]], bytes]
) -> None:
    known = items(12)
    async with Parser() as parser:
        for document in documents:
            entries = [
                FeedItem(f"{known[n - 1].title} {more}", known[n - 1].url, more) for n, more in document
            ]
            body = form(entries)
            assert await read(parser, body) == whole(body)
