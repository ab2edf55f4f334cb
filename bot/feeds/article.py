"""`ArticleReader`: the text of an article from its page, politely, within limits, beside the event loop.

It must not decide which pages are worth reading.
"""

import asyncio
from collections import OrderedDict
from types import TracebackType
from typing import Self

from bot.errors import FeedRefused, FeedTooLarge, FeedUnreadable
from bot.feeds.http import Fetcher, Page
from bot.feeds.pages.child import ask, understand
from bot.feeds.pages.extract import Article, declared_article
from bot.feeds.process import ReaderProcess
from bot.feeds.robots import Robots

MAX_BYTES = 4 * 1024 * 1024
DEADLINE_SECONDS = 8.0
IDLE_SECONDS = 120.0
CACHED = 128
_MODULE = "bot.feeds.pages.child"
_PAGES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")


class ArticleReader:
    """Reads articles. Use it as a context manager, inside that of its fetcher.

    Args:
        fetcher: asks publishers, under the same limits and guard as for feeds.
        deadline: seconds that a page may take to be read once it is here.
        idle: seconds after which the unused reader process is stopped.
        at_once: pages that are asked for at the same time, over all hosts.
        cached: articles that are remembered, so that a page in several feeds is asked for once.
        robots: says which pages may be read; None reads all.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        deadline: float = DEADLINE_SECONDS,
        idle: float = IDLE_SECONDS,
        at_once: int = 4,
        cached: int = CACHED,
        robots: Robots | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._process = ReaderProcess(_MODULE, deadline, idle)
        self._turns = asyncio.Semaphore(at_once)
        self._cached = cached
        self._robots = robots
        self._known: OrderedDict[str, Article] = OrderedDict()

    async def read(self, url: str, *, again: bool = False) -> Article:
        """The article at an address; its text is "" when the page has none.

        Args:
            url: of the page.
            again: ask for the page even if it is remembered, as its article may have changed.

        Raises:
            FeedError: the page cannot be had, is too large, is no web page, or cannot be read in time.
            FeedRefused: also when the publisher does not want programs to read it.
        """
        if url in self._known and not again:
            self._known.move_to_end(url)
            return self._known[url]
        if self._robots and not await self._robots.allow(url):
            raise FeedRefused("robots.txt asks not to read it")
        async with self._turns:
            article = await self._read(await self._fetcher.fetch_page(url))
        self._known[url] = article
        if len(self._known) > self._cached:
            self._known.popitem(last=False)
        return article

    async def _read(self, page: Page) -> Article:
        kind = page.content_type.partition(";")[0].strip().lower()
        if kind and kind not in _PAGES:
            raise FeedUnreadable(f"{kind[:50]} is no web page")
        if len(page.body) > MAX_BYTES:
            raise FeedTooLarge(f"more than {MAX_BYTES} bytes")
        article = await asyncio.to_thread(declared_article, page.body, page.content_type)
        if article is not None:
            return article
        return understand(await self._process.read(ask(page.body, page.content_type)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._process.stop()
