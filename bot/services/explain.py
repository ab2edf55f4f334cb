"""Why a chat heard of an article, or did not: the ledger's answer, each step with its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.domain.links import canonical
from bot.domain.models import Chat, DeliveryKind, Match, Story, Subscription
from bot.errors import CommandError
from bot.services.places import Place
from bot.store import books, chats, items, stories
from bot.store.books import LedgerLine
from bot.store.database import Database, Transaction
from bot.store.items import StoredItem


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscription of the chat against the story: how much it is about it, None when not at all."""

    wish: Subscription
    salience: float | None

    @property
    def passes(self) -> bool:
        """Whether the story is enough about what is asked for."""
        return self.salience is not None and self.salience >= self.wish.threshold


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of an article, for one chat.

    Args:
        item: the article as it was fetched, with what matched in it.
        story: the story it belongs to, None when it satisfies no rule.
        joined: why it belongs there.
        asked: the chat's subscriptions against the story.
        held_back: why the chat was not told at once, and when that was decided.
        lines: the ledger's lines of the story for this chat, the oldest first, and their digests.
    """

    item: StoredItem
    story: Story | None
    joined: str
    asked: Sequence[Asked]
    held_back: tuple[str, datetime] | None
    lines: Sequence[LedgerLine]

    @property
    def matches(self) -> tuple[Match, ...]:
        """The words that were found."""
        return self.item.result.matches if self.item.result else ()

    @property
    def alert(self) -> LedgerLine | None:
        """The ledger's line of the alert."""
        return next((line for line in self.lines if line.kind is DeliveryKind.ALERT), None)


class Explainer:
    """Answers `/why`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def why(self, place: Place, link: str) -> Explanation | None:
        """All that is known of the article behind a link; None when it was never fetched.

        Raises:
            CommandError: it is no link.
        """
        link = link.strip().strip("<>")
        if urlsplit(link).scheme not in ("http", "https") or len(link) > 2048:
            raise CommandError("Which article?", "give its link: /why https://…")
        async with self._database.read() as tx:
            item = await items.by_url(tx, forms_of(link))
            if item is None:
                return None
            chat = await chats.find(tx, place.lane, place.address)
            return await self._explained(tx, item, chat)

    async def _explained(self, tx: Transaction, item: StoredItem, chat: Chat | None) -> Explanation:
        placed = await stories.of_item(tx, item.id)
        if placed is None:
            return Explanation(item, None, "", (), None, ())
        story_id, joined = placed
        story = (await stories.load(tx, [story_id])).get(story_id)
        if chat is None:
            return Explanation(item, story, joined, (), None, ())
        salience = await stories.rules_of(tx, story_id)
        wishes = await chats.subscriptions_of(tx, chat.id)
        return Explanation(
            item,
            story,
            joined,
            [Asked(wish, salience.get(wish.rule_key)) for wish in wishes],
            await books.held_back(tx, story_id, chat.id),
            await self._lines(tx, story_id, chat.id),
        )

    async def _lines(self, tx: Transaction, story_id: int, chat_id: int) -> list[LedgerLine]:
        lines = list(reversed(await books.of_story(tx, story_id, chat_id)))
        digests = [line.folded_into for line in lines if line.folded_into is not None]
        found = [await books.line(tx, digest) for digest in digests]
        return [*lines, *(line for line in found if line is not None)]


def forms_of(link: str) -> list[str]:
    """The ways in which an address may stand in the store."""
    bare = link.partition("#")[0]
    forms = [link, bare, bare.partition("?")[0], canonical(link)]
    others = [form.replace("http://", "https://", 1) for form in forms if form.startswith("http://")]
    slashes = [form.rstrip("/") if form.endswith("/") else f"{form}/" for form in [*forms, *others]]
    return list(dict.fromkeys([*forms, *others, *slashes]))
