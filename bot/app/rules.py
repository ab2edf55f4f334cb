"""The rules to match: the topics', and those that chats wrote, as they read with the packs of this moment."""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from bot.app.ground import Ground
from bot.config import Settings
from bot.domain.entities import Catalog
from bot.domain.models import Target, Topic
from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.errors import PackError, RuleError
from bot.services.packs import load_catalog, load_topics
from bot.services.rulebook import RuleBook
from bot.services.topics import Topics
from bot.store import amendments, chats

log = structlog.get_logger()


class Rules:
    """The topics and what chats follow, kept in force.

    Args:
        topics: what can be followed by name.
        book: the rules in force.
        followed: the rules of chats that are among them.
    """

    def __init__(self, topics: Sequence[Topic], book: RuleBook, followed: Collection[str] = ()) -> None:
        self.topics = Topics(topics)
        self.book = book
        self._followed = frozenset(followed)
        self._reading = asyncio.Lock()

    async def follow(self, texts: Collection[str]) -> None:
        """Match these rules of chats from now on, beside the topics'."""
        self._followed = frozenset(texts)
        async with self._reading:
            rules = _parsed(self.book.packs, self.topics, self._followed)
            await self.book.replace(rules)

    async def adopt(self, packs: Catalog, topics: Sequence[Topic]) -> None:
        """Go on with other packs and topics. All is as it was when they do not suit.

        Raises:
            PackError: the rule of a topic is none, or names an entity that the packs do not have.
        """
        async with self._reading:
            rules = await asyncio.to_thread(_parsed, packs, topics, self._followed)
            await self.book.adopt(packs, rules)
            self.topics.put(topics)


def load_names(settings: Settings) -> tuple[Catalog, Sequence[Topic]]:
    """The entities of the packs, and the topics.

    Raises:
        BadInput: a file of them cannot be used.
    """
    packs = (settings.packs_dir,) if settings.packs_dir else ()
    return load_catalog(packs), load_topics(settings.topics_file)


async def load_rules(ground: Ground, catalog: Catalog, topics: Sequence[Topic]) -> Rules:
    """The matcher of the topics and of what chats follow.

    Raises:
        PackError: as in `Rules.adopt`.
    """
    async with ground.database.read() as tx:
        followed = await chats.subscribed_rules(tx)
        accepted = [(each.entity, each.phrase) for each in await amendments.blockers(tx)]
    book = RuleBook(catalog, _parsed(catalog, topics, followed), accepted)
    return Rules(topics, book, followed)


def _parsed(catalog: Catalog, topics: Sequence[Topic], texts: Collection[str]) -> dict[str, Rule]:
    """Every rule to match, under its key."""
    rules = {f"{Target.TOPIC}:{topic.slug}": _rule_of(topic, catalog) for topic in topics}
    for text in texts:
        try:
            rules[f"{Target.RULE}:{text}"] = parse_rule(text, catalog.entities)
        except RuleError as error:
            # It was valid when it was followed: a pack has lost an entity since. Keep the wish, say so.
            log.error("rule no longer holds", rule=text, reason=str(error))  # noqa: TRY400  the reason is enough
    return rules


def _rule_of(topic: Topic, catalog: Catalog) -> Rule:
    try:
        return parse_rule(topic.rule, catalog.entities)
    except RuleError as error:
        problem = f"{error} at character {error.position + 1}"
        raise PackError("topics", f"topic {topic.slug}.rule", problem) from error
