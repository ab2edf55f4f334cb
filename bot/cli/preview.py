"""`heraut preview`: what would be sent for the items of some feeds, and for the rest why not."""

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

import typer
from rich.console import Console
from rich.text import Text

from bot import __version__
from bot.cli.filters import Row
from bot.cli.match import words_of
from bot.cli.options import ConfigOption, exit_on_bad_input
from bot.domain.identity import articles, published_or_seen
from bot.domain.models import FeedSpec, Item, Outlet, ParsedItem, PollState, Target
from bot.domain.rules import parse_rule
from bot.domain.salience import DEFAULT_THRESHOLD
from bot.errors import FeedError
from bot.feeds.http import Fetcher, FetchLimits
from bot.feeds.limits import registrable_domain
from bot.feeds.parsing.parser import Parser
from bot.services.rehearsal import Rehearsal, Rehearsed
from bot.services.sources import shown_address

Urls = Annotated[list[str], typer.Argument(metavar="URL", help="Addresses of feeds.")]
RuleOption = Annotated[str, typer.Option("--rule", help="A rule to follow instead of the topics.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON Lines instead of a list.")]
ThresholdOption = Annotated[
    float, typer.Option(min=0, max=1, help="How much an item must be about what is followed.")
]


@exit_on_bad_input
def preview(
    urls: Urls,
    rule: RuleOption = "",
    as_json: JsonOption = False,
    threshold: ThresholdOption = DEFAULT_THRESHOLD,
    config: ConfigOption = None,
) -> None:
    """Show what would be sent for the items in these feeds now, and for the rest why not.

    Every item is judged as if it had just appeared; further reports of one event are updates of the first.
    A feed that cannot be read is reported, the others are shown, and the exit status is 1.
    """
    catalog, topics = words_of(config)
    wanted = {f"{Target.TOPIC}:{topic.slug}": topic.rule for topic in topics}
    if rule:
        wanted = {f"{Target.RULE}:{rule}": rule}
    rules = {key: parse_rule(text, catalog.entities) for key, text in wanted.items()}
    found, failed = asyncio.run(_read(urls))
    rehearsal = Rehearsal(catalog, rules, threshold)
    told = [rehearsal.judge(item) for item in sorted(found, key=lambda item: item.published)]
    for line in told:
        if as_json:
            sys.stdout.write(json.dumps(row_of(line), ensure_ascii=False) + "\n")
        else:
            Console(highlight=False).print(_line(line))
    raise typer.Exit(1 if failed else 0)


def row_of(told: Rehearsed) -> Row:
    """A line of the JSON output (design: the contract of `preview`)."""
    return {
        "id": told.item.key,
        "url": told.item.url,
        "title": told.item.title,
        "story": told.story or told.item.key,
        "alert": told.alert,
        "why": told.why,
        "summary": told.summary,
        "topics": list(told.topics),
    }


async def _read(urls: list[str]) -> tuple[list[Item], int]:
    """The items of all feeds, each article once, and how many feeds failed."""
    # Whoever runs this typed the addresses, so these hosts may be in a private network.
    hosts = [_split(url).netloc.rpartition("@")[2] for url in urls]
    items: dict[str, Item] = {}
    failed = 0
    limits = FetchLimits(spacing_seconds=0)
    async with (
        Fetcher(f"Heraut/{__version__} (preview)", allow_hosts=hosts, limits=limits) as fetcher,
        Parser() as parser,
    ):
        answers = await asyncio.gather(*(_fetch(fetcher, parser, url) for url in urls))
    for url, answer in zip(urls, answers, strict=True):
        if isinstance(answer, FeedError):
            failed += 1
            print(f"{shown_address(url)}: {answer.reason}; skipped", file=sys.stderr)
            continue
        for item in answer:
            items.setdefault(f"{item.outlet.owner} {item.key}", item)
    return list(items.values()), failed


def _split(url: str) -> SplitResult:
    """An address in its parts, none of them when it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


async def _fetch(fetcher: Fetcher, parser: Parser, url: str) -> list[Item] | FeedError:
    owner = registrable_domain(_split(url).hostname or "")
    try:
        fetched = await fetcher.fetch(FeedSpec(url, Outlet(owner, owner)), PollState())
        parsed = await parser.parse(fetched)
    except FeedError as error:
        return error
    now = datetime.now(UTC)
    outlet = Outlet(parsed.title or owner, owner)
    return [
        _item(found, keys.key, outlet, parsed.language, now) for found, keys in articles(parsed.items, owner)
    ]


def _item(found: ParsedItem, key: str, outlet: Outlet, language: str | None, now: datetime) -> Item:
    return Item(
        key=key,
        feed_id=0,
        outlet=outlet,
        url=found.url,
        title=found.title,
        summary=found.summary,
        text=found.text,
        language=found.language or language,
        published=published_or_seen(found.published, now),
        seen_at=now,
        image=found.image,
        authors=found.authors,
    )


def _line(told: Rehearsed) -> Text:
    return Text.assemble(*_parts(told))


def _parts(told: Rehearsed) -> Iterator[tuple[str, str]]:
    mark, style = (
        ("ALERT ", "bold green") if told.alert else ("update", "cyan") if told.update else ("–     ", "dim")
    )
    yield mark, style
    yield f" {told.item.title}", "bold" if told.alert else ""
    yield f"  {told.item.outlet.name}", "dim"
    yield f"\n       {told.why}", "dim"
    if told.alert and told.summary:
        yield f"\n       {told.summary}", ""
