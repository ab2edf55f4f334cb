"""Load: many feeds, rules and chats at once, on SQLite in one process, on PostgreSQL with 1, 2, 4 workers.

    python -m tests.bench load                              all of it, on an idle machine: some 15 minutes
    python -m tests.bench load --only steady --feeds 1000   a part of it, smaller

Real processes of Heraut read real local servers and tell an emulated Telegram. There are four sections:

    steady   feeds every minute, one in five changed: what it costs, and how soon chats hear of it
    pace     feeds that are always due: how much one machine can do; beside it the library `reader`, and a
             loop of httpx and feedparser, which tell nobody
    growth   the same interval for ever more feeds: what ten times the feeds cost
    parse    large documents that change and hold little that is new: what a second worker brings

Times are counted from publication (the wait for the next poll is part of it) and from the poll that found the
article. Databases begin with feeds that were read before, so nothing is measured while they are read first.
Each leg has a limit of time, and says when it reached it. PostgreSQL waits for its disk, as SQLite does.
"""

import argparse
import asyncio
import math
import os
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.loadnews import FIRST, Load
from tests.bench.loadpeers import library, loop
from tests.bench.loadreport import HEADER, Done, Leg, Progress, against, growth, line, speed_up, write
from tests.bench.loadrun import Say, Seen, heraut

CHANGED = 0.2
STEADY_INTERVAL, GROWTH_INTERVAL = 60.0, 600.0
PACE_FEEDS, PEER_FEEDS, PARSE_FEEDS = 1_500, 200, 400
PARSE_ENTRIES, PARSE_SENTENCES = 60, 12
ALERTS_A_SECOND = 12.0
"""Far below what Telegram allows, so that its limit is not what we measure."""
FASTEST = 250.0
"""Articles in a second that no machine here exceeds; sets how many of them are about who is followed."""
SECTIONS = ("steady", "pace", "growth", "parse")
TITLES = {
    "steady": "steady: every minute, 20 % changed",
    "pace": "pace: always due, 20 % changed",
    "growth": "growth: every 10 minutes, 20 % changed",
    "parse": "parse: always due, all changed, 60 articles of 1,000 characters of which one is new",
}


def _hot(items_a_second: float, rules: int, chats: int) -> int:
    """One in so many articles is about somebody who is followed."""
    return max(1, math.ceil(items_a_second * chats / max(rules, 1) / ALERTS_A_SECOND))


def _by_clock(feeds: int, interval: float, hot: int, rules: int, chats: int) -> Load:
    return Load(feeds, CHANGED, rules, chats, interval, hot, time.time() - FIRST * interval)


def _by_request(feeds: int, hot: int, rules: int, chats: int) -> Load:
    # Each request publishes a second later than the one before; never in the future.
    epoch = time.time() - FIRST - 3 * 3600
    return Load(feeds, CHANGED, rules, chats, 1.0, hot, epoch, by_request=True)


def legs(wanted: argparse.Namespace) -> Iterator[Leg]:
    """What is measured, in order."""
    rules, chats = wanted.rules, wanted.chats
    followed = rules, chats
    workers = [int(each) for each in wanted.workers.split(",")]
    sections = wanted.only
    if "steady" in sections:
        hot = _hot(wanted.feeds * CHANGED / STEADY_INTERVAL, *followed)
        for count in workers:
            load = _by_clock(wanted.feeds, STEADY_INTERVAL, hot, *followed)
            yield Leg("steady", _name(count), load, workers=count)
    if "pace" in sections:
        hot = _hot(FASTEST, *followed)
        for count in workers:
            load = _by_request(min(PACE_FEEDS, wanted.feeds), hot, *followed)
            yield Leg("pace", _name(count), load, workers=count)
        for what, name in (("reader", "reader"), ("loop", "httpx + feedparser")):
            yield Leg("pace", name, _by_request(min(PEER_FEEDS, wanted.feeds), hot, rules, 0), what)
    if "growth" in sections:
        sizes = [int(each) for each in wanted.growth.split(",")]
        hot = _hot(max(sizes) * CHANGED / GROWTH_INTERVAL, *followed)
        for count in [each for each in (0, 1) if each in workers]:
            for size in sizes:
                load = _by_clock(size, GROWTH_INTERVAL, hot, *followed)
                yield Leg("growth", _name(count), load, workers=count)
    if "parse" in sections:
        for count in [each for each in workers if each in (1, 2)]:
            yield Leg("parse", _name(count), _large(min(PARSE_FEEDS, wanted.feeds), *followed), workers=count)


def _large(feeds: int, rules: int, chats: int) -> Load:
    small = _by_request(feeds, _hot(FASTEST, rules, chats), rules, chats)
    return Load(
        feeds, 1.0, rules, chats, 1.0, small.hot, small.epoch, PARSE_ENTRIES, PARSE_SENTENCES, True, True
    )


def _name(workers: int) -> str:
    if not workers:
        return "SQLite, one process"
    return f"PostgreSQL, {workers} worker{'s' if workers > 1 else ''}"


async def _measure(leg: Leg, seconds: float, say: Say) -> Seen | None:
    if leg.what == "heraut":
        return await heraut(leg.load, leg.workers, seconds, say)
    return await (library if leg.what == "reader" else loop)(leg.load, seconds, say)


async def _limited(leg: Leg, wanted: argparse.Namespace, say: Say) -> Done:
    began = time.monotonic()
    limit = asyncio.timeout(wanted.limit)
    try:
        async with limit:
            seen = await _measure(leg, wanted.seconds, say)
    except Exception as error:  # noqa: BLE001  one leg that failed must not lose what the others say
        if limit.expired():
            return Done(leg, None, time.monotonic() - began, f"was not done within {wanted.limit:g} s")
        traceback.print_exc()
        return Done(leg, None, time.monotonic() - began, f"failed: {str(error)[:200]}")
    return Done(leg, seen, time.monotonic() - began, "" if seen else "is not installed")


def run(planned: Sequence[Leg], wanted: argparse.Namespace) -> list[Done]:
    """Measure one after the other, print each as it is done, and what they say together."""
    progress, found = Progress(len(planned)), list[Done]()
    section = ""
    for leg in planned:
        if leg.section != section:
            section = leg.section
            print(f"\n{_title(leg, wanted)}\n{HEADER}", flush=True)
        progress.begin(leg)
        found.append(asyncio.run(_limited(leg, wanted, progress.say)))
        progress.clear()
        print(line(found[-1]), flush=True)
        if wanted.json:
            write(Path(wanted.json), found)
    for section, sums in (("pace", speed_up), ("pace", against), ("growth", growth), ("parse", speed_up)):
        told = sums([each for each in found if each.leg.section == section])
        if told:
            print(f"\n{section}\n{told}")
    return found


def _title(leg: Leg, wanted: argparse.Namespace) -> str:
    load = leg.load
    return (
        f"{TITLES[leg.section]}; {load.rules:,} rules, {load.chats:,} chats, "
        f"{wanted.seconds:g} s, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}"
    )


def _sections(text: str) -> Sequence[str]:
    named = text.split(",")
    if unknown := [each for each in named if each not in SECTIONS]:
        raise argparse.ArgumentTypeError(f"no section {unknown[0]!r}")
    return named


def parse_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", type=_sections, default=SECTIONS, help=f"sections, with commas: {','.join(SECTIONS)}"
    )
    parser.add_argument("--feeds", type=int, default=10_000, help="of the section steady; others have less")
    parser.add_argument("--rules", type=int, default=10_000, help="shared evenly by the chats")
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--workers", default="0,1,2,4", help="on PostgreSQL; 0 is SQLite in one process")
    parser.add_argument("--growth", default="1000,10000,100000", help="numbers of feeds")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each leg is measured")
    parser.add_argument("--limit", type=float, default=240.0, help="seconds that a leg may take in all")
    parser.add_argument("--json", default="build/load.json", help='where all figures go; "" for nowhere')
    return parser.parse_args(given)


def main(given: Sequence[str] = ()) -> None:
    """Print a table for each section."""
    wanted = parse_arguments(given)
    began = time.monotonic()
    planned = list(legs(wanted))
    print(f"{len(planned)} legs of {wanted.seconds:g} s each, and as long again to prepare them", flush=True)
    run(planned, wanted)
    print(f"\nin all {(time.monotonic() - began) / 60:.1f} minutes; {wanted.json or 'no JSON'}")
