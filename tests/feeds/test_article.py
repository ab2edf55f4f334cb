"""Reading articles from their pages, against a real server on loopback."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.errors import FeedError, FeedRefused, FeedTooLarge, FeedUnreachable, FeedUnreadable
from bot.feeds import article as reading
from bot.feeds.article import ArticleReader
from bot.feeds.http import Fetcher
from tests.emulators.feeds import FeedServer
from tests.support.webpages import PARAGRAPHS, linked, page, paragraphs

DECLARED = page("", linked(articleBody="\n".join(PARAGRAPHS)))
HTML = "text/html; charset=utf-8"


@pytest.fixture
async def reader(fetcher: Fetcher) -> AsyncIterator[ArticleReader]:
    async with ArticleReader(fetcher, cached=2) as reader:
        yield reader


async def test_a_declared_article_needs_no_process(server: FeedServer, reader: ArticleReader) -> None:
    server.put("/a", DECLARED, content_type=HTML)
    assert (await reader.read(server.url("/a"))).text == "\n".join(PARAGRAPHS)
    assert reader._process._process is None


@pytest.mark.slow
async def test_a_page_is_read_in_the_process(server: FeedServer, reader: ArticleReader) -> None:
    server.put("/a", page(paragraphs()), content_type=HTML)
    assert PARAGRAPHS[3] in (await reader.read(server.url("/a"))).text
    assert reader._process._process is not None


async def test_a_page_is_asked_for_once(server: FeedServer, reader: ArticleReader) -> None:
    server.put("/a", DECLARED, content_type=HTML)
    for _ in range(3):
        await reader.read(server.url("/a"))
    assert server.count("/a") == 1


async def test_a_corrected_article_is_asked_for_again(server: FeedServer, reader: ArticleReader) -> None:
    server.put("/a", DECLARED, content_type=HTML)
    await reader.read(server.url("/a"))
    server.put("/a", DECLARED.replace(b"240", b"250"), content_type=HTML)
    assert "250" in (await reader.read(server.url("/a"), again=True)).text
    assert "250" in (await reader.read(server.url("/a"))).text


async def test_what_was_not_read_for_long_is_forgotten(server: FeedServer, reader: ArticleReader) -> None:
    for path in ("/a", "/b", "/c", "/a"):
        server.put(path, DECLARED, content_type=HTML)
        await reader.read(server.url(path))
    assert server.count("/a") == 2


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "video/mp4"])
async def test_what_is_no_web_page_is_refused(server: FeedServer, reader: ArticleReader, kind: str) -> None:
    server.put("/a", DECLARED, content_type=kind)
    with pytest.raises(FeedUnreadable, match="no web page"):
        await reader.read(server.url("/a"))


async def test_a_page_that_is_too_large_is_refused(
    server: FeedServer, reader: ArticleReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    server.put("/a", DECLARED, content_type=HTML)
    with pytest.raises(FeedTooLarge):
        await reader.read(server.url("/a"))


async def test_pages_in_private_networks_are_refused(reader: ArticleReader) -> None:
    with pytest.raises(FeedRefused):
        await reader.read("http://169.254.169.254/latest/meta-data")


async def test_a_missing_page_is_named_and_not_remembered(server: FeedServer, reader: ArticleReader) -> None:
    with pytest.raises(FeedUnreachable):
        await reader.read(server.url("/a"))
    server.put("/a", DECLARED, content_type=HTML)
    assert (await reader.read(server.url("/a"))).text


async def test_a_reader_that_gives_up_leaves_the_next_one_its_turn(
    server: FeedServer, fetcher: Fetcher
) -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    server.answer("/slow", never)
    server.put("/a", DECLARED, content_type=HTML)
    async with ArticleReader(fetcher, at_once=1) as reader:
        with pytest.raises((TimeoutError, FeedError)):
            async with asyncio.timeout(0.2):
                await reader.read(server.url("/slow"))
        assert (await reader.read(server.url("/a"))).text
