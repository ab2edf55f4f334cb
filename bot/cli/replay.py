"""`heraut replay`: consecutive snapshots of one feed to the events they amount to.

The same decisions as in the service, on snapshots instead of polls: which items are new, which are edits,
where the feed's window overflowed between two snapshots, and what a chat that follows the topics is sent.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Annotated, Literal

import typer

from bot.cli.match import words_of
from bot.cli.options import ConfigOption, exit_on_bad_input
from bot.cli.parse import read_file
from bot.domain.identity import ItemKeys, articles, fold, is_edited, recognise
from bot.domain.models import Item, Outlet, ParsedFeed, ParsedItem, Target
from bot.domain.rhythm import overflowed
from bot.domain.rules import parse_rule
from bot.domain.salience import DEFAULT_THRESHOLD
from bot.errors import BadInput, FeedError
from bot.feeds.parse import parse_feed
from bot.services.rehearsal import Rehearsal

_SNAPSHOTS = (".xml", ".xml.gz")
_BEYOND = timedelta(days=60)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Snapshots: *.xml and *.xml.gz, in name order.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON Lines instead of a table.")]
ThresholdOption = Annotated[
    float, typer.Option(min=0, max=1, help="How much an item must be about what is followed.")
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something a snapshot told. A gap has neither address nor title."""

    kind: Literal["new", "edit", "gap", "alert", "update"]
    url: str
    title: str
    snapshot: str


@dataclass(slots=True)
class _Article:
    """An article as it was last seen, under the key it was first seen with."""

    key: str
    item: ParsedItem


@dataclass(slots=True)
class Replay:
    """Takes the snapshots of one feed in order, and says what each of them tells.

    What it remembers of the feed is in `known` and `newest`; the service keeps the same in its database.

    Args:
        rehearsal: says what would be sent; None leaves that out.
    """

    rehearsal: Rehearsal | None = None
    known: dict[str, _Article] = field(default_factory=dict)
    newest: datetime | None = None

    def take(self, parsed: ParsedFeed, snapshot: str) -> list[Event]:
        """The events of the next snapshot: a gap first, then its items, the oldest first."""
        new: list[ParsedItem] = []
        old: list[ParsedItem] = []
        events: list[Event] = []
        for item, keys in reversed(articles(parsed.items)):
            before = recognise(keys, self.known)
            (new if before is None else old).append(item)
            kinds = list(self._kinds(item, keys, before, parsed))
            events += [Event(kind, item.url, item.title, snapshot) for kind in kinds]
            self._remember(item, keys, before)
        if overflowed([i.published for i in new], [i.published for i in old], self.newest):
            events.insert(0, Event("gap", "", "", snapshot))
        self._follow(new)
        return events

    def _kinds(
        self, item: ParsedItem, keys: ItemKeys, before: _Article | None, parsed: ParsedFeed
    ) -> Iterator[Literal["new", "edit", "alert", "update"]]:
        """What an item is, and what would be sent for it. Only another headline is told again."""
        if before is not None and not is_edited(before.item, item):
            return
        yield "new" if before is None else "edit"
        if self.rehearsal and (before is None or fold(before.item.title) != fold(item.title)):
            told = self.rehearsal.judge(self._item(item, before.key if before else keys.key, parsed))
            if told.alert or told.update:
                yield "alert" if told.alert else "update"

    def _item(self, found: ParsedItem, key: str, parsed: ParsedFeed) -> Item:
        at = found.published or self.newest or _LONG_AGO
        return Item(
            key=key,
            feed_id=0,
            outlet=Outlet(parsed.title, parsed.url),
            url=found.url,
            title=found.title,
            summary=found.summary,
            text=found.text,
            language=found.language or parsed.language,
            published=at,
            seen_at=at,
        )

    def _remember(self, item: ParsedItem, keys: ItemKeys, before: _Article | None) -> None:
        article = before or _Article(keys.key, item)
        article.item = item
        self.known |= dict.fromkeys(keys.stored, article)

    def _follow(self, items: Iterable[ParsedItem]) -> None:
        moments = sorted(filter(None, [self.newest, *(item.published for item in items)]))
        # There is no clock here: a date far beyond all others is the publisher's mistake.
        while len(moments) > 1 and moments[-1] - moments[-2] > _BEYOND:
            moments.pop()
        self.newest = moments[-1] if moments else None


@exit_on_bad_input
def replay(
    folder: Folder,
    as_json: JsonOption = False,
    threshold: ThresholdOption = DEFAULT_THRESHOLD,
    config: ConfigOption = None,
) -> None:
    """Play consecutive snapshots of one feed and write what would have been noticed and sent, in order.

    One line per event: new, edit, gap, alert or update. A snapshot that cannot be read is reported on
    standard error and passed over, as a failed poll is; the exit status is then 1.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder}: not a folder")
    catalog, topics = words_of(config)
    rules = {f"{Target.TOPIC}:{t.slug}": parse_rule(t.rule, catalog.entities) for t in topics}
    raise typer.Exit(write_events(folder, as_json, Replay(Rehearsal(catalog, rules, threshold))))


def write_events(
    folder: Path, as_json: bool, player: Replay, sink: IO[str] | None = None, errors: IO[str] | None = None
) -> int:
    """Write the events of a folder of snapshots; returns the exit status."""
    sink, errors = sink or sys.stdout, errors or sys.stderr
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
            yield f"{event.snapshot}  {event.kind:<6}  {event.title}  {event.url}".rstrip() + "\n"
