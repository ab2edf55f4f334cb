"""What people can ask of Heraut in a chat: follow, stop, look back, see how it is doing."""

import difflib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.models import Chat, DeliveryState, Story, Subscription, Target, Topic
from bot.domain.rules import parse_rule
from bot.domain.salience import DEFAULT_THRESHOLD
from bot.domain.text import fold
from bot.errors import CommandError, Phrase, RuleError
from bot.ports import ChatEvent, Clock
from bot.services.explain import Explainer
from bot.services.manners import Manners
from bot.services.places import Place as Place
from bot.services.rulebook import RuleBook
from bot.store import access, audit, books, chats, ranking, stories, tallies, unwanted
from bot.store.database import Database

Follow = Callable[[Collection[str]], Awaitable[None]]

RATE_SPAN = timedelta(days=7)
NEAR = 0.7


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new chat and a new subscription start with, and what one chat may have at most.

    Args:
        threshold: the least salience, 0..1.
        timezone: of a chat.
        most_subscriptions: things that a chat may follow.
        longest_rule: characters of a rule.
    """

    threshold: float = DEFAULT_THRESHOLD
    timezone: str = "Europe/Amsterdam"
    most_subscriptions: int = 100
    longest_rule: int = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to follow, understood: a topic, or a rule in the rule language."""

    target: Target
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Status:
    """How Heraut is doing. `mark` is of the rules in force here (`RuleBook.mark`), `rules` how many."""

    feeds: int
    failing: int
    last_poll_at: datetime | None
    chats: int
    subscriptions: int
    deliveries: Mapping[DeliveryState, int]
    rules: int
    mark: str


class Manager:
    """The use cases behind the chat commands.

    Args:
        database: where chats and wishes are kept.
        topics: what can be followed by name.
        book: the rules in force, and the names that a rule may use.
        follow: told the texts of all rules that chats follow whenever these change.
        clock: the time.
        defaults: of new chats and subscriptions.
    """

    def __init__(
        self,
        database: Database,
        topics: Sequence[Topic],
        book: RuleBook,
        follow: Follow,
        clock: Clock,
        defaults: Defaults,
    ) -> None:
        self._database = database
        self._topics = topics
        self._book = book
        self._follow = follow
        self._clock = clock
        self._defaults = defaults
        self.manners = Manners(database, clock, defaults.timezone)
        self.explainer = Explainer(database)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Every topic there is, in the order of the files."""
        return tuple(self._topics)

    def label(self, wish: Subscription | Wish, language: str) -> str:
        """How a wish is called in a chat."""
        if wish.target is not Target.TOPIC:
            return wish.value
        found = next((topic for topic in self._topics if topic.slug == wish.value), None)
        return topic_name(found, language) if found else wish.value

    def understand(self, text: str) -> Wish:
        """Read what somebody wants to follow: a topic's name in any language, or a rule.

        Raises:
            CommandError: it is neither; a topic with nearly this name is offered.
        """
        text = text.strip()
        if not text:
            raise CommandError("What would you like to follow?", "name a topic, see /topics, or write a rule")
        if topic := self._topic(text):
            return Wish(Target.TOPIC, topic.slug, topic.slug)
        if near := self._near_topic(text):
            raise CommandError(
                "There is no topic “{text}”.",
                'did you mean {near}? To follow the word itself: "{text}" in quotes',
                text=text,
                near=near,
            )
        if len(text) > self._defaults.longest_rule:
            raise CommandError(
                "This rule has {n} characters; {most} is the most.",
                "make two of it",
                n=len(text),
                most=self._defaults.longest_rule,
            )
        try:
            parse_rule(text, self._book.packs.entities)
        except RuleError as error:
            raise CommandError(_pointed(text, error), error.hint) from error
        return Wish(Target.RULE, text, text)

    async def subscribe(self, place: Place, text: str) -> tuple[Wish, bool]:
        """Follow something in a chat; the second value is False when the chat follows it already.

        Raises:
            CommandError: the text cannot be understood, or the chat follows too much.
        """
        wish = self.understand(text)
        now = self._clock.now()
        async with self._database.write() as tx:
            chat = await place.chat(tx, now, self._defaults.timezone)
            if len(await chats.subscriptions_of(tx, chat.id)) >= self._defaults.most_subscriptions:
                raise CommandError(
                    "This chat follows {n} things already.",
                    "drop one first: /unsubscribe",
                    n=self._defaults.most_subscriptions,
                )
            await chats.resume(tx, place.lane, place.address, now)
            made = await chats.subscribe(tx, chat.id, wish.target, wish.value, self._defaults.threshold, now)
            if made:
                await audit.note(tx, place.change(now, "subscribe", wish.value))
            rules = await chats.subscribed_rules(tx)
        if made and wish.target is Target.RULE:
            await self._follow(rules)
        return wish, made is not None

    async def unsubscribe(self, place: Place, text: str) -> list[Subscription]:
        """Stop following: a topic, a rule, a subscription's number (``#3``), or ``all``.

        Raises:
            CommandError: the chat does not follow it; what it follows is offered.
        """
        async with self._database.write() as tx:
            chat = await chats.find(tx, place.lane, place.address)
            wishes = await chats.subscriptions_of(tx, chat.id) if chat else []
            gone = self._named(wishes, text.strip())
            if not gone or chat is None:
                raise _not_followed(text)
            await chats.unsubscribe(tx, chat.id, [wish.id for wish in gone])
            keys = [wish.rule_key for wish in gone]
            await unwanted.drop_asked_by(
                tx, chat.id, keys, "unsubscribed before it was sent", self._clock.now()
            )
            named = ", ".join(wish.value for wish in gone)
            await audit.note(tx, place.change(self._clock.now(), "unsubscribe", named))
            rules = await chats.subscribed_rules(tx)
        if any(wish.target is Target.RULE for wish in gone):
            await self._follow(rules)
        return gone

    async def subscriptions(self, place: Place) -> tuple[Chat | None, list[Subscription]]:
        """What a chat follows."""
        async with self._database.read() as tx:
            chat = await chats.find(tx, place.lane, place.address)
            return chat, await chats.subscriptions_of(tx, chat.id) if chat else []

    async def wishes(self, place: Place, text: str) -> list[Subscription]:
        """The wishes of a chat that a text names: a topic, a rule, a number (``#3``), or ``all``.

        Raises:
            CommandError: the chat does not follow it.
        """
        _, wishes = await self.subscriptions(place)
        if not (named := self._named(wishes, text.strip())):
            raise _not_followed(text)
        return named

    async def daily_rate(self, wish: Wish) -> float:
        """How many stories a day would have been told for a wish in the last week."""
        key, since = f"{wish.target}:{wish.value}", self._clock.now() - RATE_SPAN
        async with self._database.read() as tx:
            return await ranking.daily_rate(
                tx, key, self._defaults.threshold, since, RATE_SPAN / timedelta(days=1)
            )

    async def latest(self, place: Place, text: str, limit: int = 5) -> list[Story]:
        """The newest stories of a topic or rule, or with no text of all that the chat follows.

        Raises:
            CommandError: the text cannot be understood.
        """
        if text.strip():
            wish = self.understand(text)
            keys = [f"{wish.target}:{wish.value}"]
        else:
            _, wishes = await self.subscriptions(place)
            keys = [each.rule_key for each in wishes] or [
                f"{Target.TOPIC}:{topic.slug}" for topic in self._topics
            ]
        async with self._database.read() as tx:
            return await stories.latest(tx, keys, limit)

    async def note(self, lane: str, event: ChatEvent) -> None:
        """Keep up with what happens to a chat itself: it went, came back, or changed its id."""
        async with self._database.write() as tx:
            match event.kind:
                case "gone":
                    await chats.pause(tx, lane, event.address, event.detail)
                case "joined":
                    if (ruling := await access.of_chat(tx, event.address)) and ruling.denied:
                        return
                    await chats.resume(tx, lane, event.address, self._clock.now())
                case "moved":
                    await chats.move(tx, lane, event.address.chat, event.detail)

    async def status(self) -> Status:
        """How Heraut is doing."""
        async with self._database.read() as tx:
            now = self._clock.now()
            watched = await tallies.watched(tx, now)
            chat_count, subscription_count = await chats.counts(tx)
            by_state = await books.counts(tx)
        return Status(
            feeds=sum(watched.moods.values()),
            failing=watched.failing,
            last_poll_at=watched.last_read,
            chats=chat_count,
            subscriptions=subscription_count,
            deliveries=by_state,
            rules=len(self._book),
            mark=self._book.mark,
        )

    async def complete(self, command: str, typed: str, place: Place) -> list[tuple[str, str]]:
        """Up to 25 arguments that fit what was typed so far, as (value, label)."""
        if command == "unsubscribe":
            _, wishes = await self.subscriptions(place)
            offers = [(self._short(wish), self.label(wish, place.language)) for wish in wishes]
        else:
            offers = [(topic.slug, topic_name(topic, place.language)) for topic in self.topics]
        wanted = fold(typed.strip()).text
        return [offer for offer in offers if wanted in fold(" ".join(offer)).text][:25]

    def _short(self, wish: Subscription) -> str:
        return wish.value if wish.target is Target.TOPIC else f"#{wish.id}"

    def _topic(self, text: str) -> Topic | None:
        wanted = fold(text.lstrip("@#")).text
        for topic in self.topics:
            if wanted in (topic.slug, *(fold(name).text for name in topic.names.values())):
                return topic
        return None

    def _near_topic(self, text: str) -> str | None:
        if not text.isalpha():
            return None
        slugs = [topic.slug for topic in self._topics]
        near = difflib.get_close_matches(fold(text).text, slugs, n=1, cutoff=NEAR)
        return near[0] if near else None

    def _named(self, wishes: Sequence[Subscription], text: str) -> list[Subscription]:
        if text.lower() == "all":
            return list(wishes)
        topic = self._topic(text)
        names = {text, topic.slug if topic else text}
        return [wish for wish in wishes if wish.value in names or f"#{wish.id}" == text]


def topic_name(topic: Topic, language: str) -> str:
    """A topic's name in a language, or the nearest there is."""
    return topic.names.get(language) or topic.names.get("en") or topic.slug


def _not_followed(text: str) -> CommandError:
    return CommandError("This chat does not follow “{text}”.", "see /subscriptions", text=text.strip())


def _pointed(text: str, error: RuleError) -> Phrase:
    """The error, with the place in the rule where it is."""
    start, end = max(0, error.position - 20), error.position + 20
    before, after = text[start : error.position], text[error.position : end]
    return Phrase("{problem}: “{before} ⟶ {after}”", problem=error.message, before=before, after=after)
