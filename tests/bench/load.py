"""Load: many feeds, rules and chats at once, on SQLite in one process, on PostgreSQL with 1, 2, 4 workers.

    python -m tests.bench load --feeds 1000 --kinds sqlite,1,2

Real processes read real local servers and tell an emulated Telegram, for a set time, after all feeds were
read and stored once. Printed are the feeds read and articles stored in a second, the time from publication to
alert (the wait for the next poll is part of it: half the interval in the middle), and what all processes of
Heraut together took of CPU and memory. In the same run: the library `reader`, and a loop of httpx and
feedparser, on the same feeds; they tell nobody.

With `--max` a feed is due again after a second, so that feeds and articles in a second are what the machine
can do, not what there is to do.
"""

import argparse
import asyncio
import importlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import feedparser
import httpx
from sqlalchemy import func, insert, select, update

from bot.domain.models import FeedSpec, Outlet, Subscription, Target
from bot.store import feeds, schema
from bot.store.database import Database
from tests.bench.footprint import resident
from tests.bench.loadserver import FarEnds, Load, far_ends, phrase
from tests.support import databases
from tests.support.heraut import HerautProcess
from tests.support.waiting import until

PATIENCE = 3_600.0
ROWS = 5_000
REST_SECONDS = 3.0
PEER_FEEDS = 500
"""Peers are read in a sample of this many feeds: more take them longer than anybody waits."""
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured in `seconds`.

    Args:
        polls: feeds that were read, changed or not.
        items: articles that were stored.
        delays: seconds from publication to the chat, or to being stored for a peer that tells nobody.
        cpu: seconds of CPU of all processes.
        memory: MB, the most at any moment.
    """

    seconds: float
    polls: int
    items: int
    delays: Sequence[float]
    cpu: float
    memory: float

    def line(self, name: str) -> str:
        """As a line of the table."""
        ordered = sorted(self.delays)
        middle = f"{statistics.median(ordered):8.2f}" if ordered else f"{'-':>8}"
        late = f"{ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]:8.2f}" if ordered else f"{'-':>8}"
        each = 1000 * self.cpu / self.polls if self.polls else 0.0
        return (
            f"{name:<26} {self.polls / self.seconds:9.1f} {self.items / self.seconds:9.1f} {middle} {late} "
            f"{len(ordered):7d} {self.cpu / self.seconds:6.2f} {each:9.2f} {self.memory:8.0f}"
        )


HEADER = (
    f"{'':<26} {'feeds/s':>9} {'items/s':>9} {'median s':>8} {'99 % s':>8} "
    f"{'alerts':>7} {'cores':>6} {'ms/feed':>9} {'MB':>8}"
)


# --- Heraut


def _settings(ends: FarEnds, load: Load) -> str:
    batch = max(50, min(1000, load.feeds // 20))
    return (
        f"[telegram]\napi_base_url = '{ends.telegram}'\n[polling]\ntick_seconds = 0.2\nbatch = {batch}\n"
        f"min_interval_seconds = {load.interval}\nmax_interval_seconds = {load.interval}\narticles = false\n"
        f"per_host = 50\nhost_spacing_seconds = 0\nallow_hosts = ['127.0.0.1:{ends.port}']\n"
        "[log]\nlevel = 'warning'\n[alerts]\nmeaning = false\n"
    )


async def _fill(database: Database, ends: FarEnds, load: Load) -> None:
    """Feeds, chats, and what these follow: each chat one rule."""
    now = datetime.now(UTC)
    specs = [
        FeedSpec(f"http://127.0.0.1:{ends.port}/feed/{n}", Outlet(f"Krant {n}", f"krant{n}"), "nl")
        for n in range(load.feeds)
    ]
    async with database.write() as tx:
        await feeds.configure(tx, specs, now, timedelta(seconds=load.interval))
        # Not of the settings, so that a start without a list of feeds leaves them.
        await tx.execute(update(schema.feeds).values(origin="chat"))
    lane = f"telegram:{ends.token.partition(':')[0]}"
    chat = {"lane": lane, "platform": "telegram", "language": "nl", "created_at": now}
    async with database.write() as tx:
        for start in range(0, load.chats, ROWS):
            part = ends.chats[start : start + ROWS]
            await tx.execute(insert(schema.chats), [chat | {"chat": str(each)} for each in part])
        ids = (await tx.execute(select(schema.chats.c.id).order_by(schema.chats.c.id))).scalars().all()
        wishes = [_wish(each, f'"{phrase(number % load.rules)}"', now) for number, each in enumerate(ids)]
        for start in range(0, load.chats, ROWS):
            await tx.execute(insert(schema.subscriptions), wishes[start : start + ROWS])


def _wish(chat_id: int, rule: str, now: datetime) -> dict[str, Any]:
    wish = Subscription(0, chat_id, Target.RULE, rule, 0.05, now)
    names = ("chat_id", "target", "value", "rule_key", "threshold", "created_at")
    return {name: getattr(wish, name) for name in names}


async def heraut(load: Load, seconds: float, workers: int) -> Seen:
    """Measure Heraut: with no workers one process on SQLite, else that many and a gateway on PostgreSQL."""
    with far_ends(load) as ends, tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        async with _opened(folder, workers) as (database, url), AsyncExitStack() as stack:
            await _fill(database, ends, load)
            roles = [*(("worker",) * workers), "gateway"] if workers else [""]
            running = [
                HerautProcess(
                    folder / f"p{number}",
                    settings=_settings(ends, load),
                    environment={"HERAUT_TELEGRAM__TOKEN": ends.token, "HERAUT_DATABASE_URL": url},
                    role=role,
                )
                for number, role in enumerate(roles)
            ]
            for process in running:
                await stack.enter_async_context(process)
            await until(lambda: _all_read(ends, load), PATIENCE)
            await until(lambda: _at_rest(database, load), PATIENCE)
            return await _measured(ends, database, [each.pid for each in running], load, seconds)


@asynccontextmanager
async def _opened(folder: Path, workers: int) -> AsyncIterator[tuple[Database, str]]:
    async with databases.address("postgres" if workers else "sqlite", folder) as url:
        database = Database(url)
        try:
            yield database, url
        finally:
            await database.close()


async def _all_read(ends: FarEnds, load: Load) -> bool:
    return (await _asked(ends))[0] >= load.feeds


async def _at_rest(database: Database, load: Load) -> bool:
    """Whether the articles of the first reading are stored: no more come than are published meanwhile."""
    usual = load.feeds * load.changed / load.interval * REST_SECONDS
    before = await _stored(database)
    await asyncio.sleep(REST_SECONDS)
    return await _stored(database) - before <= 2 * usual + 10


async def _asked(ends: FarEnds) -> tuple[int, int]:
    """How many feeds were asked for, and how often that was."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{ends.port}/count") as answer,
    ):
        feeds_asked, times = await answer.json()
    return int(feeds_asked), int(times)


async def _measured(
    ends: FarEnds, database: Database, pids: Sequence[int], load: Load, seconds: float
) -> Seen:
    began, cpu = time.time(), sum(map(cpu_of, pids))
    items, (_, polls) = await _stored(database), await _asked(ends)
    memory = 0.0
    while time.time() - began < seconds:
        memory = max(memory, sum(sum(resident(pid).values()) for pid in pids))
        await asyncio.sleep(1)
    took, spent = time.time() - began, sum(map(cpu_of, pids)) - cpu
    now_items, (_, now_polls) = await _stored(database), await _asked(ends)
    # What was published until now may still be told for one interval and a while.
    await asyncio.sleep(load.interval + 5)
    told = [at - published for published, at in ends.told() if began <= published <= began + took]
    return Seen(took, now_polls - polls, now_items - items, told, spent, memory)


async def _stored(database: Database) -> int:
    """Articles that there are."""
    async with database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(schema.items)) or 0


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process took, with its children of now and before (proc(5), fields 14 to 17)."""
    total = 0.0
    for each in _family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text(encoding="utf8").rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / TICKS_A_SECOND
    return total


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = thread.read_text(encoding="utf8").split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


# --- peers


async def loop(load: Load, seconds: float) -> Seen:
    """httpx and feedparser, one feed after the other; what is new by its link counts."""
    with far_ends(replace(load, chats=0)) as ends:
        known: set[str] = set()
        tags: dict[int, str] = {}

        async with httpx.AsyncClient() as client:

            async def poll(number: int) -> list[str]:
                headers = {"If-None-Match": tags[number]} if number in tags else {}
                answer = await client.get(f"http://127.0.0.1:{ends.port}/feed/{number}", headers=headers)
                tags[number] = answer.headers.get("etag", "")
                links = [str(each.link) for each in feedparser.parse(answer.content).entries]
                new = [link for link in links if link not in known]
                known.update(new)
                return new

            return await _peer(load, seconds, poll)


async def _peer(load: Load, seconds: float, poll: Callable[[int], Any]) -> Seen:
    """Rounds over the feeds as the interval asks, or as fast as they go; the first one does not count."""
    for number in range(load.feeds):
        await poll(number)
    began, cpu, polls, found = time.time(), time.process_time(), 0, []
    while time.time() - began < seconds:
        turn = time.time()
        for number in range(load.feeds):
            new = await poll(number)
            polls += 1
            found += [(int(link.rpartition("/")[2]) / 1000, time.time()) for link in new]
        await asyncio.sleep(max(0.0, load.interval - (time.time() - turn)))
    took = time.time() - began
    delays = [at - published for published, at in found if published >= began]
    spent = time.process_time() - cpu
    return Seen(took, polls, len(found), delays, spent, resident(os.getpid())["program"])


async def library(load: Load, seconds: float) -> Seen | None:
    """The `reader` library with its SQLite file; None when it is not installed."""
    try:
        # The feedparser within it asks for a module of this name, which has another one today.
        sys.modules.setdefault("sgmllib", importlib.import_module("feedparser_sgmllib"))
        from reader import make_reader
    except ImportError:
        return None
    with far_ends(replace(load, chats=0)) as ends, tempfile.TemporaryDirectory() as folder:
        made: Any = make_reader(str(Path(folder) / "reader.sqlite"))
        urls = [f"http://127.0.0.1:{ends.port}/feed/{number}" for number in range(load.feeds)]
        for url in urls:
            made.add_feed(url)
        known: set[str] = set()

        async def poll(number: int) -> list[str]:
            made.update_feed(urls[number])
            links = [str(each.link) for each in made.get_entries(feed=urls[number])]
            new = [link for link in links if link not in known]
            known.update(new)
            return new

        return await _peer(load, seconds, poll)


# --- the command


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench load", description=__doc__)
    parser.add_argument("--feeds", default="1000", help="numbers, with commas: 1000,10000,100000")
    parser.add_argument("--changed", type=float, default=0.2, help="part of the feeds with something new")
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--hot", type=int, default=50, help="one in so many articles is alerted")
    parser.add_argument("--interval", type=float, default=60.0, help="seconds between two polls of a feed")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long each is measured")
    parser.add_argument(
        "--kinds", default="sqlite,1,2,4,reader,loop", help="what is measured; numbers: workers"
    )
    parser.add_argument("--max", action="store_true", help="feeds are due at once, always")
    return parser.parse_args(given)


async def _one(kind: str, load: Load, seconds: float) -> Seen | None:
    if kind in ("reader", "loop"):
        sample = replace(load, feeds=min(load.feeds, PEER_FEEDS))
        return await (library if kind == "reader" else loop)(sample, seconds)
    return await heraut(load, seconds, 0 if kind == "sqlite" else int(kind))


def main(given: Sequence[str] = ()) -> None:
    """Print a table for each number of feeds."""
    wanted = _arguments(given)
    names = {"sqlite": "Heraut, SQLite", "reader": "reader", "loop": "httpx + feedparser"}
    for number in map(int, wanted.feeds.split(",")):
        interval = 1.0 if wanted.max else wanted.interval
        load = Load(number, wanted.changed, wanted.rules, wanted.chats, interval, wanted.hot)
        print(
            f"{number} feeds every {interval:g} s, {load.changed:.0%} changed, {load.rules} rules, "
            f"{load.chats} chats, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n{HEADER}",
            flush=True,
        )
        for kind in wanted.kinds.split(","):
            seen = asyncio.run(_one(kind, load, wanted.seconds))
            name = names.get(kind, f"Heraut, PostgreSQL, {kind} workers")
            print(seen.line(name) if seen else f"{name:<26} is not installed", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
