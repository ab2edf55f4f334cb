"""From the pages of matched items to what is told of them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web

from bot.domain.models import Brief, FeedDue, ParsedFeed, ParsedItem
from bot.feeds.article import ArticleReader
from bot.services.articles import AT_MOST, REST, Articles, Patience
from bot.services.shorten import Shortener
from tests.emulators.feeds import FeedServer
from tests.emulators.model import ModelServer
from tests.support.newsroom import Newsroom, place, report
from tests.support.webpages import linked, page

pytestmark = pytest.mark.slow

TITLE = "NAVO stuurt schepen naar de Oostzee"
TEASER = "Het bondgenootschap reageert."
LEAD = "De NAVO stuurt deze week zes schepen naar de Oostzee, zegt secretaris-generaal Mark Rutte in Brussel."
SECOND = "De schepen bewaken kabels en leidingen op de zeebodem tussen Finland en Estland."
HTML = "text/html; charset=utf-8"


def paged(*sentences: str, head: str = "") -> bytes:
    return page("", linked(articleBody="\n".join((*sentences, "Dat meldt de alliantie. " * 12))) + head)


@pytest.fixture
async def pages() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        yield server


@pytest.fixture
async def articles(room: Newsroom) -> AsyncIterator[Articles]:
    async with ArticleReader(room.fetcher) as reader:
        yield Articles(room.database, room.book, room.clock, reader=reader)


def item(room: Newsroom, pages: FeedServer, path: str = "/1", title: str = TITLE) -> ParsedItem:
    return replace(report(title, 1, room.clock.now(), TEASER), url=pages.url(path), guid=pages.url(path))


async def told(articles: Articles, due: FeedDue, *items: ParsedItem) -> list[Brief]:
    return list((await articles.briefs(due, ParsedFeed("", "", None, items))).values())


async def test_an_item_is_told_from_its_page(room: Newsroom, pages: FeedServer, articles: Articles) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    pages.put("/1", paged(LEAD, SECOND), content_type=HTML)
    assert await told(articles, feed, item(room, pages)) == [Brief(f"{LEAD} {SECOND}")]


async def test_what_is_told_reaches_the_chat_with_its_badge(
    room: Newsroom, pages: FeedServer, articles: Articles
) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    pages.put(
        "/1",
        page("", linked(articleBody=f"{LEAD} {SECOND} " * 3, isAccessibleForFree=False)),
        content_type=HTML,
    )
    parsed = ParsedFeed("", "", None, (item(room, pages),))
    await room.take(feed, list(parsed.items), await articles.briefs(feed, parsed))
    await room.deliver()
    ((_, message, _),) = room.paper.sent
    assert message.card is not None
    assert message.card.summary == f"{LEAD} {SECOND}"
    assert message.card.paywalled


async def test_a_page_that_is_not_read_leaves_the_teaser(room: Newsroom, pages: FeedServer) -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    pages.answer("/slow", never)
    pages.put("/wall", page("<p>Wij en onze partners vragen uw toestemming.</p>"), content_type=HTML)
    async with ArticleReader(room.fetcher) as reader:
        for path, patience in (("/missing", 5.0), ("/slow", 0.2), ("/wall", 20.0)):
            hasty = Articles(
                room.database, room.book, room.clock, reader=reader, patience=Patience(page=patience)
            )
            assert await told(hasty, feed, item(room, pages, path)) == [Brief(TEASER)]


async def test_a_host_that_gives_no_page_in_time_is_left_alone_for_a_while(
    room: Newsroom, pages: FeedServer
) -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    pages.answer("/slow", never)
    pages.put("/1", paged(LEAD, SECOND), content_type=HTML)
    async with ArticleReader(room.fetcher) as reader:
        hasty = Articles(room.database, room.book, room.clock, reader=reader, patience=Patience(page=1.5))
        assert await told(hasty, feed, item(room, pages, "/slow")) == [Brief(TEASER)]
        assert await told(hasty, feed, item(room, pages)) == [Brief(TEASER)]
        room.clock.advance(REST)
        assert await told(hasty, feed, item(room, pages)) == [Brief(f"{LEAD} {SECOND}")]


async def test_only_pages_of_what_somebody_follows_are_read(
    room: Newsroom, pages: FeedServer, articles: Articles
) -> None:
    feed = await room.add_feed()
    pages.put("/1", paged(LEAD), content_type=HTML)
    assert await told(articles, feed, item(room, pages)) == []
    await room.manager.subscribe(place(), "rutte")
    assert await told(articles, feed, item(room, pages, title="Zwolle krijgt een nieuw zwembad")) == []
    assert not pages.requests


async def test_a_known_item_is_not_read_again_until_its_headline_changes(
    room: Newsroom, pages: FeedServer, articles: Articles
) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    pages.put("/1", paged(LEAD), content_type=HTML)
    first = item(room, pages)
    await room.take(feed, [first])
    assert await told(articles, feed, first) == []
    assert (
        len(await told(articles, feed, replace(first, title="NAVO stuurt zes schepen naar de Oostzee"))) == 1
    )
    assert pages.count("/1") == 1


async def test_a_feed_may_keep_its_pages_to_itself(
    room: Newsroom, pages: FeedServer, articles: Articles
) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    silent = replace(feed, spec=replace(feed.spec, article=False))
    assert await told(articles, silent, item(room, pages)) == [Brief(TEASER)]
    assert not pages.requests


async def test_a_feed_with_the_whole_article_needs_no_page(
    room: Newsroom, pages: FeedServer, articles: Articles
) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    whole = replace(item(room, pages), text=f"{LEAD}\n{SECOND}\n" + "De schepen varen uit. " * 80)
    assert await told(articles, feed, whole) == [Brief(f"{LEAD} {SECOND}")]
    assert not pages.requests


async def test_a_burst_is_read_in_part(room: Newsroom, pages: FeedServer, articles: Articles) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    burst = [item(room, pages, f"/{number}", f"NAVO opent basis {number}") for number in range(20)]
    for number in range(20):
        pages.put(f"/{number}", paged(LEAD), content_type=HTML)
    assert len(await told(articles, feed, *burst)) == AT_MOST
    assert len(pages.requests) == AT_MOST


async def test_the_archive_in_a_feeds_first_document_is_not_read(
    room: Newsroom, pages: FeedServer, articles: Articles
) -> None:
    await room.manager.subscribe(place(), "nato")
    feed = await room.add_feed()
    new = replace(feed, state=replace(feed.state, last_success_at=None))
    old = replace(item(room, pages), published=room.clock.now().replace(year=2001))
    assert await told(articles, new, old) == []


async def test_without_a_reader_nothing_is_asked(room: Newsroom, pages: FeedServer) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    assert await told(Articles(room.database, room.book, room.clock), feed, item(room, pages)) == []


async def test_a_model_shortens_what_it_does_not_change(
    room: Newsroom, pages: FeedServer, articles: Articles
) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    pages.put("/1", paged(LEAD, SECOND), content_type=HTML)
    async with (
        ModelServer() as model,
        Shortener(model.url, "klein", model.key) as shortener,
        ArticleReader(room.fetcher) as reader,
    ):
        both = Articles(room.database, room.book, room.clock, reader=reader, shortener=shortener)
        model.answer = "Zes schepen bewaken kabels in de Oostzee, zegt Mark Rutte."
        assert await told(both, feed, item(room, pages)) == [Brief(model.answer, shortened=True)]
        model.answer = "Zestig schepen bewaken kabels in de Oostzee, zegt Mark Rutte."
        assert await told(both, feed, item(room, pages)) == [Brief(f"{LEAD} {SECOND}")]
