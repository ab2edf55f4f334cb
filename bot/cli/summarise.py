"""`heraut summarise`: one or two sentences that say what happened, as a filter. The contract is design §8."""

from collections.abc import Collection, Mapping

import typer

from bot.cli.filters import Row, run_filter, text_of
from bot.cli.match import Config, document_of, topic_matcher, words_of
from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.models import Topic
from bot.domain.rules import parse_rule
from bot.domain.summary import followed_names, summary_of
from bot.errors import BadInput
from bot.feeds.pages.extract import text_of_html


def summarise(config: Config = None) -> None:
    """Summarise articles (JSON Lines in, JSON Lines out): one or two of their own sentences.

    In: `id`, `title`, `text` or `html`, and if known `language` and `topics` (slugs that the reader follows;
    all topics without). Out: `id`, `summary` of at most 280 characters, and `sentences`, each with `text`,
    `start` and `end`. Offsets are characters into `text`; for `html`, a whole page or a piece, they are into
    the plain text of its article, which then stands in the output as `text`.
    """
    try:
        summariser = Summariser(*words_of(config))
    except BadInput as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from problem
    raise typer.Exit(run_filter(lambda row: [summariser.row(row)]))


class Summariser:
    """Summarises rows, for readers of topics.

    Args:
        catalog: the entities that topics name.
        topics: what can be followed.
    """

    def __init__(self, catalog: Catalog, topics: Collection[Topic]) -> None:
        self._matcher: Matcher = topic_matcher(catalog, topics)
        self._entities: Mapping[str, frozenset[str]] = {
            topic.slug: frozenset(parse_rule(topic.rule, catalog.entities).entities) for topic in topics
        }

    def row(self, row: Row) -> Row:
        """A row of output for a row of input. Raises ValueError for fields that cannot be read."""
        identity, html = row["id"], text_of(row, "html")
        text = text_of(row, "text") or text_of_html(html)
        found = summary_of(text_of(row, "title"), text, followed=self._names(row, text))
        return {
            "id": identity,
            "summary": found.text,
            "sentences": [{"text": one.text, "start": one.start, "end": one.end} for one in found.sentences],
            **({"text": text} if html and not text_of(row, "text") else {}),
        }

    def _names(self, row: Row, text: str) -> frozenset[str]:
        """What the followed entities are called in this article."""
        document = document_of({**row, "text": text})
        wanted = _slugs(row)
        entities = frozenset().union(
            *(named for slug, named in self._entities.items() if not wanted or slug in wanted)
        )
        return followed_names(self._matcher.match(document), entities)


def _slugs(row: Row) -> frozenset[str]:
    topics = row.get("topics") or []
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise ValueError("topics: expected a list of texts")
    return frozenset(topics)
