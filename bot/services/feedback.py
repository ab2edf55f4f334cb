"""What a chat says of an alert: less of this, not this story, or a word that meant something else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.models import Chat, Story, Subscription, Target, Topic
from bot.domain.rule_tree import Rule, Some
from bot.domain.rules import parse_rule
from bot.domain.suspects import Word, words_for
from bot.domain.text import fold
from bot.errors import CommandError, RuleError
from bot.ports import Clock
from bot.services.blockers import Blockers
from bot.services.ingest import document_of
from bot.services.manage import Follow
from bot.services.manners import MUTED
from bot.services.places import Place
from bot.services.rulebook import RuleBook
from bot.store import amendments, audit, books, chats, reports, stories, unwanted
from bot.store.amendments import Amendment, State
from bot.store.database import Database, Transaction
from bot.store.items import StoredItem

REPORTS = 6
"""So many reports of a story are looked through for a word that was wrong."""
REST = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A word for which a chat was told of a story.

    Args:
        item_id: the report.
        number: which of its words.
        surface: the word as it stands there.
        wish: the subscription that it satisfied.
        entity: whose name it was taken for; "" for a word that a rule asks for itself.
        phrases: what stands around it, the likeliest first.
    """

    item_id: int
    number: int
    surface: str
    wish: Subscription
    entity: str
    phrases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change to look at: of a rule, which is shown as it would be, or of a pack's entity."""

    amendment: Amendment
    surface: str
    wish: Subscription
    rule: str


class Feedback:
    """Carries out what is said of alerts.

    Args:
        database: where stories, wishes and proposals are.
        book: the rules in force, and the names that rules may use.
        topics: what can be followed by name.
        follow: told the texts of all rules that chats follow whenever these change.
        blockers: what is known to mean something else.
        clock: the time.
    """

    def __init__(
        self,
        database: Database,
        book: RuleBook,
        topics: Sequence[Topic],
        follow: Follow,
        blockers: Blockers,
        clock: Clock,
    ) -> None:
        self._database = database
        self._book = book
        self._topics = topics
        self._follow = follow
        self._clock = clock
        self.blockers = blockers

    async def mute_story(self, place: Place, story_id: int) -> tuple[Story, datetime]:
        """Say nothing more of a story here; returns until when.

        Raises:
            CommandError: the story or the chat is no longer known.
        """
        now = self._clock.now()
        async with self._database.write() as tx:
            chat, story = await _known(tx, place, story_id)
            await chats.mute_story(tx, chat.id, story_id, now + REST)
            await unwanted.drop_story(tx, chat.id, story_id, MUTED, now)
            await audit.note(tx, place.change(now, "mute story", str(story_id)))
        return story, now + REST

    async def wake_story(self, place: Place, story_id: int) -> Story:
        """Tell of a story again.

        Raises:
            CommandError: the story or the chat is no longer known.
        """
        now = self._clock.now()
        async with self._database.write() as tx:
            chat, story = await _known(tx, place, story_id)
            await chats.mute_story(tx, chat.id, story_id, now)
            await audit.note(tx, place.change(now, "unmute story", str(story_id)))
        return story

    async def story_of(self, place: Place, message_id: str) -> int | None:
        """The story that a message in this chat is the alert of; None when it is none."""
        async with self._database.read() as tx:
            return await books.story_of_message(tx, place.lane, place.address, message_id)

    async def causes(self, place: Place, story_id: int) -> list[Subscription]:
        """The subscriptions that a chat was told of a story for.

        Raises:
            CommandError: the story or the chat is no longer known, or nothing here asks for it.
        """
        async with self._database.read() as tx:
            chat, _ = await _known(tx, place, story_id)
            return await _causes(tx, chat, story_id)

    async def suspects(self, place: Place, story_id: int) -> list[Suspect]:
        """The words that a chat was told of a story for, each once.

        Raises:
            CommandError: the story or the chat is no longer known, or nothing here asks for it.
        """
        found: dict[tuple[str, str, int], Suspect] = {}
        for suspect in await self._suspects(place, story_id):
            found.setdefault((fold(suspect.surface).text, suspect.entity, suspect.wish.id), suspect)
        return list(found.values())

    async def propose(
        self, place: Place, story_id: int, item_id: int, number: int, choice: int
    ) -> tuple[Proposal, Suspect]:
        """Note that a word meant something else in one of the phrases around it.

        Raises:
            CommandError: there is no such word or phrase any more.
        """
        every = await self._suspects(place, story_id)
        suspect = next((s for s in every if (s.item_id, s.number) == (item_id, number)), None)
        if suspect is None:
            raise CommandError("This article has changed since.", "ask again under the alert")
        if choice >= len(suspect.phrases):
            raise CommandError(
                "Nothing beside “{word}” tells it apart.",
                "write a rule with NOT instead",
                word=suspect.surface,
            )
        phrase, wish = suspect.phrases[choice], suspect.wish
        entity = suspect.entity if wish.target is Target.TOPIC else ""
        rule = "" if entity else self._without(wish, phrase)
        async with self._database.write() as tx:
            chat, story = await _known(tx, place, story_id)
            title = next(item.title for item in story.items if item.item_id == item_id)
            noted = await amendments.propose(tx, chat.id, wish.id, entity, phrase, title, self._clock.now())
            made = await amendments.find(tx, noted)
        assert made is not None  # noqa: S101  written in this transaction
        return Proposal(made, suspect.surface, wish, rule), suspect

    async def settle(self, place: Place, number: int) -> tuple[Proposal, int]:
        """Carry a proposal of this chat out: change its rule, or ask those who run the bot.

        Returns:
            The proposal, and how many were asked.

        Raises:
            CommandError: it was decided already, is not of this chat, or its rule is gone.
        """
        now = self._clock.now()
        async with self._database.write() as tx:
            made, wish = await _own(tx, place, number)
            done = Proposal(made, "", wish, "" if made.entity else self._without(wish, made.phrase))
            if made.entity:
                return done, await self.blockers.ask(tx, made, place.title or place.address.chat)
            await amendments.decide(tx, number, State.OPEN, State.ACCEPTED, now)
            if not await chats.reword(tx, wish, done.rule):
                raise CommandError("This chat follows “{text}” already.", text=done.rule)
            await audit.note(tx, place.change(now, "rule", f"{wish.value} -> {done.rule}"))
            rules = await chats.subscribed_rules(tx)
        await self._follow(rules)
        return replace(done, wish=replace(wish, target=Target.RULE, value=done.rule)), 0

    async def withdraw(self, place: Place, number: int) -> None:
        """Let a proposal of this chat be.

        Raises:
            CommandError: it was decided already, or is not of this chat.
        """
        async with self._database.write() as tx:
            await _own(tx, place, number)
            await amendments.decide(tx, number, State.OPEN, State.DISMISSED, self._clock.now())

    def names_nobody(self, wish: Subscription) -> bool:
        """Whether a wish asks for words alone, so that nothing is more or less about it."""
        rule = self._rule(wish)
        return rule is not None and not rule.entities

    def _without(self, wish: Subscription, phrase: str) -> str:
        rule = self._rule(wish)
        if rule is None:
            raise CommandError("This rule can no longer be read.", "see /subscriptions")
        text = f"({rule.text})" if isinstance(rule.root, Some) else rule.text
        changed = f'{text} NOT "{phrase}"'
        try:
            return parse_rule(changed, self._book.packs.entities).text
        except RuleError as error:
            raise CommandError("The rule cannot be changed so: {problem}", problem=error.message) from error

    def _rule(self, wish: Subscription) -> Rule | None:
        rules = {topic.slug: topic.rule for topic in self._topics}
        text = rules.get(wish.value) if wish.target is Target.TOPIC else wish.value
        try:
            return parse_rule(text or "", self._book.packs.entities)
        except RuleError:
            return None

    async def _suspects(self, place: Place, story_id: int) -> list[Suspect]:
        async with self._database.read() as tx:
            chat, _ = await _known(tx, place, story_id)
            wishes = await _causes(tx, chat, story_id)
            told = await reports.story(tx, story_id)
        found = []
        for report in told.reports[:REPORTS] if told else ():
            stored, number = report.stored, 0
            for wish in wishes:
                for word in self._words(stored, wish):
                    suspect = Suspect(stored.id, number, word.surface, wish, word.entity, word.phrases)
                    found.append(suspect)
                    number += 1
        return found

    def _words(self, stored: StoredItem, wish: Subscription) -> Sequence[Word]:
        rule = self._rule(wish)
        if rule is None or stored.result is None:
            return ()
        return words_for(document_of(stored.item), stored.result, rule)


async def _known(tx: Transaction, place: Place, story_id: int) -> tuple[Chat, Story]:
    chat = await chats.find(tx, place.lane, place.address)
    story = (await stories.load(tx, [story_id])).get(story_id)
    if chat is None or story is None:
        raise CommandError("This story is no longer stored.", "see /latest")
    return chat, story


async def _causes(tx: Transaction, chat: Chat, story_id: int) -> list[Subscription]:
    salience = await stories.rules_of(tx, story_id)
    wishes = [each for each in await chats.subscriptions_of(tx, chat.id) if each.rule_key in salience]
    if not wishes:
        raise CommandError("Nothing that this chat follows now fits this story.", "see /subscriptions")
    enough = [each for each in wishes if salience[each.rule_key] >= each.threshold]
    return enough or wishes


async def _own(tx: Transaction, place: Place, number: int) -> tuple[Amendment, Subscription]:
    """An open proposal of the chat, and the subscription it is about."""
    chat = await chats.find(tx, place.lane, place.address)
    made = await amendments.find(tx, number)
    if chat is None or made is None or made.chat_id != chat.id or made.state is not State.OPEN:
        raise CommandError("That was decided already, or was never proposed here.", "see /subscriptions")
    for wish in await chats.subscriptions_of(tx, chat.id):
        if wish.id == made.subscription_id:
            return made, wish
    raise CommandError("This chat no longer follows that.", "see /subscriptions")
