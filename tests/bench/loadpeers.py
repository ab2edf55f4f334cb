"""What others do with the same feeds: the library `reader`, and a loop of httpx and feedparser.

They read one feed after the other, as fast as they go, and tell nobody.
"""

import importlib
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import feedparser
import httpx

from tests.bench.loadnews import Load
from tests.bench.loadrun import Cost, Say, Seen
from tests.bench.loadserver import far_ends
from tests.bench.processes import cpu_of, resident

Poll = Callable[[int], Awaitable[int]]
"""Reads the feed of this number; returns how many articles were new."""


async def loop(load: Load, seconds: float, say: Say) -> Seen:
    """httpx and feedparser, as the nearest Telegram bots work: what is new by its link counts."""
    with far_ends(load) as ends:
        known: set[str] = set()
        tags: dict[int, str] = {}

        async with httpx.AsyncClient() as client:

            async def poll(number: int) -> int:
                headers = {"If-None-Match": tags[number]} if number in tags else {}
                answer = await client.get(f"http://127.0.0.1:{ends.port}/feed/{number}", headers=headers)
                tags[number] = answer.headers.get("etag", "")
                links = {str(each.link) for each in feedparser.parse(answer.content).entries} - known
                known.update(links)
                return len(links)

            return await _timed(load, seconds, poll, ends.pid, say)


async def library(load: Load, seconds: float, say: Say) -> Seen | None:
    """The `reader` library with its SQLite file; None when it is not installed."""
    try:
        # The feedparser within it asks for a module of this name, which has another one today.
        sys.modules.setdefault("sgmllib", importlib.import_module("feedparser_sgmllib"))
        from reader import make_reader
    except ImportError:
        return None
    with far_ends(load) as ends, tempfile.TemporaryDirectory() as folder:
        made: Any = make_reader(str(Path(folder) / "reader.sqlite"))
        urls = [f"http://127.0.0.1:{ends.port}/feed/{number}" for number in range(load.feeds)]
        for url in urls:
            made.add_feed(url)

        async def poll(number: int) -> int:
            found = made.update_feed(urls[number])
            return int(found.new) if found else 0

        return await _timed(load, seconds, poll, ends.pid, say)


async def _timed(load: Load, seconds: float, poll: Poll, far: int, say: Say) -> Seen:
    """Rounds over the feeds, as fast as they go; the first, in which everything is new, does not count."""
    for number in range(load.feeds):
        say(f"reading all for the first time: {number} of {load.feeds}")
        await poll(number)
    began, cpu, far_cpu, polls, items = time.time(), time.process_time(), cpu_of(far), 0, 0
    while (past := time.time() - began) < seconds:
        say(f"measuring: {past:.0f} of {seconds:.0f} s")
        items += await poll(polls % load.feeds)
        polls += 1
    took, spent = time.time() - began, time.process_time() - cpu
    server = Cost("publishers", cpu_of(far) - far_cpu, 0.0)
    return Seen(took, polls, items, [Cost("it", spent, resident(os.getpid())["program"])], [server])
