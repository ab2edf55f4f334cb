"""The far ends of the load: publishers whose feeds change by the clock, and Telegram. A process of its own.

A feed's document follows from the time alone: the turn it is in, and which earlier turns brought an article.
Each article carries in its address when it was published, in milliseconds, so that whoever hears of it can
say how old it was.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing import get_context
from multiprocessing.connection import Connection

from aiohttp import web

from tests.bench.intake import ACTORS, SUBJECTS, VERBS, _body, _name
from tests.emulators.telegram import TelegramEmulator
from tests.support.feedbuilder import FeedItem, rss

ITEMS = 10
LOOK_BACK = 400
"""Turns that are searched for the last articles."""


@dataclass(frozen=True, slots=True)
class Load:
    """What there is to do.

    Args:
        feeds: how many, each asked for once in `interval` seconds.
        changed: which part of them has something new then.
        hot: one in so many articles is about something that is followed.
        rules: how many different ones are followed, shared evenly by the chats.
    """

    feeds: int
    changed: float
    rules: int
    chats: int
    interval: float
    hot: int


def phrase(number: int) -> str:
    """What the rule of this number looks for."""
    words = random.Random(number)
    return f"{_name(words)} {_name(words)}e{number}"


@lru_cache(maxsize=20_000)
def document(load: Load, feed: int, turn: int, began: float) -> bytes:
    """A feed in a turn: its last articles, the newest first."""
    site = f"https://krant{feed}.example"
    entries = []
    for each in range(turn, turn - LOOK_BACK, -1):
        words = random.Random(f"{feed}/{each}")
        if words.random() < load.changed:
            entries.append(_article(load, feed, words, began + _phase(load, feed) + each * load.interval))
        if len(entries) == ITEMS:
            break
    return rss(entries, title=f"Krant {feed}", link=site)


def _article(load: Load, feed: int, words: random.Random, at: float) -> FeedItem:
    url = f"https://krant{feed}.example/artikel/{int(at * 1000)}"
    subject = f"{words.choice(SUBJECTS)} bij {_name(words)}"
    actor = phrase(words.randrange(load.rules)) if words.randrange(load.hot) == 0 else words.choice(ACTORS)
    title = f"{actor} {words.choice(VERBS)} {subject} in {_name(words)}"
    return FeedItem(title, url, _body(words, url, title), datetime.fromtimestamp(at, UTC))


def _phase(load: Load, feed: int) -> float:
    return random.Random(feed).random() * load.interval


def _turn(load: Load, feed: int, began: float, now: float) -> int:
    """The last turn up to now in which there was an article: until the next one nothing changes."""
    turn = int((now - began - _phase(load, feed)) // load.interval)
    while random.Random(f"{feed}/{turn}").random() >= load.changed:
        turn -= 1
    return turn


def serve(line: Connection, load: Load) -> None:
    """Serve until the process is ended; says where, then answers each question with what was told when."""
    asyncio.run(_serve(line, load))


async def _serve(line: Connection, load: Load) -> None:
    began = time.time()
    asked: Counter[int] = Counter()

    async def feed(request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        turn = _turn(load, number, began, time.time())
        asked[number] += 1
        tag = f'"{turn}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        body = document(load, number, turn, began)
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": tag})

    async def count(request: web.Request) -> web.StreamResponse:
        return web.json_response([len(asked), asked.total()])

    app = web.Application()
    app.add_routes([web.get("/feed/{number}", feed), web.get("/count", count)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with TelegramEmulator() as telegram:
        ids = [telegram.add_chat(title=f"Lezer {number}") for number in range(load.chats)]
        line.send((runner.addresses[0][1], telegram.url, telegram.token, ids))
        while await asyncio.to_thread(line.recv):
            line.send(_told(telegram))


def _told(telegram: TelegramEmulator) -> list[tuple[float, float]]:
    """When each article that stands in a chat was published, and when it was told there."""
    to_wall_clock = time.time() - time.monotonic()
    sent: dict[int, list[float]] = {}
    for at, method, chat in telegram.requests:
        if method in ("sendMessage", "sendPhoto"):
            sent.setdefault(int(chat or 0), []).append(at + to_wall_clock)
    found = []
    for chat, times in sent.items():
        posted = telegram.world.chats[chat].posted.values()
        for message, at in zip(posted, times, strict=False):
            published = [link.rpartition("/")[2] for link in message.links if "/artikel/" in link]
            found += [(int(each) / 1000, at) for each in published[:1]]
    return found


@dataclass(frozen=True, slots=True)
class FarEnds:
    """Where the other process listens; `told` asks it what arrived."""

    port: int
    telegram: str
    token: str
    chats: list[int]
    line: Connection

    def told(self) -> list[tuple[float, float]]:
        """See `_told`."""
        self.line.send(True)
        return list(self.line.recv())


@contextmanager
def far_ends(load: Load) -> Iterator[FarEnds]:
    """Publishers and Telegram for as long as the block lasts."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, load), daemon=True)
    process.start()
    try:
        port, telegram, token, chats = ours.recv()
        yield FarEnds(port, telegram, token, chats, ours)
    finally:
        process.terminate()
        process.join()
