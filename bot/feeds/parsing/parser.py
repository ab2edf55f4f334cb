"""`Parser`: the asynchronous way to parse. The event loop never waits for a document.

Well-formed documents take milliseconds and are read in a thread. All others are feedparser's, which a
document made to that end can occupy for hours; a thread cannot be stopped, so it runs in a process that can.
"""

import asyncio
from types import TracebackType
from typing import Self

from bot.domain.models import Fetched, ParsedFeed
from bot.feeds.parsing.document import clean_document, read_plain, read_well_formed
from bot.feeds.parsing.exchange import unpack
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.raw import RawFeed
from bot.feeds.process import ReaderProcess

DEADLINE_SECONDS = 20.0
IDLE_SECONDS = 120.0
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

    async def parse(self, fetched: Fetched) -> ParsedFeed:
        """Read what was fetched; see `parse_feed`.

        Raises:
            FeedUnreadable: when it is not a feed, or cannot be read in time.
            FeedTooLarge: when it is larger than a feed may be.
        """
        body = fetched.body or b""
        found = await asyncio.to_thread(_read, body, fetched.content_type)
        answer = await self._child.read(found) if isinstance(found, bytes) else found
        return await asyncio.to_thread(_finish, answer, fetched.url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._child.stop()


def _read(body: bytes, content_type: str) -> RawFeed | bytes:
    """The feed, or the clean document when it needs the tolerant reader."""
    found = read_plain(body)
    if found is not None:
        return found
    document = clean_document(body, content_type)
    return read_well_formed(document) or document


def _finish(found: RawFeed | bytes, url: str) -> ParsedFeed:
    return finish_feed(unpack(found) if isinstance(found, bytes) else found, url)
