"""Entries that stand as they stood when the document was read before are not read again.

Of a document that changed, most entries did not: their bytes are the same, under the same head. Such an
entry keeps its bytes, and is read by the ordinary reader when somebody asks for more than its date. Whatever
is unusual about a document makes it one that is read whole: no entry is ever guessed.
"""

import re
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import xxhash

from bot.domain.models import ParsedFeed, ParsedItem
from bot.errors import FeedUnreadable
from bot.feeds.parsing.item import LaterItem

MOST_ADDRESSES = 200_000
"""Addresses whose entries are remembered, each with 24 bytes an entry."""
MOST_ENTRIES = 5_000
"""A document with more entries is read whole."""
_TAGS = ((b"<item", re.compile(rb"</item>")), (b"<entry", re.compile(rb"</entry>")))
_AFTER_NAME = b"> \t\r\n"
_VOLATILE = re.compile(rb"<((?:\w+:)?(?:lastBuildDate|pubDate|updated|date|modified))>[^<]*</\1>")
"""What says when a document was made; no entry is read differently for it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NEVER = -(2**63)
_WORD = 2**64 - 1

Read = Callable[[bytes], ParsedFeed | None]
"""Reads a whole document; None when it is not well-formed."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A document and where its entries are.

    Args:
        body: the document.
        spans: where each entry begins and ends.
        marks: equal, within this process, for equal entries of documents that are otherwise alike.
    """

    body: bytes
    spans: Sequence[tuple[int, int]]
    marks: Sequence[int]

    def without(self, places: Mapping[int, object]) -> bytes:
        """The document without the entries at these places."""
        pieces, start = [], 0
        for place in places:
            first, last = self.spans[place]
            pieces.append(self.body[start:first])
            start = last
        return b"".join((*pieces, self.body[start:]))

    def only(self, place: int) -> bytes:
        """The document with this entry alone."""
        (first, _), (_, last) = self.spans[0], self.spans[-1]
        start, end = self.spans[place]
        return b"".join((self.body[:first], self.body[start:end], self.body[last:]))


def cut(body: bytes) -> Cut | None:
    """Find the entries of an XML document by their tags; None when it has none, or too many."""
    for opening, closing in _TAGS:
        spans = _spans(body, opening, closing)
        if spans:
            around = _around(body, spans)
            certain = len(spans) <= MOST_ENTRIES and _are_entries(body, opening, len(spans), around)
            return Cut(body, spans, _marks(body, spans, around)) if certain else None
    return None


def _spans(body: bytes, opening: bytes, closing: re.Pattern[bytes]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    end = 0
    for close in closing.finditer(body):
        start = _opened(body, opening, end, close.start())
        if start < 0 or len(found) > MOST_ENTRIES:
            break
        end = close.end()
        found.append((start, end))
    return found


def _opened(body: bytes, opening: bytes, start: int, end: int) -> int:
    """Where a tag of this name opens; not <items> or <itemref>. -1 when nowhere."""
    while (start := body.find(opening, start, end)) >= 0:
        if body[start + len(opening) : start + len(opening) + 1] in _AFTER_NAME:
            return start
        start += len(opening)
    return start


def _around(body: bytes, spans: Sequence[tuple[int, int]]) -> tuple[bytes, bytes, bytes]:
    """What stands before the entries, behind them and, but for white space, between them."""
    between = b"".join([body[one[1] : other[0]].strip() for one, other in pairwise(spans)])
    return body[: spans[0][0]], body[spans[-1][1] :], between


def _are_entries(body: bytes, opening: bytes, count: int, around: tuple[bytes, bytes, bytes]) -> bool:
    """Whether no tag of this name stands in a comment, where it opens or closes no entry."""
    if not any(b"--" in part for part in around):
        return True
    tags = (opening, b"</" + opening[1:])
    return all(len(re.findall(tag + rb"[>/ \t\r\n]", body)) == count for tag in tags)


def _marks(body: bytes, spans: Sequence[tuple[int, int]], around: tuple[bytes, bytes, bytes]) -> list[int]:
    """Hashes of the entries, each together with everything around them but the dates."""
    head, tail, between = around
    # Python's own hash has a key of this process, so nobody can prepare two entries for one mark.
    frame = hash((_VOLATILE.sub(b"", head), _VOLATILE.sub(b"", tail), between)) & _WORD
    view = memoryview(body)
    return [xxhash.xxh3_64_intdigest(view[start:end], frame) + _NEVER for start, end in spans]


class _Entry(NamedTuple):
    """What is remembered of an entry; see `ParsedItem.fingerprint`."""

    fingerprint: int
    published: datetime | None


def _packed(found: Cut, items: Sequence[ParsedItem]) -> "array[int]":
    """Three numbers an entry; as many documents are remembered, they stand in one array."""
    dates = (_NEVER if item.published is None else (item.published - _EPOCH) // _TICK for item in items)
    return array("q", (*found.marks, *(item.fingerprint() for item in items), *dates))


def _unpacked(left: "array[int]") -> dict[int, _Entry]:
    count = len(left) // 3
    return {
        mark: _Entry(fingerprint, None if date == _NEVER else _EPOCH + date * _TICK)
        for mark, fingerprint, date in zip(
            left[:count], left[count : 2 * count], left[2 * count :], strict=True
        )
    }


class Sifter:
    """Remembers what the documents of each address held.

    Args:
        most: addresses that are remembered; beyond, the one that was read longest ago is forgotten.
    """

    def __init__(self, most: int = MOST_ADDRESSES) -> None:
        self._left: OrderedDict[str, array[int]] = OrderedDict()
        self._most = most

    def known(self, url: str, found: Cut) -> Mapping[int, _Entry]:
        """The entries that stood in the document before, by their place in this one."""
        left = self._left.get(url)
        if left is None:
            return {}
        entries = _unpacked(left)
        return {place: entries[mark] for place, mark in enumerate(found.marks) if mark in entries}

    def keep(self, url: str, found: Cut, parsed: ParsedFeed) -> None:
        """Remember a document as it was read. One whose entries are not those that were cut is forgotten."""
        self._left.pop(url, None)
        if len(parsed.items) != len(found.spans):
            return
        self._left[url] = _packed(found, parsed.items)
        if len(self._left) > self._most:
            self._left.popitem(last=False)


def filled(found: Cut, known: Mapping[int, _Entry], rest: ParsedFeed, read: Read) -> ParsedFeed | None:
    """A document whose known entries were taken out before it was read, with all of them in their places.

    Args:
        found: the document.
        known: what `Sifter.known` said of it.
        rest: what was read of the others.
        read: reads a known entry when it is asked for more than its date.

    Returns:
        None when the document has to be read whole after all.
    """
    if len(rest.items) != len(found.spans) - len(known):
        return None
    fresh = iter(rest.items)
    places = range(len(found.spans))
    items = (
        UnreadItem.of(known[at], _Place(found, at, read)) if at in known else next(fresh) for at in places
    )
    return replace(rest, items=tuple(items))


class _Place(NamedTuple):
    """Where an entry stands, and who reads it."""

    found: Cut
    number: int
    read: Read


class UnreadItem(LaterItem):
    """An entry that is read when somebody asks for more than its date."""

    __slots__ = ("_entry", "_place", "_whole")

    _entry: _Entry
    _place: _Place
    _whole: ParsedItem

    @classmethod
    def of(cls, entry: _Entry, place: _Place) -> "UnreadItem":
        """An entry at a place of a document, of which its date and fingerprint are known."""
        item = object.__new__(cls)
        _put(item, "published", entry.published)
        _put(item, "_entry", entry)
        _put(item, "_place", place)
        return item

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not here yet."""
        if name == "_whole":
            _put(self, name, self._look())
            return self._whole
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._whole, name)

    def fingerprint(self) -> int:
        """As it was when the entry was read."""
        return self._entry.fingerprint

    def _look(self) -> ParsedItem:
        found, number, read = self._place
        parsed = read(found.only(number))
        if parsed is None or len(parsed.items) != 1:
            raise FeedUnreadable("an entry that was read before cannot be read alone")
        return parsed.items[0]


_put = object.__setattr__
