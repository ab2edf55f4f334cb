"""The sample day as it is written down: who publishes, what, and at which time of that day.

Reads and checks `bot/sample/`; it knows no clock, no addresses and no formats' syntax.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.errors import ConfigError, ConfigProblem

PICTURES = (".svg", ".png")
_STRICT = ConfigDict(extra="forbid")
_Shape = TypeVar("_Shape")


class Format(StrEnum):
    """The syntax a publisher's feed is written in."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"


@dataclass(frozen=True, slots=True)
class Publisher:
    """An invented outlet and the habits of its site.

    `link` and `guid` are patterns with ``{number}``, ``{slug}``, ``{day}`` and ``{section}``; `guid` may
    also use ``{url}`` and is "" for a feed without guids. `feed` is the path of the feed under the
    outlet's own folder. With `full_text` the feed carries whole articles, else only teasers.
    """

    __pydantic_config__ = _STRICT

    slug: str
    name: str
    owner: str
    language: str
    format: Format
    feed: str
    description: str
    link: str
    guid: str = ""
    full_text: bool = False
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Correction:
    """A headline that was changed later in the day."""

    __pydantic_config__ = _STRICT

    at: time
    title: str


@dataclass(frozen=True, slots=True)
class Report:
    """One article.

    `text` has blank lines between paragraphs. `wire` names a text of the same file that several outlets
    printed word for word; after loading it is resolved into `text`. `topics` and `story` are our own
    labels for tests and measurements, never published: which topics it is about, and which event.
    `number` is its place in the day, from 1.
    """

    __pydantic_config__ = _STRICT

    outlet: str
    at: time
    title: str
    teaser: str
    author: str
    category: str
    text: str = ""
    wire: str = ""
    image: str | None = None
    topics: tuple[str, ...] = ()
    story: str = ""
    correction: Correction | None = None
    number: int = 0

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The article's text, one string a paragraph, without line breaks."""
        return tuple(" ".join(block.split()) for block in self.text.split("\n\n") if block.strip())


@dataclass(frozen=True, slots=True)
class Day:
    """The whole day. `now` is the time of that day at which playing starts: earlier reports are backlog."""

    publishers: tuple[Publisher, ...]
    reports: tuple[Report, ...]
    now: time


@dataclass(frozen=True, slots=True)
class _DayFile:
    __pydantic_config__ = _STRICT

    now: time
    publisher: tuple[Publisher, ...]


@dataclass(frozen=True, slots=True)
class _EventFile:
    __pydantic_config__ = _STRICT

    item: tuple[Report, ...]
    wire: dict[str, str] = field(default_factory=dict)


def slugify(title: str) -> str:
    """A headline as a path segment: ASCII letters and digits with hyphens, at most 60 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-")


def sample_folder() -> Traversable:
    """Where the bundled day is, inside the installed package."""
    return resources.files("bot") / "sample"


def load_day(folder: Traversable | None = None) -> Day:
    """Read and check a day of coverage.

    Args:
        folder: holds `day.toml`, `events/*.toml` and `pages/`; None for the bundled day.

    Raises:
        ConfigError: with every mistake of every file.
    """
    folder = sample_folder() if folder is None else folder
    problems: list[ConfigProblem] = []
    head = _read(folder / "day.toml", _DayFile, problems)
    files = sorted(
        (f for f in (folder / "events").iterdir() if f.name.endswith(".toml")), key=lambda f: f.name
    )
    events = {file.name: _read(file, _EventFile, problems) for file in files}
    images = {file.name for file in (folder / "pages").iterdir() if file.name.endswith(PICTURES)}
    publishers = head.publisher if head else ()
    reports: list[Report] = []
    for name, event in events.items():
        if event:
            problems += _check_event(name, event, {p.slug for p in publishers}, images)
            reports += (_resolve(report, event, name) for report in event.item)
    problems += _check_links(reports)
    if head is None or problems:
        raise ConfigError(problems)
    return Day(publishers, _numbered(reports), head.now)


def _read(file: Traversable, shape: type[_Shape], problems: list[ConfigProblem]) -> _Shape | None:
    try:
        raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return TypeAdapter(shape).validate_python(raw)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(ConfigProblem(file.name, "-", f"expected readable TOML: {error}"))
    except ValidationError as error:
        for detail in error.errors():
            key = ".".join(map(str, detail["loc"]))
            problems.append(ConfigProblem(file.name, key, detail["msg"]))
    return None


def _check_event(name: str, event: _EventFile, slugs: set[str], images: set[str]) -> Iterator[ConfigProblem]:
    for place, report in enumerate(event.item):
        key = f"item.{place}"
        if report.outlet not in slugs:
            yield ConfigProblem(name, f"{key}.outlet", f"no publisher is called {report.outlet!r}")
        if bool(report.text) == bool(report.wire):
            yield ConfigProblem(name, f"{key}.text", "expected either text or wire")
        if report.wire and report.wire not in event.wire:
            yield ConfigProblem(name, f"{key}.wire", f"this file has no [wire] text {report.wire!r}")
        if report.image and report.image not in images:
            yield ConfigProblem(name, f"{key}.image", f"no picture {report.image!r} in pages/")
        if report.correction and report.correction.at <= report.at:
            yield ConfigProblem(name, f"{key}.correction.at", "expected a time after the report's own")


def _check_links(reports: Iterable[Report]) -> Iterator[ConfigProblem]:
    """Some outlets' addresses are made of the headline only, so it has to be theirs alone."""
    for (outlet, slug), count in Counter((r.outlet, slugify(r.title)) for r in reports).items():
        if count > 1:
            yield ConfigProblem("events", outlet, f"{count} reports share the address {slug!r}")


def _resolve(report: Report, event: _EventFile, name: str) -> Report:
    text = event.wire.get(report.wire, "") if report.wire else report.text
    story = f"{name.removesuffix('.toml')}/{report.story}" if report.story else ""
    return replace(report, text=text, story=story)


def _numbered(reports: Iterable[Report]) -> tuple[Report, ...]:
    ordered = sorted(reports, key=lambda r: (r.at, r.outlet, r.title))
    return tuple(replace(report, number=number) for number, report in enumerate(ordered, 1))
