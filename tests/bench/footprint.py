"""Memory of the real program with 5,000 feeds and 10,000 rules, all feeds read twice. Limit: 250 MB.

The program runs as its user would start it, in a process of its own, against a server in another one. What
counts is the resident memory of it and of the processes it starts, as the kernel reports it (Linux only).
"""

import asyncio
import multiprocessing
import random
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.domain.models import Address, Target
from bot.services.meaning import installed
from bot.store import chats
from bot.store.database import Database
from tests.bench.corpus import Corpus, literals, load
from tests.bench.processes import resident, shares_of
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess

FEEDS, ITEMS, RULES, CHATS = 5_000, 10, 10_000, 100
LIMIT_MB = 250
PATIENCE = 1_800.0
SETTINGS = """
[polling]
tick_seconds = 0.2
min_interval_seconds = 5
max_interval_seconds = 5
batch = 50
per_host = 50
host_spacing_seconds = 0
allow_hosts = ["127.0.0.1"]
[log]
level = "warning"
"""


def serve(started: Connection) -> None:
    """Serve ``/feed/N``, with a new item each time it is asked for, and ``/count``."""
    asyncio.run(_serve(started))


async def _serve(started: Connection) -> None:
    asked: dict[int, int] = {}
    words = sorted(_present(load()))

    async def feed(request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        asked[number] = asked.get(number, 0) + 1
        body = _document(words, number, asked[number])
        return web.Response(body=body, content_type="application/rss+xml")

    async def count(request: web.Request) -> web.StreamResponse:
        return web.json_response([len(asked), sum(turn > 1 for turn in asked.values())])

    app = web.Application()
    app.add_routes([web.get("/feed/{number}", feed), web.get("/count", count)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    started.send(runner.addresses[0][1])
    await asyncio.Event().wait()


def _document(words: Sequence[str], feed: int, turn: int) -> bytes:
    """Items of 1,600 characters, one in fifty about something that is followed; one is new in each turn."""
    entries = []
    for number in range(turn + ITEMS, turn, -1):
        chance = random.Random(f"{feed}/{number}")
        title = " ".join(chance.choices(words, k=8))
        text = " ".join(chance.choices(words, k=160))
        title = f"NAVO: {title}" if chance.randrange(50) == 0 else title
        url = f"https://krant{feed}.example/{number}"
        entries.append(FeedItem(title, url, text, datetime.now(UTC)))
    return rss(entries, title=f"Krant {feed}", link=f"https://krant{feed}.example/")


def _present(corpus: Corpus) -> set[str]:
    """The words that stand in its documents; the others are only looked for."""
    return {word for document in corpus.documents for word in re.findall(r"[a-z]{2,}", document.text.lower())}


@contextmanager
def _server() -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield int(ours.recv())
    finally:
        process.terminate()
        process.join()


def _feeds(port: int) -> str:
    return "".join(
        f"[[feed]]\nurl = 'http://127.0.0.1:{port}/feed/{n}'\noutlet = 'Krant {n}'\nowner = 'krant{n}'\n"
        for n in range(FEEDS)
    )


async def _follow(folder: Path) -> None:
    """Chats that follow 10,000 rules; as in a large installation, most find nothing in most items."""
    corpus = load()
    present = _present(corpus)
    rare = [text for text in literals(corpus, 3 * RULES) if not present & set(text.split())]
    database = Database(f"sqlite+aiosqlite:///{folder / 'data' / 'heraut.sqlite3'}")
    await database.migrate()
    now = datetime.now(UTC)
    async with database.write() as tx:
        for number in range(CHATS):
            address = Address("web", f"room-{number}")
            chat = await chats.ensure(tx, "web", address, now, title="", language="nl", timezone="UTC")
            for text in rare[number::CHATS][: RULES // CHATS]:
                await chats.subscribe(tx, chat.id, Target.RULE, f'"{text}"', 0.1, now)
    await database.close()


async def _measure(port: int, meaning: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = f"{SETTINGS}[alerts]\nmeaning = {str(meaning).lower()}\n"
        process = HerautProcess(Path(folder), settings=settings, feeds=_feeds(port))
        await _follow(Path(folder))
        async with process, aiohttp.ClientSession() as session:
            _print("healthy", resident(process.pid))
            began, most = time.monotonic(), 0.0
            for turn, what in enumerate(("all feeds read once", "all feeds read twice")):
                while True:
                    async with session.get(f"http://127.0.0.1:{port}/count") as response:
                        done = await response.json()
                    most = max(most, sum(resident(process.pid).values()))
                    if done[turn] >= FEEDS or time.monotonic() - began > PATIENCE:
                        break
                    await asyncio.sleep(0.5)
                _print(f"{what} ({done[turn]}), {time.monotonic() - began:.0f} s", resident(process.pid))
            print(f"{'most at any moment':<44} {most:8.0f} MB  limit {LIMIT_MB} MB")
            # What the kernel keeps of files, such as the model's, it gives up when memory is short.
            _print("the same by whose it is, at the end", shares_of(process.pid))


def _print(what: str, memory: dict[str, float]) -> None:
    parts = ", ".join(f"{name} {size:.0f}" for name, size in memory.items())
    print(f"{what:<44} {sum(memory.values()):8.0f} MB  ({parts})", flush=True)


def main() -> None:
    """Print the memory at the start, after each round, and the most at any moment."""
    print(f"{FEEDS} feeds of {ITEMS} items, {RULES} rules of {CHATS} chats")
    for meaning in (False, True) if installed() else (False,):
        print(f"\n{'with' if meaning else 'without'} the language model of the extra `languages`")
        with _server() as port:
            asyncio.run(_measure(port, meaning))


if __name__ == "__main__":
    main()
