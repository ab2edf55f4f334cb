"""`Parser`: the asynchronous way to parse. The event loop never waits for a document.

Well-formed documents take milliseconds and are read in a thread; of one that was read before, only what is
new, at once (see `bot.feeds.parsing.sift`). All others are feedparser's, which a document made to that end
can occupy for hours; a thread cannot be stopped, so it runs in a process that can.
"""

import asyncio
from functools import partial
from types import TracebackType
from typing import Self

from bot.domain.models import Fetched, ParsedFeed
from bot.feeds.parsing.document import clean_document, read_plain, read_well_formed
from bot.feeds.parsing.exchange import unpack
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.raw import RawFeed
from bot.feeds.parsing.sift import Cut, Sifter, cut, filled
from bot.feeds.process import ReaderProcess

DEADLINE_SECONDS = 20.0
IDLE_SECONDS = 120.0
SMALL_BYTES = 96 * 1024
"""Of so much, less than half is read in less than a millisecond."""
_MODULE = "bot.feeds.parsing.child"


class Parser:
    """Parses what was fetched.

    Use it as a context manager: the reader process is started when it is first needed, stopped when it
    was idle for a while, and gone at the end.

    Args:
        deadline: seconds a document may take in the reader process.
        idle: seconds after which an unused reader process is stopped.
    """

    def __init__(self, deadline: float = DEADLINE_SECONDS, idle: float = IDLE_SECONDS) -> None:
        self._child = ReaderProcess(_MODULE, deadline, idle)
        self._sifter = Sifter()

    async def parse(self, fetched: Fetched) -> ParsedFeed:
        """Read what was fetched; see `parse_feed`.

        Raises:
            FeedUnreadable: when it is not a feed, or cannot be read in time.
            FeedTooLarge: when it is larger than a feed may be.
        """
        body, url = fetched.body or b"", fetched.url
        # A thread costs more than a small document of which most is known.
        small = len(body) <= SMALL_BYTES
        found, parsed = self._sift(body, url) if small else await asyncio.to_thread(self._sift, body, url)
        parsed = parsed or await asyncio.to_thread(_read_plain, body, url)
        if parsed is None:
            answer = await asyncio.to_thread(_read_other, body, fetched.content_type)
            raw = unpack(await self._child.read(answer)) if isinstance(answer, bytes) else answer
            return await asyncio.to_thread(finish_feed, raw, url)
        if found:
            self._sifter.keep(url, found, parsed)
        return parsed

    def _sift(self, body: bytes, url: str) -> tuple[Cut | None, ParsedFeed | None]:
        """The entries of a document, and the feed when most of them are known; None when it is read whole."""
        found = cut(body)
        known = self._sifter.known(url, found) if found else {}
        if not found or 2 * len(known) < len(found.spans):
            return found, None
        read = partial(_read_plain, url=url)
        parsed = read(found.without(known))
        return found, filled(found, known, parsed, read) if parsed else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._child.stop()


def _read_plain(body: bytes, url: str) -> ParsedFeed | None:
    found = read_plain(body)
    return finish_feed(found, url) if found else None


def _read_other(body: bytes, content_type: str) -> RawFeed | bytes:
    """The feed, or the clean document when it needs the tolerant reader."""
    document = clean_document(body, content_type)
    return read_well_formed(document) or document
