"""What a doctor looks at: the data folder, the database, the ledger, the feeds. It changes nothing.

Each check gives findings: what was seen, and for what is not well, what to do about it.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.domain.models import DeliveryState
from bot.store import books, feedlist, tallies
from bot.store.condition import Condition, condition
from bot.store.database import Transaction
from bot.store.feedlist import FeedFilter, FeedHealth

MB = 1_000_000
ENOUGH_MB, TOO_LITTLE_MB = 1_000, 200
LATE = timedelta(minutes=15)
STALE = timedelta(hours=1)
NAMED = 5


class Level(StrEnum):
    """How bad it is: all is well, somebody should look, or something does not work."""

    WELL = "well"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        about: what it was, in a word or two.
        seen: what was seen, in a sentence.
        advice: what to do about it, "" when all is well.
    """

    level: Level
    about: str
    seen: str
    advice: str = ""


def look_at_folder(folder: Path) -> Finding:
    """Whether the data folder can be written, and has room."""
    place = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    if not os.access(place, os.W_OK):
        return Finding(
            Level.BAD, "data folder", f"{folder} cannot be written", "change its owner, or set data_dir"
        )
    free = shutil.disk_usage(place).free // MB
    seen = f"{folder}, {free} MB free"
    if free < TOO_LITTLE_MB:
        return Finding(Level.BAD, "data folder", seen, "make room: a full disk stops everything")
    if free < ENOUGH_MB:
        return Finding(Level.LOOK, "data folder", seen, "make room soon, or lower retention_days")
    return Finding(Level.WELL, "data folder", seen)


async def look_at_database(tx: Transaction, now: datetime) -> list[Finding]:
    """Whether the database is whole and of this version, and what stands in it."""
    found = await condition(tx)
    findings = [_judged(found)]
    if found.revision == found.newest and not found.damage:
        findings += [*await _ledger(tx, now), await _feeds(tx, now)]
    return findings


def _judged(found: Condition) -> Finding:
    about, size = "database", f"{found.size / MB:.1f} MB"
    if found.free:
        size += f", {found.free / MB:.1f} MB of that free for what comes"
    if found.damage:
        return Finding(Level.BAD, about, f"damaged: {found.damage}", "stop Heraut and restore a backup")
    if not found.revision:
        return Finding(Level.WELL, about, "empty; the first start makes its tables")
    if found.revision > found.newest:
        return Finding(
            Level.BAD,
            about,
            f"written by a newer Heraut (schema {found.revision}, this program knows {found.newest})",
            "use that newer version, or restore a backup made before it",
        )
    if found.revision < found.newest:
        seen = f"schema {found.revision}, {size}"
        return Finding(
            Level.LOOK, about, seen, f"the next start brings it to {found.newest}; back it up first"
        )
    return Finding(Level.WELL, about, f"whole, schema {found.revision}, {size}")


async def _ledger(tx: Transaction, now: datetime) -> Sequence[Finding]:
    counts = await books.counts(tx)
    failed = counts.get(DeliveryState.FAILED, 0)
    sent, open_ = counts.get(DeliveryState.SENT, 0), counts.get(DeliveryState.PENDING, 0)
    seen = f"{sent} messages sent, {open_} waiting, {failed} failed"
    advice = "see heraut outbox list --state failed, then heraut outbox retry" if failed else ""
    held = [
        Finding(
            Level.BAD,
            each.lane,
            f"held back until {each.until:%Y-%m-%d %H:%M} UTC: {each.reason}",
            "put its token right and start again",
        )
        for each in (await books.held_lanes(tx)).values()
        if each.until > now
    ]
    late = [
        Finding(
            Level.BAD,
            each.lane,
            f"{each.waiting} messages could go, the oldest since {each.since:%Y-%m-%d %H:%M} UTC",
            "is Heraut running? Its log says what the platform answers",
        )
        for each in await books.backlogs(tx)
        if now - each.since > LATE
    ]
    return [Finding(Level.LOOK if failed else Level.WELL, "ledger", seen, advice), *held, *late]


async def _feeds(tx: Transaction, now: datetime) -> Finding:
    watched = await tallies.watched(tx, now)
    if not watched.moods:
        return Finding(Level.LOOK, "feeds", "none is watched", "set feeds_file, or heraut feeds add nos.nl")
    read = watched.last_read
    failing, retired = watched.failing, watched.moods.get("retired", 0)
    seen = f"{sum(watched.moods.values())} watched, {failing} failing"
    seen += f", {retired} retired by their publishers" if retired else ""
    if read and now - read > STALE:
        return Finding(
            Level.BAD,
            "feeds",
            f"{seen}; nothing was read since {read:%Y-%m-%d %H:%M} UTC",
            "is Heraut running, and this machine's line up?",
        )
    if failing or retired:
        named = await feedlist.page(tx, now, FeedFilter(mood="failing"), limit=NAMED)
        return Finding(Level.LOOK, "feeds", seen, "; ".join(_troubles(named, failing > NAMED or retired > 0)))
    return Finding(Level.WELL, "feeds", seen)


def _troubles(named: Sequence[FeedHealth], more: bool) -> Iterator[str]:
    for each in named:
        yield f"{each.spec.title or each.spec.outlet.name}: {each.state.last_error}"
    if more:
        yield "all of them: heraut feeds list"
