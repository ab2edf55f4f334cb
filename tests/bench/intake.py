"""CPU of intake: unchanged polls against bare aiohttp, changed polls against peers.

A server in a process of its own serves feeds that change from round to round; what is measured is the
CPU time of this process, all threads, so that the server and the network do not count.
"""

import asyncio
import importlib
import multiprocessing
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import feedparser
import httpx
import structlog
import uvloop
from aiohttp import web

from bot.domain.models import FeedSpec, Outlet, PollState
from bot.domain.schedule import Pace
from bot.feeds.article import ArticleReader
from bot.feeds.http import Fetcher, FetchLimits
from bot.feeds.parse import parse_feed
from bot.feeds.parsing.parser import Parser
from bot.jobs.memory import settle
from bot.services.articles import Articles
from bot.services.ingest import Ingest, Policy
from bot.services.poller import Poller
from bot.services.rulebook import RuleBook
from bot.store import feedlist, feeds
from tests.emulators.feeds import FeedServer
from tests.support.clock import StoppedClock
from tests.support.feedbuilder import NOON, FeedItem, items, rss
from tests.support.newsroom import CATALOG, Newsroom

FEEDS = 100
ITEMS, NEW_PER_ROUND = 25, 2
UNCHANGED_POLLS, CHANGED_ROUNDS = 400, 10
FREE = FetchLimits(spacing_seconds=0, per_host=50)
ACTORS = (
    "Het kabinet",
    "De gemeente",
    "De rechtbank",
    "De politie",
    "Een onderzoeker",
    "De vakbond",
    "Een boer",
)
VERBS = ("beslist over", "onderzoekt", "stelt vragen over", "trekt geld uit voor", "waarschuwt voor")
SUBJECTS = (
    "woningbouw", "stikstofregels", "een gesloten brug", "de wachtlijsten", "wateroverlast",
    "een nieuw museum", "het busvervoer", "drugsafval", "de gaswinning", "een datalek",
    "de bezuinigingen", "het lerarentekort",
)  # fmt: skip
ONSETS = (
    "Lut",
    "Har",
    "Wol",
    "Grij",
    "Meer",
    "Ste",
    "Kra",
    "Boe",
    "Vlie",
    "Dron",
    "Zui",
    "Oos",
    "Ter",
    "Hee",
)
CODAS = ("jewaard", "kema", "dergem", "penstra", "selaar", "ninga", "burg", "kerk", "mans", "wijk", "holt")
SENTENCES = (
    "Volgens {name} valt het besluit van {other} pas na de zomer, als alle {count} cijfers er zijn.",
    "Bewoners van {other} zeggen dat zij van {name} niets hoorden en dat er al jaren over is gesproken.",
    "Het onderzoek van {name} kostte {count} miljoen euro &amp; duurde ruim twee jaar.",
    "&#8216;Wij hadden dit in {other} graag anders gezien&#8217;, zegt wethouder {name}.",
    "Ook in {other} speelt dit, al gaat het daar om {count} mensen minder dan bij {name}.",
    "Oppositieleider {name} wil opheldering over {other} en vraagt een debat aan voor de {count}e.",
)


def serve(started: Connection) -> None:
    """Serve ``/feed/N`` (new items each round), ``/same`` (ETag), ``/plain`` (no validators), ``/next``."""
    asyncio.run(_serve(started))


async def _serve(started: Connection) -> None:
    current = 0

    async def advance(request: web.Request) -> web.StreamResponse:
        nonlocal current
        current += 1
        for number in range(FEEDS):
            server.put(f"/feed/{number}", _document(number, current))
        return web.Response(text=str(current))

    async with FeedServer() as server:
        server.put("/same", _document(0, 0))
        server.put("/plain", _document(0, 0), etag=False, last_modified=False)
        server.answer("/next", advance)
        started.send(server.port)
        await asyncio.Event().wait()


def _document(feed: int, turn: int) -> bytes:
    """A window of items as publishers write them: markup in the description, categories, an author."""
    site = f"https://krant{feed}.example"
    first = turn * NEW_PER_ROUND + 1
    entries = [_dressed(feed, entry) for entry in items(ITEMS, site=site, first=first)]
    return rss(entries, title=f"Krant {feed}", link=site)


def _dressed(feed: int, entry: FeedItem) -> FeedItem:
    number = int(entry.url.rpartition("/")[2])
    # Six feeds report each event, in words of their own; one in twenty is about something that is followed.
    event = random.Random(f"{number}/{feed % 16}")
    place, subject = (
        _name(event),
        f"{event.choice(SUBJECTS)} {event.choice(('bij', 'rond', 'na'))} {_name(event)}",
    )
    actor = f"NAVO-gezant {_name(event)}" if event.randrange(20) == 0 else event.choice(ACTORS)
    words = random.Random(f"{number}/{feed}")
    title = f"{actor} {words.choice(VERBS)} {subject} in {place}"
    return FeedItem(
        title,
        entry.url,
        _body(words, entry.url, title),
        entry.published,
        "",
        "Redactie",
        ("Binnenland", place),
    )


def _body(words: random.Random, url: str, title: str) -> str:
    """Some 1,900 characters of HTML, a quarter of it markup."""
    told = [
        words.choice(SENTENCES).format(name=_name(words), other=_name(words), count=words.randrange(2, 999))
        for _ in range(13)
    ]
    return (
        f'<figure><img src="{url}/foto.jpg" width="640" alt="{title}">'
        "<figcaption>Foto: ANP</figcaption></figure>"
        f"<p><strong>{title}</strong>, {told[0]}</p><p>{' '.join(told[1:4])}</p>"
        f'<p>{told[4]} <a href="{url}?deel=1&amp;van=rss" target="_blank">{told[5]}</a> {told[6]}</p>'
        f"<h3>{told[7]}</h3><p>{' '.join(told[8:11])}</p><ul><li>{told[11]}</li><li>{told[12]}</li></ul>"
        f'<p class="meer">Lees ook: <a href="{url}/meer">meer over dit onderwerp</a></p>'
    )


def _name(words: random.Random) -> str:
    return f"{words.choice(ONSETS)}{words.choice(ONSETS).lower()}{words.choice(CODAS)}"


@contextmanager
def _server() -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


async def _cpu(work: Callable[[], Awaitable[object]]) -> float:
    began = time.process_time()
    await work()
    return time.process_time() - began


async def unchanged(host: str, path: str) -> tuple[float, float]:
    """Seconds of CPU per poll: bare aiohttp, and ours. The two take turns."""
    url = f"http://{host}{path}"
    spec = FeedSpec(url, Outlet("Krant", "krant"))
    async with (
        aiohttp.ClientSession() as session,
        Fetcher("Heraut-bench/1", allow_hosts=[host], limits=FREE) as fetcher,
    ):
        first = await fetcher.fetch(spec, PollState())
        state = PollState(first.etag, first.last_modified, first.body_hash)
        known = {"If-None-Match": first.etag, "If-Modified-Since": first.last_modified}
        headers = {name: value for name, value in known.items() if value}

        async def bare() -> None:
            for _ in range(UNCHANGED_POLLS):
                async with session.get(url, headers=headers) as response:
                    await response.read()

        async def ours() -> None:
            for _ in range(UNCHANGED_POLLS):
                assert (await fetcher.fetch(spec, state)).body is None

        pairs = [(await _cpu(bare), await _cpu(ours)) for _ in range(10)]
    # The least of several runs: what the other processes of the machine cost is not ours.
    bare_cpu, our_cpu = map(min, zip(*pairs, strict=True))
    return bare_cpu / UNCHANGED_POLLS, our_cpu / UNCHANGED_POLLS


def _specs(host: str) -> list[FeedSpec]:
    """The feeds; they hold their articles, so that no page is asked for."""
    return [
        FeedSpec(
            f"http://{host}/feed/{number}", Outlet(f"Krant {number}", f"krant{number}"), "nl", article=False
        )
        for number in range(FEEDS)
    ]


Poll = Callable[[], Awaitable[object]]
Entrant = Callable[[str], AbstractAsyncContextManager[Poll | None]]
"""Given the server, what polls all feeds once; None when it is not installed."""


async def contest(host: str, entrants: Mapping[str, Entrant]) -> dict[str, float]:
    """CPU seconds per changed feed of each.

    They take turns, as the machine is not equally fast all the time, and each follows each other one, as what
    ran before fills the processor's caches.

    The first round, when everything is new, does not count; of the others the least does, as what other
    processes cost is nobody's here.
    """
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        entered = {name: await stack.enter_async_context(entrant(host)) for name, entrant in entrants.items()}
        polls = {name: poll for name, poll in entered.items() if poll is not None}
        settle()  # as `heraut run` does, for all
        spent: dict[str, list[float]] = {name: [] for name in polls}
        order = deque(polls)
        for _ in range(CHANGED_ROUNDS + 1):
            await (await session.get(f"http://{host}/next")).read()
            for name in order:
                spent[name].append(await _cpu(polls[name]))
            order.rotate()
        return {name: min(times[1:]) / FEEDS for name, times in spent.items()}


@asynccontextmanager
async def fetched_and_parsed(host: str) -> AsyncIterator[Poll]:
    """Ours up to items: conditional GET and parse, of the whole document each time."""
    states: dict[str, PollState] = {}
    async with Fetcher("Heraut-bench/1", allow_hosts=[host], limits=FREE) as fetcher:

        async def poll() -> None:
            for spec in _specs(host):
                got = await fetcher.fetch(spec, states.get(spec.url, PollState()))
                states[spec.url] = PollState(got.etag, got.last_modified, got.body_hash)
                assert got.body is not None
                assert len(parse_feed(got.body, got.content_type, got.url).items) == ITEMS

        yield poll


@asynccontextmanager
async def whole_poller(host: str, *, followed: bool = True) -> AsyncIterator[Poll]:
    """Ours to the ledger: lease, GET, parse, match, group, write.

    Args:
        host: the server.
        followed: with rules, which one item in twenty satisfies; without, items are only stored.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        room = await Newsroom(Path(folder), StoppedClock(NOON + timedelta(days=1))).open()
        async with room.database.write() as tx:
            await feeds.configure(tx, _specs(host), room.clock.now(), timedelta(minutes=5))
        async with Fetcher("Heraut-bench/1", allow_hosts=[host], limits=FREE) as fetcher, Parser() as parser:
            book = room.book if followed else RuleBook(CATALOG, {})
            ingest = Ingest(room.database, book, room.window, room.clock, Policy())
            articles = Articles(room.database, book, room.clock, reader=ArticleReader(fetcher))
            poller = Poller(
                room.database,
                fetcher,
                ingest,
                room.clock,
                lambda _: Pace(),
                parse=parser.parse,
                briefs=articles.briefs,
            )

            async def poll() -> None:
                room.clock.advance(timedelta(hours=7))
                while await poller.tick():
                    await poller.drain()

            yield poll
        async with room.database.read() as tx:
            watched = await feedlist.page(tx, room.clock.now())
        assert not any(one.state.failures for one in watched), "a poll failed"
        await room.close()


@asynccontextmanager
async def plain_loop(host: str) -> AsyncIterator[Poll]:
    """httpx and feedparser in a loop, nothing stored."""
    async with httpx.AsyncClient() as client:

        async def poll() -> None:
            for spec in _specs(host):
                response = await client.get(spec.url)
                assert len(feedparser.parse(response.content).entries) == ITEMS

        yield poll


@asynccontextmanager
async def reader_library(host: str) -> AsyncIterator[Poll | None]:
    """The `reader` library's update_feeds into its SQLite file; None when it is not installed."""
    try:
        # The feedparser within it asks for a module of this name, which has another one today.
        sys.modules.setdefault("sgmllib", importlib.import_module("feedparser_sgmllib"))
        from reader import make_reader
    except ImportError:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        library: Any = make_reader(str(Path(folder) / "reader.sqlite"))
        for spec in _specs(host):
            library.add_feed(spec.url)

        async def poll() -> None:
            library.update_feeds(scheduled=False)

        yield poll


async def same_again(host: str) -> float:
    """CPU seconds of our whole poll of a feed that did not change."""
    async with aiohttp.ClientSession() as session, whole_poller(host) as poll:
        await (await session.get(f"http://{host}/next")).read()
        await poll()
        return min([await _cpu(poll) for _ in range(3)]) / FEEDS


def _line(name: str, seconds: float, against: float, limit: str) -> None:
    ratio = f"{seconds / against:6.2f} x" if seconds >= against else f"1/{against / seconds:.1f} x"
    print(f"{name:<44} {seconds * 1000:8.3f} ms  {1 / seconds:8.0f} /s  {ratio:>10}  {limit}")


async def _all(host: str) -> None:
    for path, name in (("/same", "304"), ("/plain", "200, same body")):
        bare, ours = await unchanged(host, path)
        _line(f"unchanged ({name}): bare aiohttp", bare, bare, "")
        _line(f"unchanged ({name}): Heraut's fetch", ours, bare, "limit 1.5 x")
    _line("unchanged: Heraut, lease to ledger", await same_again(host), bare, "")
    entrants: dict[str, Entrant] = {
        "parsed": fetched_and_parsed,
        "stored": partial(whole_poller, followed=False),
        "ledger": whole_poller,
        "loop": plain_loop,
        "reader": reader_library,
    }
    spent = await contest(host, entrants)
    parsed, stored, ledger, loop = (spent[name] for name in ("parsed", "stored", "ledger", "loop"))
    _line(f"changed ({ITEMS} items): Heraut, fetch and parse", parsed, parsed, "")
    _line("changed: Heraut, stored, as reader does", stored, parsed, "")
    _line("changed: Heraut, lease to ledger", ledger, parsed, "")
    _line("changed: httpx + feedparser loop", loop, parsed, f"limit 10 x; {_faster(loop, stored, ledger)}")
    if library := spent.get("reader"):
        _line("changed: reader", library, parsed, f"limit 15 x; {_faster(library, stored, ledger)}")


def _faster(peer: float, stored: float, ledger: float) -> str:
    return f"{peer / stored:.1f} x stored, {peer / ledger:.1f} x to the ledger"


def main() -> None:
    """Print one line per measurement: CPU per feed, feeds per second and core, ratio, limit."""
    with _server() as host:
        uvloop.run(_all(host))  # as `heraut run` does


if __name__ == "__main__":
    main()
