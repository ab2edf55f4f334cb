"""How the load is told: progress while it runs, a line for each leg, ratios, and all of it as JSON."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.bench.loadnews import Load
from tests.bench.loadrun import Seen

PROGRESS_SECONDS = 5.0
HEADER = (
    f"{'feeds':>7} {'':<20} {'polls/s':>8} {'items/s':>8} {'published>told':>15} {'read>told':>15} "
    f"{'told/owed':>13} {'late':>5} {'cores':>6} {'ms/poll':>8} {'MB each':>8} {'MB all':>7}\n"
    f"{'':<28} {'':>8} {'':>8} {'median':>7} {'99 %':>7} {'median':>7} {'99 %':>7} {'':>13} {'s':>5}"
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One thing that is measured: `what` of a section, on so many workers of PostgreSQL (0 is SQLite)."""

    section: str
    name: str
    load: Load
    what: str = "heraut"
    workers: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A leg with what was seen; where nothing was, `why` says why."""

    leg: Leg
    seen: Seen | None
    took: float
    why: str = ""


class Progress:
    """One line on the terminal that changes; elsewhere a line now and then.

    Args:
        legs: how many there are in all.
    """

    def __init__(self, legs: int) -> None:
        self._legs = legs
        self._number = 0
        self._name = ""
        self._told_at = 0.0
        self._begun = time.monotonic()
        self._live = sys.stderr.isatty()

    def begin(self, leg: Leg) -> None:
        """The next leg."""
        self._number += 1
        self._name = f"[{self._number}/{self._legs}] {leg.section}, {leg.load.feeds:,} feeds, {leg.name}"
        self._told_at = 0.0

    def say(self, what: str) -> None:
        """What it does now."""
        if not self._live and time.monotonic() - self._told_at < PROGRESS_SECONDS:
            return
        self._told_at = time.monotonic()
        before, after = ("\r\x1b[K", "") if self._live else ("", "\n")
        past = time.monotonic() - self._begun
        print(f"{before}{past:4.0f} s {self._name}: {what}", end=after, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Make room for what is printed."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def line(done: Done) -> str:
    """A leg as a line of the table, with another one for what each process took."""
    seen, name = done.seen, f"{done.leg.load.feeds:7,d} {done.leg.name}"
    if seen is None:
        return f"{name:<28} {done.why}"
    told = seen.alerts.owed - seen.alerts.missing - seen.alerts.merged
    ours = [each.memory for each in seen.heraut]
    parts = " · ".join(f"{each.name} {each.cpu / seen.seconds:.2f}" for each in (*seen.heraut, *seen.servers))
    return (
        f"{name:<28} {seen.polls / seen.seconds:8.1f} {seen.items / seen.seconds:8.1f} "
        f"{_times(seen.alerts.since_published)} {_times(seen.alerts.since_read)} "
        f"{told:6d}/{seen.alerts.owed:<6d} {seen.late:5.1f} {seen.cpu / seen.seconds:6.2f} "
        f"{seen.cpu_of_a_poll:8.2f} {max(ours):8.0f} {sum(ours):7.0f}\n"
        f"{'':<28} cores: {parts} · others {seen.others:.2f}{_faults(seen)}"
    )


def _times(ordered: Sequence[float]) -> str:
    if not ordered:
        return f"{'-':>7} {'-':>7}"
    return f"{statistics.median(ordered):7.2f} {worst(ordered):7.2f}"


def worst(ordered: Sequence[float]) -> float:
    """The 99th percentile of what is in order, by nearest rank."""
    return ordered[max(0, -(-len(ordered) * 99 // 100) - 1)]


def _faults(seen: Seen) -> str:
    alerts = seen.alerts
    found = (
        (alerts.missing, "missing"),
        (alerts.merged, "merged"),
        (alerts.twice, "twice"),
        (seen.edited, "edited"),
    )
    told = ", ".join(f"{count} {what}" for count, what in found if count)
    return f"; {told}" if told else ""


def growth(done: Sequence[Done]) -> str:
    """How cost grows with feeds, from each size to the next: at most as the feeds do is linear or better."""
    lines = []
    for name in dict.fromkeys(each.leg.name for each in done):
        sizes = [(each.leg.load.feeds, each.seen) for each in done if each.leg.name == name and each.seen]
        for (few, less), (many, more) in pairwise(sizes):
            cpu = (more.cpu / more.seconds) / (less.cpu / less.seconds)
            memory = sum(each.memory for each in more.heraut) / sum(each.memory for each in less.heraut)
            items = (more.items / more.seconds) / (less.items / less.seconds) if less.items else 0.0
            verdict = "linear or better" if max(cpu, memory) <= many / few else "WORSE THAN LINEAR"
            lines.append(
                f"{name:<24} {few:,} to {many:,} feeds (x {many / few:.0f}): cores x {cpu:.1f}, memory "
                f"x {memory:.1f}, items/s x {items:.1f}: {verdict}"
            )
    return "\n".join(lines)


def speed_up(done: Sequence[Done]) -> str:
    """What more workers do, in time, and for each second of their own CPU."""
    kept = [(each.leg.workers, each.seen) for each in done if each.seen and each.leg.workers]
    if not kept or not kept[0][1].polls:
        return ""
    (few, first), lines = kept[0], []
    for many, seen in kept[1:]:
        by_time = (seen.polls / seen.seconds) / (first.polls / first.seconds)
        by_cpu = _per_worker_cpu(seen) / _per_worker_cpu(first)
        servers = sum(each.cpu for each in seen.servers) / seen.seconds
        lines.append(
            f"{few} to {many} workers: {by_time:.2f} x the polls in a second. "
            f"All shared {os.cpu_count()} cores, of which the servers took {servers:.2f} and the workers "
            f"{_workers(seen) / seen.seconds:.2f} (one alone {_workers(first) / first.seconds:.2f}).\n"
            f"  For each second of the workers' own CPU {by_cpu:.2f} x the polls: with a free core for each, "
            f"that would be {by_cpu * many / few:.2f} x (computed, not run)."
        )
    return "\n".join(lines)


def _workers(seen: Seen) -> float:
    return sum(each.cpu for each in seen.heraut if each.name.startswith("worker"))


def _per_worker_cpu(seen: Seen) -> float:
    return seen.polls / max(_workers(seen), 0.01)


def against(done: Sequence[Done]) -> str:
    """CPU of a poll, beside one process of Heraut that also tells."""
    ours = next((each.seen for each in done if each.leg.what == "heraut" and each.seen), None)
    if ours is None or not ours.polls:
        return ""
    lines = [
        f"{each.leg.name:<24} {each.seen.cpu_of_a_poll / ours.cpu_of_a_poll:.1f} x the CPU of a poll, "
        f"{(ours.polls / ours.seconds) / (each.seen.polls / each.seen.seconds):.1f} x fewer polls in a second"
        for each in done
        if each.seen and each.leg.what != "heraut"
    ]
    return "\n".join(lines)


def write(path: Path, done: Sequence[Done]) -> None:
    """All that was seen, as JSON; the times of alerts as median and 99th percentile."""
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine, "legs": [_plain(each) for each in done]}, indent=1)
    path.write_text(f"{text}\n", encoding="utf8")


def _plain(done: Done) -> dict[str, Any]:
    found = asdict(done)
    if done.seen:
        alerts = found["seen"]["alerts"]
        for name in ("since_published", "since_read"):
            times = alerts.pop(name)
            alerts[name] = {"median": statistics.median(times), "99 %": worst(times)} if times else None
    return found
