"""`heraut match`: which topics and entities stand in items, as a filter. The contract is design §8."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.filters import Row, moment_of, run_filter, text_of
from bot.config import load_config
from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.models import Document, MatchResult, Topic
from bot.domain.rules import parse_rule
from bot.errors import BadInput
from bot.services.packs import load_catalog, load_topics

TOPIC = "topic:"


Config = Annotated[
    Path | None,
    typer.Option("--config", help="A heraut.toml whose topics and packs are used, not the shipped."),
]


def match(config: Config = None) -> None:
    """Match items (JSON Lines in, JSON Lines out) against the topics, with the reason of every match."""
    try:
        matcher = topic_matcher(*words_of(config))
    except BadInput as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from problem
    raise typer.Exit(run_filter(lambda row: [matched_row(matcher, row)]))


def words_of(config: Path | None) -> tuple[Catalog, tuple[Topic, ...]]:
    """The packs and topics that a filter uses: the shipped ones, with those of `config` added.

    Raises:
        BadInput: the configuration, a pack or a topic does not hold.
    """
    settings = load_config(config).settings if config else None
    packs = [settings.packs_dir] if settings and settings.packs_dir else []
    return load_catalog(packs), load_topics(settings.topics_file if settings else None)


def topic_matcher(catalog: Catalog, topics: Iterable[Topic]) -> Matcher:
    """A matcher for topics. Raises RuleError for a topic whose rule does not parse."""
    rules = {TOPIC + topic.slug: parse_rule(topic.rule, catalog.entities) for topic in topics}
    return Matcher.build(catalog, rules)


def document_of(row: Row) -> Document:
    """The document in a row of the filters' input. Raises ValueError for fields of a wrong type.

    `date` and `lang` are taken where `published` and `language` are missing: a title such as *NATO chief*
    means another person on another day, so a date under its commonest other name must not be lost.
    """
    return Document(
        title=text_of(row, "title"),
        text=text_of(row, "text"),
        language=text_of(row, "language") or text_of(row, "lang") or None,
        published=moment_of(row, "published") or moment_of(row, "date"),
        source=text_of(row, "source"),
        owner=text_of(row, "owner"),
    )


def matched_row(matcher: Matcher, row: Row) -> Row:
    """A row of output for a row of input."""
    result = matcher.match(document_of(row))
    return {"id": row["id"], **_result_row(result)}


def _result_row(result: MatchResult) -> Row:
    return {
        "language": result.language,
        "topics": [key.removeprefix(TOPIC) for key in result.rules if key.startswith(TOPIC)],
        "matches": [
            {name: getattr(match, name) for name in ("entity", "surface", "field", "start", "end", "why")}
            for match in result.matches
        ],
        "salience": dict(result.salience),
    }
