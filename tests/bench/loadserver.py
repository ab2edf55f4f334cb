"""The far ends of the load, in a process of their own: publishers whose feeds change, and Telegram.

It keeps when each article was served first and when a chat was told of it, so that the time that is ours can
be told from the time until the next poll.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from aiohttp import web

from tests.bench.loadnews import FIRST, Load, article, document, read_address
from tests.emulators.telegram import TelegramEmulator


@dataclass(frozen=True, slots=True)
class Served:
    """An article about somebody who is followed, when it was published, and when it was given out first."""

    event: str
    rule: int
    published: float
    at: float


@dataclass(frozen=True, slots=True)
class Told:
    """A message in a chat about an event."""

    chat: int
    event: str
    at: float


@dataclass(frozen=True, slots=True)
class Account:
    """All that happened."""

    served: list[Served]
    told: list[Told]


def serve(line: Connection, load: Load) -> None:
    """Serve until the process is ended; says where, then gives the account each time it is asked."""
    asyncio.run(_serve(line, load))


class _Publishers:
    """All feeds."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self.asked: Counter[int] = Counter()
        self._upto: dict[int, int] = {}
        self.served: list[Served] = []

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """One feed, or 304."""
        load, number, now = self._load, int(request.match_info["number"]), time.time()
        turn = FIRST + self.asked[number] if load.by_request else load.turn_at(number, now)
        self.asked[number] += 1
        latest = load.latest(number, turn)
        tag, known = f'"{latest}"', request.headers.get("If-None-Match", "")
        if known == tag:
            return web.Response(status=304, headers={"ETag": tag})
        if known:
            self._note(number, int(known.strip('"')), latest, now)
        body = document(load, number, latest)
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": tag})

    def _note(self, feed: int, known: int, latest: int, now: float) -> None:
        """Whoever asks knows the articles until a turn, and gets those after it."""
        known = max(known, self._upto.get(feed, known))
        for turn in self._load.last(feed, latest):
            told = article(self._load, feed, turn)
            if turn > known and told.rule is not None:
                published = self._load.published(feed, turn)
                self.served.append(Served(told.event, told.rule, published, now))
        self._upto[feed] = latest


async def _serve(line: Connection, load: Load) -> None:
    publishers = _Publishers(load)
    app = web.Application()

    async def count(request: web.Request) -> web.StreamResponse:
        """How many feeds were asked, how often that was, and whether anybody listens to Telegram."""
        listens = any(method == "getUpdates" for _, method, _ in telegram.requests)
        return web.json_response([len(publishers.asked), publishers.asked.total(), listens])

    app.add_routes([web.get("/feed/{number}", publishers.feed), web.get("/count", count)])
    async with TelegramEmulator() as telegram:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ids = [telegram.add_chat(title=f"Lezer {number}") for number in range(load.chats)]
        line.send((runner.addresses[0][1], telegram.url, telegram.token, ids))
        while await asyncio.to_thread(line.recv):
            line.send(Account(publishers.served, list(_told(telegram, load))))


def _told(telegram: TelegramEmulator, load: Load) -> Iterator[Told]:
    to_wall_clock = time.time() - time.monotonic()
    sent: dict[int, list[float]] = {}
    for at, method, chat in telegram.requests:
        if method in ("sendMessage", "sendPhoto"):
            sent.setdefault(int(chat or 0), []).append(at + to_wall_clock)
    for chat, times in sent.items():
        posted = telegram.world.chats[chat].posted.values()
        for message, at in zip(posted, times, strict=False):
            first = next(filter(None, map(read_address, message.links)), None)
            if first is not None:
                yield Told(chat, article(load, *first).event, at)


@dataclass(frozen=True, slots=True)
class FarEnds:
    """Where the other process listens."""

    port: int
    telegram: str
    token: str
    chats: list[int]
    line: Connection
    pid: int

    def account(self) -> Account:
        """What was served and told until now."""
        self.line.send(True)
        found: Account = self.line.recv()
        return found

    def followers(self, load: Load, rule: int) -> list[int]:
        """The chats that follow somebody."""
        return self.chats[rule :: load.rules]


@contextmanager
def far_ends(load: Load) -> Iterator[FarEnds]:
    """Publishers and Telegram for as long as the block lasts."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, load), daemon=True)
    process.start()
    theirs.close()  # so that its end is noticed
    try:
        port, telegram, token, chats = ours.recv()
        yield FarEnds(port, telegram, token, chats, ours, process.pid or 0)
    finally:
        process.terminate()
        process.join()
