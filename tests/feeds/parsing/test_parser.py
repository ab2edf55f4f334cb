"""Parsing beside the event loop: threads, the reader process, deadlines."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.domain.models import Fetched
from bot.errors import FeedTooLarge, FeedUnreadable
from bot.feeds.parse import parse_feed
from bot.feeds.parsing import document
from bot.feeds.parsing.parser import Parser

GOOD = (
    b"<rss version='2.0'><channel><title>De Dijkbode</title>"
    b"<item><title>Gemaal</title></item></channel></rss>"
)
BROKEN = GOOD.replace(b"Gemaal", b"Gemaal & brug")
ENDLESS = GOOD.replace(b"<title>Gemaal</title>", b"<author>a@" + b"a." * 200_000 + b"</author>") + b"<"
"""feedparser's search for an e-mail address takes hours in this one."""


def fetched(body: bytes) -> Fetched:
    return Fetched("https://dijkbode.example/rss", body, "application/rss+xml", None, None, None)


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    async with Parser(deadline=30) as found:
        yield found


async def test_a_well_formed_document_needs_no_process(parser: Parser) -> None:
    parsed = await parser.parse(fetched(GOOD))
    assert [item.title for item in parsed.items] == ["Gemaal"]
    assert parser._child._process is None


@pytest.mark.slow
async def test_a_broken_document_is_read_in_the_process_as_it_would_be_here(parser: Parser) -> None:
    for body in (BROKEN, BROKEN.replace(b"Gemaal", b"Sluis")):
        assert await parser.parse(fetched(body)) == parse_feed(body, "", "https://dijkbode.example/rss")


@pytest.mark.slow
async def test_a_document_that_takes_for_ever_is_given_up_and_the_next_is_read() -> None:
    async with Parser(deadline=3) as parser:
        with pytest.raises(FeedUnreadable, match="took longer than 3 s"):
            await parser.parse(fetched(ENDLESS))
        assert len((await parser.parse(fetched(BROKEN))).items) == 1


@pytest.mark.slow
async def test_a_process_that_died_is_replaced(parser: Parser) -> None:
    await parser.parse(fetched(BROKEN))
    process = parser._child._process
    assert process is not None
    process.kill()
    await process.wait()
    assert len((await parser.parse(fetched(BROKEN))).items) == 1


@pytest.mark.slow
async def test_an_idle_process_is_stopped() -> None:
    async with Parser(deadline=30, idle=0.2) as parser:
        await parser.parse(fetched(BROKEN))
        process = parser._child._process
        assert process is not None
        async with asyncio.timeout(10):
            await process.wait()
        assert len((await parser.parse(fetched(BROKEN))).items) == 1


@pytest.mark.slow
async def test_documents_at_the_same_time_get_their_own_answers(parser: Parser) -> None:
    bodies = [BROKEN.replace(b"Gemaal", f"Gemaal {n}".encode()) for n in range(6)]
    parsed = await asyncio.gather(*(parser.parse(fetched(body)) for body in bodies))
    assert [feed.items[0].title.split("&")[0].strip() for feed in parsed] == [f"Gemaal {n}" for n in range(6)]


@pytest.mark.slow
async def test_no_secret_reaches_the_process(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERAUT_TELEGRAM__TOKEN", "geheim")
    await parser.parse(fetched(BROKEN))
    process = parser._child._process
    assert process is not None
    with open(f"/proc/{process.pid}/environ", "rb") as environment:  # noqa: ASYNC230, PTH123  a line of proc
        assert b"geheim" not in environment.read()


@pytest.mark.slow
async def test_what_the_process_cannot_read_is_an_error_with_its_reason(parser: Parser) -> None:
    with pytest.raises(FeedUnreadable, match="not a feed"):
        await parser.parse(fetched(b"<menu><dish>soep & brood</dish></menu>"))


async def test_a_document_beyond_the_limit_is_refused(
    parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 10)
    with pytest.raises(FeedTooLarge):
        await parser.parse(fetched(GOOD))


async def test_the_loop_goes_on_while_a_large_document_is_read(parser: Parser) -> None:
    large = GOOD.replace(b"<item>", b"<item><title>x</title></item>" * 9_000 + b"<item>")
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    ticking = asyncio.create_task(tick())
    parsed = await parser.parse(fetched(large))
    ticking.cancel()
    assert len(parsed.items) == 9_001
    assert turns > 10
