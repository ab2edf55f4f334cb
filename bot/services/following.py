"""Following one story for a while: its further reports and the stories that come of it are told here too.

A chat need not subscribe to anything for that. A story that a followed one leads to is told as an alert
and is followed as well, until the same hour; a further outlet's report is told in a line of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.messagecodec import to_json
from bot.domain.messages import Message, Moment, Text
from bot.domain.models import ChatState, DeliveryKind, Priority, Story
from bot.domain.quiet import Gather, telling
from bot.errors import CommandError, Phrase
from bot.ports import Clock
from bot.services.explain import forms_of
from bot.services.places import Place
from bot.services.tongues import tongue_of
from bot.store import audit, chats, follows, items, owing, stories
from bot.store.database import Database, Transaction
from bot.store.follows import Follower
from bot.store.owing import Owed

SPAN = timedelta(hours=48)
LONGEST_LINK = 2_048
MOST_FOLLOWED = 20
MOST_REPORTS = 30
"""Further reports of one story that a chat is told of; a story that grows beyond this is everywhere."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A story that a chat follows, and until when."""

    story: Story
    until: datetime


class Following:
    """The use cases behind /follow.

    Args:
        database: where stories and wishes are.
        clock: the time.
        timezone: of a chat that is new.
    """

    def __init__(self, database: Database, clock: Clock, timezone: str = "Europe/Amsterdam") -> None:
        self._database = database
        self._clock = clock
        self._timezone = timezone

    async def follow(self, place: Place, text: str, span: timedelta = SPAN) -> Followed:
        """Follow the story of an article (its link) or a story by its number (``12`` or ``#12``).

        Raises:
            CommandError: there is no such story, or the chat follows too many.
        """
        now = self._clock.now()
        async with self._database.write() as tx:
            story = await meant(tx, text)
            chat = await place.chat(tx, now, self._timezone)
            known = await follows.of_chat(tx, chat.id, now)
            if story.id not in known and len(known) >= MOST_FOLLOWED:
                raise CommandError(
                    "This chat follows {n} stories already.", "stop one first: /unfollow", n=MOST_FOLLOWED
                )
            await follows.follow(tx, [chat.id], story.id, now + span)
            await audit.note(tx, place.change(now, "follow", f"{story.id}"))
        return Followed(story, now + span)

    async def unfollow(self, place: Place, text: str) -> int:
        """Stop following a story, or with ``all`` every one; returns how many that were.

        Raises:
            CommandError: the chat does not follow it.
        """
        now = self._clock.now()
        async with self._database.write() as tx:
            chat = await chats.find(tx, place.lane, place.address)
            known = await follows.of_chat(tx, chat.id, now) if chat else {}
            every = text.strip().lower() == "all"
            wanted = list(known) if every else [(await meant(tx, text)).id]
            if chat is None or not known.keys() & set(wanted):
                raise CommandError("This chat does not follow that story.", "see /follow")
            await audit.note(tx, place.change(now, "unfollow", text.strip()))
            return await follows.unfollow(tx, chat.id, wanted)

    async def followed(self, place: Place) -> list[Followed]:
        """The stories that a chat follows, the last followed first."""
        async with self._database.read() as tx:
            chat = await chats.find(tx, place.lane, place.address)
            known = await follows.of_chat(tx, chat.id, self._clock.now()) if chat else {}
            found = await stories.load(tx, known)
        return [Followed(found[story], until) for story, until in known.items() if story in found]


async def tell_followers(
    tx: Transaction, story_id: int, owners: int, expire: timedelta, muted: Collection[int], now: datetime
) -> int:
    """Owe the alert of a story to who follows the story before it, and let them follow this one too.

    Args:
        tx: the transaction of the story.
        story_id: the story.
        owners: how many independent sources told it shortly after each other.
        expire: how long its alert stays news.
        muted: chats that want to hear nothing of it.
        now: the time.

    Returns:
        How many chats are told for the first time.
    """
    found = await follows.followers(tx, story_id, now)
    here = {each.chat.id for each in found if each.story_id == story_id}
    new = [each for each in found if each.chat.id not in here and each.chat.id not in muted]
    for each in new:
        await follows.follow(tx, [each.chat.id], story_id, each.until)
    return await owing.owe(
        tx, [_alert(each, story_id, owners, expire, now) for each in new if _listens(each)], now
    )


async def tell_report(tx: Transaction, story: Story, item_id: int, now: datetime) -> int:
    """Owe a line to who follows a story that a further outlet reports; returns how many chats that are."""
    found = [each for each in await follows.followers(tx, story.id, now) if each.story_id == story.id]
    if not found:
        return 0
    muted = await chats.story_mutes(tx, story.id, now)
    told = [
        each for each in found if _listens(each) and each.told < MOST_REPORTS and each.chat.id not in muted
    ]
    await follows.heard(tx, [each.chat.id for each in told], story.id)
    return await owing.owe(tx, [_notice(each, story, item_id, now) for each in told], now)


async def meant(tx: Transaction, text: str) -> Story:
    """The story that a text names: an article's link, or a story's number (``12`` or ``#12``).

    Raises:
        CommandError: there is no such story.
    """
    text = text.strip().strip("<>")
    number = text.removeprefix("#")
    story_id: int | None = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        story_id = int(number)
    elif text.isprintable() and 0 < len(text) <= LONGEST_LINK:
        item = await items.by_url(tx, forms_of(text))
        placed = await stories.of_item(tx, item.id) if item else None
        story_id = placed[0] if placed else None
    found = await stories.load(tx, [story_id]) if story_id is not None else {}
    if story_id is None or story_id not in found:
        raise CommandError(
            "I know no such story.", "give the link of an article I told of, or a story's number"
        )
    return found[story_id]


def _listens(each: Follower) -> bool:
    return each.chat.state is ChatState.ACTIVE


def _alert(each: Follower, story_id: int, owners: int, expire: timedelta, now: datetime) -> Owed:
    how = telling(each.chat.manner, each.chat.timezone, owners, 0, now)
    expires = None if how.gather else (how.not_before or now) + expire
    return Owed(
        each.lane,
        each.chat.id,
        DeliveryKind.ALERT,
        how.priority,
        story_id,
        not_before=how.not_before,
        expires_at=expires,
        gather=how.gather,
        detail=how.why or Phrase("comes of a story that is followed here"),
    )


def _notice(each: Follower, story: Story, item_id: int, now: datetime) -> Owed:
    # It waits for the end of the quiet hours, and for no digest: who follows a story wants it now.
    how = telling(replace(each.chat.manner, digest_times=(), hourly_cap=0), each.chat.timezone, 0, 0, now)
    return Owed(
        each.lane,
        each.chat.id,
        DeliveryKind.NOTICE,
        Priority.UPDATE,
        payload=to_json(further_report(story, item_id, each.chat.language)),
        not_before=how.not_before if how.gather is Gather.QUIET else None,
        expires_at=each.until,
        detail=Phrase("a further report of story {story}, which is followed here", story=story.id),
    )


def further_report(story: Story, item_id: int, language: str) -> Message:
    """The line that tells of a further report: who has it, its headline, and what story it belongs to."""
    tongue = tongue_of(language)
    report = next(item for item in story.items if item.item_id == item_id)
    first = story.items[0]
    head = tongue("Also in the story you follow")
    lines = (
        (Text(f"{head}: ", bold=True), Text(report.title, url=report.url)),
        (f"{report.outlet.name} · ", Moment(report.published)),
        ("↳ ", Text(first.title, italic=True, url=first.url)),
    )
    return Message(lines=lines, silent=True, language=language)
