"""JSON Lines in, JSON Lines out: the frame of the filter commands (match, stories, summarise).

A bad line is reported on standard error with its number and skipped; the exit status is then 1. Unknown
fields are ignored. Output is flushed line by line, so that a filter can stand in a live pipe.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import IO, Any

MAX_LINE_BYTES = 16 * 1024 * 1024

Row = dict[str, Any]


def run_filter(
    handle: Callable[[Row], Iterable[Row]],
    source: IO[bytes] | None = None,
    sink: IO[str] | None = None,
    errors: IO[str] | None = None,
) -> int:
    """Give every line to `handle` and write what it returns.

    Args:
        handle: turns one row into any number of rows; a ValueError, KeyError or TypeError it raises
            is reported as a bad line.
        source, sink, errors: the standard streams unless given.

    Returns:
        The exit status: 0, or 1 when a line was bad.
    """
    source, sink, errors = source or _standard_input(), sink or sys.stdout, errors or sys.stderr
    status = 0
    for number, line in enumerate(_lines(source), 1):
        if not line.strip():
            continue
        try:
            for row in handle(_row(line)):
                sink.write(json.dumps(row, ensure_ascii=False) + "\n")
        except (ValueError, KeyError, TypeError) as problem:
            status = 1
            print(f"line {number}: {_describe(problem)}; skipped", file=errors)
        sink.flush()
    return status


def text_of(row: Row, key: str) -> str:
    """The text under `key`, or "" when it is missing or null. Raises ValueError for another type."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key}: expected text, got {type(value).__name__}")
    return value


def moment_of(row: Row, key: str) -> datetime | None:
    """The date under `key` (ISO 8601 or RFC 5322), aware and in UTC; None when missing or unreadable.

    A date without a zone is taken as UTC.
    """
    value = text_of(row, key).strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _standard_input() -> IO[bytes]:
    return sys.stdin.buffer if sys.stdin else BytesIO()  # a process may be started without one


def _lines(source: IO[bytes]) -> Iterator[bytes]:
    """The lines, of those that are too long only the beginning."""
    while line := source.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = source.readline(MAX_LINE_BYTES + 1)  # what is left of it


def _row(line: bytes) -> Row:
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"longer than {MAX_LINE_BYTES} bytes")
    row = json.loads(line, parse_constant=_no_constant)
    if not isinstance(row, dict):
        raise ValueError(f"expected an object, got {type(row).__name__}")
    return row


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no value in JSON")


def _describe(problem: Exception) -> str:
    if isinstance(problem, KeyError):
        return f"field {problem.args[0]!r} is missing"
    return str(problem)
