"""Heraut under load: real processes on a database that holds what it would hold, measured for a set time."""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from sqlalchemy import func, select

from bot.store import schema, tallies
from bot.store.database import Database
from tests.bench.loadnews import Load
from tests.bench.loadserver import FarEnds, Served, Told, far_ends
from tests.bench.loadstock import stock_chats, stock_feeds
from tests.bench.processes import busy, cpu_of, fair_share, resident
from tests.support import databases
from tests.support.crashable import CrashablePostgres
from tests.support.heraut import HerautProcess

START_SECONDS, FEEDS_A_SECOND = 10.0, 15_000
"""How long processes take to start; how many rows at most go into a database in a second."""
CATCH_UP_SECONDS = 40.0
WARM_ROUNDS = 3
"""Where feeds are always due, each is read so often by each worker before it counts, about: the first time a
worker reads a document it knows none of its articles by heart."""
GRACE_SECONDS = 12.0
"""What was given out while we measured may be told for so much longer."""
DURABLE = ("fsync=on", "full_page_writes=on", "shared_buffers=256MB")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process, with its children, took: seconds of CPU, and the most MB at any moment."""

    name: str
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Alerts:
    """What became of the events that were given out while we measured.

    Args:
        owed: messages that chats had to get.
        missing: those that did not come.
        merged: those that came under another event's headline: the two were taken for one story.
        twice: messages about an event that a chat had heard of.
        since_published: seconds from publication to the chat, in order.
        since_read: seconds from the poll that found it to the chat, in order.
    """

    owed: int = 0
    missing: int = 0
    merged: int = 0
    twice: int = 0
    since_published: Sequence[float] = ()
    since_read: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured in `seconds`.

    Args:
        polls: feeds that were read, changed or not.
        items: articles that were stored.
        edited: stored articles that were taken for changed ones; there are none.
        stock: articles that were stored before.
        alerts: who heard of what, and when.
        late: seconds that the most overdue feed waited at the end.
        heraut: its processes.
        servers: the database and the far ends.
        others: cores that everything else on the machine took.
    """

    seconds: float
    polls: int
    items: int
    heraut: Sequence[Cost]
    servers: Sequence[Cost] = ()
    alerts: Alerts = Alerts()
    edited: int = 0
    stock: int = 0
    late: float = 0.0
    others: float = 0.0

    @property
    def cpu(self) -> float:
        """Seconds of CPU of all processes of Heraut."""
        return sum(each.cpu for each in self.heraut)

    @property
    def cpu_of_a_poll(self) -> float:
        """Milliseconds."""
        return 1000 * self.cpu / self.polls if self.polls else 0.0


async def heraut(load: Load, workers: int, seconds: float, say: Say) -> Seen:
    """Measure Heraut: with no workers one process on SQLite, else that many and a gateway on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="heraut-load-") as made:
        folder = Path(made)
        say("starting publishers and Telegram")
        with far_ends(load) as ends:
            async with _opened(folder, workers) as (database, keeper), AsyncExitStack() as stack:
                say("filling the database")
                began = time.time()
                await stock_chats(database, load, ends)
                a_row = max((time.time() - began) / max(load.chats, 1000), 1 / FEEDS_A_SECOND)
                ready = START_SECONDS + a_row * load.feeds
                begin = time.time() + ready
                end = begin + 2 * CATCH_UP_SECONDS + seconds
                stock = await stock_feeds(database, load, ends.port, begin, end, ready, a_row)
                say("starting Heraut")
                running = {
                    name: await stack.enter_async_context(process)
                    for name, process in _processes(folder, load, ends, database, workers)
                }
                await _caught_up(ends, database, load, WARM_ROUNDS * max(1, workers), say)
                pids = {name: process.pid for name, process in running.items()}
                return await _measured(ends, database, pids, keeper, load, seconds, stock, say)


def _processes(
    folder: Path, load: Load, ends: FarEnds, database: Database, workers: int
) -> list[tuple[str, HerautProcess]]:
    url = database.url.render_as_string(hide_password=False)
    environment = {"HERAUT_TELEGRAM__TOKEN": ends.token, "HERAUT_DATABASE_URL": url}
    named = [(f"worker {number + 1}", "worker") for number in range(workers)]
    return [
        (
            name,
            HerautProcess(
                folder / name.replace(" ", ""),
                settings=_settings(ends, load),
                environment=environment,
                role=role,
            ),
        )
        for name, role in ([*named, ("gateway", "gateway")] if workers else [("Heraut", "")])
    ]


def _settings(ends: FarEnds, load: Load) -> str:
    # All that is due is leased within a second or two.
    batch = max(50, min(1000, load.feeds // 8))
    return (
        f"[telegram]\napi_base_url = '{ends.telegram}'\n[polling]\ntick_seconds = 0.2\nbatch = {batch}\n"
        f"min_interval_seconds = {load.interval}\nmax_interval_seconds = {load.interval}\narticles = false\n"
        f"per_host = 50\nhost_spacing_seconds = 0\nallow_hosts = ['127.0.0.1:{ends.port}']\n"
        "[log]\nlevel = 'warning'\n[alerts]\nmeaning = false\n"
    )


@asynccontextmanager
async def _opened(folder: Path, workers: int) -> AsyncIterator[tuple[Database, int]]:
    """An empty database, and the process that keeps it (0 for a file)."""
    async with AsyncExitStack() as stack:
        keeper = 0
        if workers:
            postgres = await stack.enter_async_context(CrashablePostgres(settings=DURABLE))
            url, keeper = postgres.url, postgres.pid
        else:
            url = await stack.enter_async_context(databases.address("sqlite", folder))
        database = Database(url)
        stack.push_async_callback(database.close)
        if workers:
            await database.migrate()
        yield database, keeper


async def _caught_up(ends: FarEnds, database: Database, load: Load, rounds: int, say: Say) -> None:
    """Feeds that came due while the processes started were read; or they are too many for this machine."""
    late = time.monotonic() + CATCH_UP_SECONDS
    while time.monotonic() < late:
        asked, polls, listens = await _asked(ends)
        if not asked:  # none is due yet
            late = time.monotonic() + CATCH_UP_SECONDS
        if load.by_request:
            say(f"warming up: {polls} of {rounds * load.feeds} polls")
            done = polls >= rounds * load.feeds
        else:
            async with database.read() as tx:
                overdue = await tallies.overdue(tx, datetime.now(UTC))
            say(f"catching up: {overdue.feeds} feeds are due" if listens else "waiting for a gateway")
            done = asked > 0 and overdue.feeds <= load.feeds / load.interval + 20
        if done and listens:
            return
        await asyncio.sleep(1)


async def _asked(ends: FarEnds) -> tuple[int, int, bool]:
    """How many feeds were asked for, how often that was, and whether anybody listens to Telegram."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{ends.port}/count") as answer,
    ):
        feeds_asked, times, listens = await answer.json()
    return int(feeds_asked), int(times), bool(listens)


async def _measured(
    ends: FarEnds,
    database: Database,
    pids: Mapping[str, int],
    keeper: int,
    load: Load,
    seconds: float,
    stock: int,
    say: Say,
) -> Seen:
    servers = ({"PostgreSQL": keeper} if keeper else {}) | {"publishers and Telegram": ends.pid}
    all_pids = {**pids, **servers}
    items, polls = await _newest(database), (await _asked(ends))[1]
    began, idle, cpu = time.time(), busy(), {name: cpu_of(pid) for name, pid in all_pids.items()}
    memory: dict[str, float] = defaultdict(float)
    while (past := time.time() - began) < seconds:
        say(f"measuring: {past:.0f} of {seconds:.0f} s")
        for name, pid in pids.items():
            memory[name] = max(memory[name], sum(resident(pid).values()))
        await asyncio.sleep(min(1.0, seconds - past))
    ended, taken = time.time(), busy() - idle
    spent = {name: cpu_of(pid) - cpu[name] for name, pid in all_pids.items()}
    now_items, now_polls = await _newest(database), (await _asked(ends))[1]
    async with database.read() as tx:
        overdue = await tallies.overdue(tx, datetime.now(UTC))
        edited = await tx.scalar(select(func.count()).where(schema.items.c.edited_at.is_not(None)))
    memory |= {name: fair_share(pid) for name, pid in servers.items()}
    say("waiting for the last alerts")
    costs = [Cost(name, spent[name], memory[name]) for name in all_pids]
    return Seen(
        ended - began,
        now_polls - polls,
        now_items - items,
        costs[: len(pids)],
        costs[len(pids) :],
        await _alerts(ends, load, began, ended),
        edited or 0,
        stock,
        max(0.0, ended - overdue.since.timestamp()) if overdue.since else 0.0,
        max(0.0, taken - sum(spent.values())) / (ended - began),
    )


async def _newest(database: Database) -> int:
    async with database.read() as tx:
        return await tx.scalar(select(func.max(schema.items.c.id))) or 0


async def _alerts(ends: FarEnds, load: Load, began: float, ended: float) -> Alerts:
    late = time.monotonic() + GRACE_SECONDS
    while True:
        account = await asyncio.to_thread(ends.account)
        followers = lambda rule: ends.followers(load, rule)  # noqa: E731  one line, used here only
        found = alerts_of(account.served, account.told, followers, began, ended)
        if not found.missing or time.monotonic() > late:
            # Where each request publishes something, it says nothing when that was.
            return replace(found, since_published=()) if load.by_request else found
        await asyncio.sleep(1)


def alerts_of(
    served: Sequence[Served],
    told: Sequence[Told],
    followers: Callable[[int], Sequence[int]],
    began: float,
    ended: float,
) -> Alerts:
    """Compare what was given out with what was told.

    Args:
        served: every article about somebody who is followed.
        told: every message.
        followers: the chats that follow who is named by a number.
        began: only events that were given out first from then on.
        ended: and until then.
    """
    first: dict[str, Served] = {}
    for each in sorted(served, key=lambda one: one.at):
        first.setdefault(each.event, each)
    heard: dict[tuple[int, str], list[float]] = defaultdict(list)
    latest: dict[int, float] = {}
    for message in told:
        heard[message.chat, message.event].append(message.at)
        latest[message.chat] = max(message.at, latest.get(message.chat, 0.0))
    counted = [each for each in first.values() if began <= each.at <= ended]
    owed = [(each, chat) for each in counted for chat in followers(each.rule)]
    times = [(each, heard.get((chat, each.event), [])) for each, chat in owed]
    silent = [(each, chat) for each, chat in owed if (chat, each.event) not in heard]
    merged = sum(latest.get(chat, 0.0) >= each.at for each, chat in silent)
    return Alerts(
        owed=len(owed),
        missing=len(silent) - merged,
        merged=merged,
        twice=sum(max(0, len(at) - 1) for _, at in times),
        since_published=sorted(min(at) - each.published for each, at in times if at),
        since_read=sorted(min(at) - each.at for each, at in times if at),
    )
