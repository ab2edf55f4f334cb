"""`heraut feeds`: list, add and remove feeds, and exchange them as OPML. It works beside the service."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from bot import app, log
from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.config import Config
from bot.errors import BadInput, CommandError
from bot.feeds.discover import Candidate
from bot.feeds.opml import MAX_BYTES, read_opml
from bot.ports import SystemClock
from bot.services.feedwatch import feed_name
from bot.services.sources import Sources, Wanted, shown_address
from bot.store.database import Database
from bot.store.feedlist import FeedHealth

NAMED = 20
"""So many feeds are named where several fit."""

feeds = typer.Typer(no_args_is_help=True, help="List, add and remove feeds; read and write OPML.")

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON Lines.")]
OutletOption = Annotated[str | None, typer.Option(help="The name people know; guessed when left out.")]
OwnerOption = Annotated[str | None, typer.Option(help="Who owns the outlet; guessed when left out.")]
LanguageOption = Annotated[str | None, typer.Option(help="nl, en, …; what the feed says when left out.")]


@feeds.command("list")
@exit_on_bad_input
def list_feeds(
    words: Annotated[str, typer.Argument(help="Only feeds with these words in name or address.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show how each feed is doing, those in trouble first."""

    settings = read_config(config)

    async def work(sources: Sources) -> None:
        found, now = await sources.listed(words), SystemClock().now()
        if not found:
            print("No feed fits that." if words else _nothing(settings), file=sys.stderr)
        elif as_json:
            for feed in found:
                print(json.dumps(_row(feed, now), ensure_ascii=False))
        else:
            _table(found, now)

    _run(settings, work)


@feeds.command("add")
@exit_on_bad_input
def add_feed(
    address: Annotated[str, typer.Argument(help="A feed's address, or that of its site.")],
    outlet: OutletOption = None,
    owner: OwnerOption = None,
    language: LanguageOption = None,
    config: ConfigOption = None,
) -> None:
    """Watch a feed. A site with several is asked about; its feeds are listed to choose from."""

    async def work(sources: Sources) -> None:
        found = await sources.find(address)
        if len(found) > 1:
            raise CommandError(
                "\n".join(["That site has several feeds:", *map(_offered, found)]), "choose one"
            )
        done = await sources.add(found[0], address, Wanted(outlet, owner, language))
        what = "Watched from now on" if done.new else "Watched already"
        print(f"{what}: {feed_name(done.spec)} ({done.read.items} items)")
        print(f"Outlet: {done.spec.outlet.name}. Owner: {done.spec.outlet.owner}.")

    _run(read_config(config), work)


@feeds.command("remove")
@exit_on_bad_input
def remove_feed(
    feed: Annotated[str, typer.Argument(help="Its number (#12), address, or words of its name.")],
    config: ConfigOption = None,
) -> None:
    """Stop watching a feed, also one that the feeds file lists."""

    async def work(sources: Sources) -> None:
        found = await sources.named(feed, NAMED)
        if not found:
            raise CommandError("No feed fits that.", "see: heraut feeds list")
        if len(found) > 1:
            names = [f"  #{one.id} {feed_name(one.spec)}" for one in found]
            raise CommandError("\n".join(["Several feeds fit that:", *names]), "give a number")
        await sources.remove(found[0])
        print(f"No longer watched: {feed_name(found[0].spec)}")

    _run(read_config(config), work)


@feeds.command("import")
@exit_on_bad_input
def import_feeds(
    file: Annotated[Path, typer.Argument(help="An OPML file; - reads standard input.")],
    unread: Annotated[bool, typer.Option("--unread", help="Add them without reading each first.")] = False,
    config: ConfigOption = None,
) -> None:
    """Watch the feeds of an OPML file. Each is read first; those that cannot be are named and left out."""
    opml = read_opml(_read(file))

    async def work(sources: Sources) -> None:
        added, problems = 0, [(address, "no address of the web") for address in opml.skipped]
        with _progress() as progress:
            task = progress.add_task("reading feeds", total=len(opml.feeds))
            async for done in sources.take_in(opml, unread=unread):
                progress.advance(task)
                added += done.new
                if done.problem:
                    problems.append((done.spec.url, done.problem))
        known = len(opml.feeds) + len(opml.skipped) - added - len(problems)
        print(f"{added} added, {known} watched already, {len(problems)} left out")
        for address, problem in problems:
            print(f"  {shown_address(address)}: {problem}", file=sys.stderr)
        if problems:
            raise typer.Exit(1)

    _run(read_config(config), work)


@feeds.command("export")
@exit_on_bad_input
def export_feeds(
    file: Annotated[Path, typer.Argument(help="Where to write; - is standard output.")] = Path("-"),
    config: ConfigOption = None,
) -> None:
    """Write all feeds as OPML, without logins and headers."""

    settings = read_config(config)

    async def work(sources: Sources) -> None:
        body = await sources.as_opml(settings.feeds)
        if str(file) == "-":
            sys.stdout.buffer.write(body)
            return
        try:
            file.write_bytes(body)
        except OSError as error:
            raise BadInput(f"{file} cannot be written: {error.strerror}") from error

    _run(settings, work)


def _run(config: Config, work: Callable[[Sources], Awaitable[None]]) -> None:
    async def main() -> None:
        async with _sources(config) as sources:
            await work(sources)

    log.configure("warning")
    asyncio.run(main())


@asynccontextmanager
async def _sources(config: Config) -> AsyncIterator[Sources]:
    database = Database(config.settings.database)
    try:
        await database.migrate()
        async with app.fetcher_of(config.settings) as fetcher:
            yield Sources(database, fetcher, SystemClock())
    finally:
        await database.close()


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error


def _progress() -> Progress:
    columns = TextColumn("[progress.description]{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=Console(stderr=True))


def _offered(found: Candidate) -> str:
    return f"  {found.url}  {found.title} ({found.items} items)"


def _state(feed: FeedHealth, now: datetime) -> str:
    if feed.state.retired:
        return "retired"
    if feed.state.failures:
        return "failing"
    if feed.state.last_success_at is None:
        return "new"
    return "silent" if feed.is_silent(now) else "ok"


def _row(feed: FeedHealth, now: datetime) -> dict[str, Any]:
    state = feed.state
    return {
        "id": feed.id,
        "name": feed_name(feed.spec),
        "outlet": feed.spec.outlet.name,
        "owner": feed.spec.outlet.owner,
        "language": feed.spec.language,
        "url": shown_address(feed.spec.url),
        "state": _state(feed, now),
        "failures": state.failures,
        "error": state.last_error,
        "read": state.last_success_at.isoformat() if state.last_success_at else None,
        "next": feed.next_poll_at.isoformat(),
        "interval": round(state.interval.total_seconds()),
        "gap": feed.gap_at.isoformat() if feed.gap_at else None,
        "added": feed.added,
    }


def _table(found: list[FeedHealth], now: datetime) -> None:
    table = Table("#", "feed", "owner", "state", "last read", "every", "address")
    for feed in found:
        state = _state(feed, now)
        if feed.state.last_error:
            state += f": {feed.state.last_error} ({feed.state.failures} in a row)"
        if feed.gap_at:
            state += f"; gap {feed.gap_at:%Y-%m-%d %H:%M}"
        read = f"{feed.state.last_success_at:%Y-%m-%d %H:%M}" if feed.state.last_success_at else "never"
        every = f"{feed.state.interval.total_seconds() / 60:.0f} min"
        cells = feed_name(feed.spec), feed.spec.outlet.owner, state, read, every, shown_address(feed.spec.url)
        table.add_row(str(feed.id), *map(escape, cells))
    Console().print(table)


def _nothing(config: Config) -> str:
    if config.feeds:
        return f"Nothing was read yet. `heraut run` begins with the {len(config.feeds)} configured feeds."
    return "No feeds are watched. Add one: heraut feeds add nos.nl"
