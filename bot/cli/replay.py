"""`heraut replay`: consecutive snapshots of one feed to the events they amount to.

The same decisions as in the service, on snapshots instead of polls: which items are new, which are edits,
where the feed's window overflowed between two snapshots.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Literal

import typer

from bot.cli.parse import read_file
from bot.domain.identity import ItemKeys, articles, is_edited, recognise
from bot.domain.models import ParsedFeed, ParsedItem
from bot.domain.rhythm import overflowed
from bot.errors import BadInput, FeedError
from bot.feeds.parse import parse_feed

_SNAPSHOTS = (".xml", ".xml.gz")


@dataclass(frozen=True, slots=True)
class Event:
    """Something a snapshot told. A gap has neither address nor title."""

    kind: Literal["new", "edit", "gap"]
    url: str
    title: str
    snapshot: str


@dataclass(slots=True)
class _Article:
    """An article as it was last seen."""

    item: ParsedItem


@dataclass(slots=True)
class Replay:
    """Takes the snapshots of one feed in order, and says what each of them tells.

    Everything it remembers is in `known` and `newest`; the service keeps the same in its database.
    """

    known: dict[str, _Article] = field(default_factory=dict)
    newest: datetime | None = None

    def take(self, parsed: ParsedFeed, snapshot: str) -> list[Event]:
        """The events of the next snapshot, a gap before the items that follow it."""
        new: list[ParsedItem] = []
        old: list[ParsedItem] = []
        events: list[Event] = []
        for item, keys in articles(parsed.items):
            before = recognise(keys, self.known)
            (old if before else new).append(item)
            kind = self._compare(item, before)
            self._remember(item, keys, before)
            if kind:
                events.append(Event(kind, item.url, item.title, snapshot))
        if overflowed([i.published for i in new], [i.published for i in old], self.newest):
            events.insert(0, Event("gap", "", "", snapshot))
        self._follow(new)
        return events

    def _compare(self, item: ParsedItem, before: _Article | None) -> Literal["new", "edit"] | None:
        if before is None:
            return "new"
        return "edit" if is_edited(before.item, item) else None

    def _remember(self, item: ParsedItem, keys: ItemKeys, before: _Article | None) -> None:
        article = before or _Article(item)
        article.item = item
        self.known |= dict.fromkeys(keys.stored, article)

    def _follow(self, items: Iterable[ParsedItem]) -> None:
        moments = [item.published for item in items if item.published]
        self.newest = max([*moments, *([self.newest] if self.newest else [])], default=None)


def replay(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Snapshots: *.xml and *.xml.gz, in name order.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON Lines instead of a table.")] = False,
) -> None:
    """Play consecutive snapshots of one feed and write what would have been noticed, in order.

    One line per event: new, edit or gap. A snapshot that cannot be read is reported on standard error and
    passed over, as a failed poll is; the exit status is then 1.
    """
    if not folder.is_dir():
        print(f"{folder}: not a folder", file=sys.stderr)
        raise typer.Exit(2)
    raise typer.Exit(write_events(folder, as_json))


def write_events(
    folder: Path, as_json: bool, sink: IO[str] | None = None, errors: IO[str] | None = None
) -> int:
    """Write the events of a folder of snapshots; returns the exit status."""
    sink, errors = sink or sys.stdout, errors or sys.stderr
    player = Replay()
    status = 0
    for path in sorted(path for path in folder.iterdir() if path.name.endswith(_SNAPSHOTS)):
        try:
            parsed = parse_feed(read_file(str(path)), "", "")
        except (OSError, FeedError, BadInput) as problem:
            status = 1
            print(f"{path}: {problem}; passed over", file=errors)
            continue
        sink.writelines(_lines(player.take(parsed, path.name), as_json))
        sink.flush()
    return status


def _lines(events: Iterable[Event], as_json: bool) -> Iterator[str]:
    for event in events:
        if as_json:
            yield json.dumps(asdict(event), ensure_ascii=False) + "\n"
        else:
            yield f"{event.snapshot}  {event.kind:<4}  {event.title}  {event.url}".rstrip() + "\n"
