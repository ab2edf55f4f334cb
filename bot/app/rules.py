"""The rules to match: the topics', and those that chats wrote."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog

from bot.app.ground import Ground
from bot.config import Settings
from bot.domain.entities import Catalog
from bot.domain.models import Target, Topic
from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.errors import RuleError
from bot.services.packs import load_catalog, load_topics
from bot.services.rulebook import RuleBook
from bot.store import amendments, chats

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rules:
    """The names as the packs make them, the topics made of them, and the matcher of all rules."""

    catalog: Catalog
    topics: Sequence[Topic]
    book: RuleBook

    async def follow(self, texts: Collection[str]) -> None:
        """Match these rules of chats from now on, beside the topics'."""
        await self.book.replace(_parsed(self.catalog, self.topics, texts))


def load_names(settings: Settings) -> tuple[Catalog, Sequence[Topic]]:
    """The entities of the packs, and the topics.

    Raises:
        BadInput: a file of them cannot be used.
    """
    packs = (settings.packs_dir,) if settings.packs_dir else ()
    return load_catalog(packs), load_topics(settings.topics_file)


async def load_rules(ground: Ground, catalog: Catalog, topics: Sequence[Topic]) -> Rules:
    """The matcher of the topics and of what chats follow."""
    async with ground.database.read() as tx:
        followed = await chats.subscribed_rules(tx)
        accepted = [(each.entity, each.phrase) for each in await amendments.blockers(tx)]
    known = catalog.blocking(accepted)
    return Rules(catalog, topics, RuleBook(known, _parsed(catalog, topics, followed)))


def _parsed(catalog: Catalog, topics: Sequence[Topic], texts: Collection[str]) -> dict[str, Rule]:
    """Every rule to match, under its key."""
    rules = {f"{Target.TOPIC}:{topic.slug}": parse_rule(topic.rule, catalog.entities) for topic in topics}
    for text in texts:
        try:
            rules[f"{Target.RULE}:{text}"] = parse_rule(text, catalog.entities)
        except RuleError as error:
            # It was valid when it was followed: a pack has lost an entity since. Keep the wish, say so.
            log.error("rule no longer holds", rule=text, reason=str(error))  # noqa: TRY400  the reason is enough
    return rules
