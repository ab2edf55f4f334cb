"""`heraut rules`: try a rule on items, check one, and list what rules can name."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.filters import Row, run_filter
from bot.cli.match import Config, document_of, words_of
from bot.domain.entities import Catalog
from bot.domain.explain import Explanation, explain
from bot.domain.matcher import Matcher
from bot.domain.models import Topic
from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.errors import BadInput, RuleError

rules = typer.Typer(no_args_is_help=True, help="Try rules on items, and list what they can name.")

RuleText = Annotated[str, typer.Argument(metavar="RULE", help="A rule, such as: '@nato AND defensie*'")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON Lines.")]


@rules.command("test")
def try_rule(rule: RuleText, as_json: AsJson = False, config: Config = None) -> None:
    """Read items (JSON Lines) and print for each whether RULE hits, and by which clause or why not."""
    catalog, _ = _loaded(config)
    parsed = _parsed(rule, catalog)
    matcher = Matcher.build(catalog, {})

    def handle(row: Row) -> list[Row]:
        tested = _tested(row, parsed, matcher, catalog)
        if as_json:
            return [tested]
        typer.echo(_plain(tested))
        return []

    raise typer.Exit(run_filter(handle))


@rules.command("check")
def check(rule: RuleText, config: Config = None) -> None:
    """Say whether RULE parses, and where it does not."""
    catalog, _ = _loaded(config)
    parsed = _parsed(rule, catalog)
    names = ", ".join(f"@{entity} ({catalog.entities[entity].name})" for entity in parsed.entities)
    typer.echo(f"ok{': names ' + names if names else ''}")


@rules.command("list")
def list_topics(config: Config = None) -> None:
    """List the topics and their rules."""
    _, topics = _loaded(config)
    for topic in topics:
        typer.echo(f"{topic.slug:<24} {topic.rule}")


@rules.command("entities")
def list_entities(config: Config = None) -> None:
    """List the entities that rules can name with @."""
    catalog, _ = _loaded(config)
    for entity in sorted(catalog.entities.values(), key=lambda entity: entity.id):
        typer.echo(f"@{entity.id:<24} {entity.name} ({entity.kind})")


def _loaded(config: Path | None) -> tuple[Catalog, tuple[Topic, ...]]:
    try:
        return words_of(config)
    except BadInput as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from problem


def _parsed(text: str, catalog: Catalog) -> Rule:
    try:
        return parse_rule(text, catalog.entities)
    except RuleError as problem:
        typer.echo(f"{text}\n{' ' * problem.position}^ {problem}", err=True)
        raise typer.Exit(2) from problem


def _tested(row: Row, rule: Rule, matcher: Matcher, catalog: Catalog) -> Row:
    found = explain(rule, matcher.evidence(document_of(row)), catalog)
    return {"id": row["id"], "hit": found.holds, "clauses": _clauses(found), "title": row.get("title", "")}


def _clauses(found: Explanation) -> list[Row]:
    return [{"clause": one.text, "start": one.start, "end": one.end, "why": one.why} for one in found.clauses]


def _plain(row: Row) -> str:
    head = f"{'hit ' if row['hit'] else 'miss'} {row['id']}  {row['title']}"
    return "\n".join([head, *(f"       {one['clause']}: {one['why']}" for one in row["clauses"])])
