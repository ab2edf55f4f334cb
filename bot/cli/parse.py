"""`heraut parse`: feed files to JSON Lines, one line per item. Reads files and nothing else."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from bot.domain.models import ParsedFeed, ParsedItem
from bot.errors import FeedError, FeedTooLarge
from bot.feeds.inflate import gunzip, is_gzip
from bot.feeds.parse import parse_feed
from bot.feeds.parsing.document import MAX_BYTES


def parse(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Feed files, also gzipped; - is standard input.")
    ],
    url: Annotated[str, typer.Option(help="The address they came from, the base of relative links.")] = "",
) -> None:
    """Read feed files and write one JSON line per item.

    A file that cannot be read is reported on standard error; the others are still written, and the exit
    status is 1.
    """
    raise typer.Exit(write_items(files, url))


def write_items(
    files: list[str], url: str, sink: IO[str] | None = None, errors: IO[str] | None = None
) -> int:
    """Write the items of `files` as JSON lines; returns the exit status."""
    sink, errors = sink or sys.stdout, errors or sys.stderr
    status = 0
    for name in files:
        try:
            parsed = parse_feed(read_file(name), "", url)
        except (OSError, FeedError) as problem:
            status = 1
            print(f"{name}: {_reason(problem)}; skipped", file=errors)
            continue
        for row in rows(name, parsed):
            sink.write(json.dumps(row, ensure_ascii=False) + "\n")
        sink.flush()
    return status


def read_file(name: str) -> bytes:
    """The bytes of a feed file, unpacked if it is gzipped; "-" is standard input.

    Raises:
        OSError: when it cannot be read.
        FeedUnreadable: when its compression is broken.
        FeedTooLarge: when it is larger than a feed may be.
    """
    if name == "-":
        body = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""
    else:
        with Path(name).open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise FeedTooLarge(f"larger than {MAX_BYTES // 2**20} MB")
    return gunzip(body, MAX_BYTES) if is_gzip(body) else body


def rows(name: str, parsed: ParsedFeed) -> Iterator[dict[str, Any]]:
    """A feed's items in the form of the contract. `id` is the item's guid, or its address without one."""
    for item in parsed.items:
        yield _row(name, parsed, item)


def _row(name: str, parsed: ParsedFeed, item: ParsedItem) -> dict[str, Any]:
    return {
        "feed": name,
        "id": item.guid or item.url,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "text": item.text,
        "published": _written(item.published),
        "updated": _written(item.updated),
        "authors": list(item.authors),
        "language": item.language or parsed.language,
        "image": item.image,
    }


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _reason(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return problem.strerror or type(problem).__name__
    return str(problem)
