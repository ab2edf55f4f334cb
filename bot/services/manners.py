"""How and when a chat is told: the use cases behind /quiet, /digest, /limit and /mute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.manner import LostAnswer, Manner
from bot.domain.mannerwords import (
    read_digest,
    read_limit,
    read_preview,
    read_quiet,
    read_sound,
    read_zone,
)
from bot.domain.models import Chat, Subscription
from bot.errors import CommandError
from bot.ports import Clock
from bot.services.places import Place
from bot.services.tongues import language_named, spoken_names
from bot.store import audit, chats, folding, items, stories, unwanted
from bot.store.database import Database, Transaction

ALWAYS = timedelta(days=3)
"""How long a mute lasts when nothing is said."""

MUTED = "muted before it was sent"


@dataclass(frozen=True, slots=True)
class Muted:
    """What rests in a chat, and until when."""

    what: Sequence[str]
    until: datetime


class Manners:
    """Changes how a chat is told.

    Args:
        timezone: of a chat that is new.
    """

    def __init__(self, database: Database, clock: Clock, timezone: str) -> None:
        self._database = database
        self._clock = clock
        self._timezone = timezone

    async def chat(self, place: Place) -> Chat:
        """The chat, made when it is new."""
        async with self._database.write() as tx:
            return await self._chat(tx, place)

    async def spoken(self, place: Place) -> str:
        """The language of a chat, ISO 639-1: its own, or while it is new the one it was addressed in."""
        async with self._database.read() as tx:
            chat = await chats.find(tx, place.lane, place.address)
        return chat.language if chat else place.language

    async def language(self, place: Place, text: str) -> Chat:
        """Set the language of a chat: a code such as ``nl``, or a language's name in any of ours.

        Raises:
            CommandError: we do not speak it.
        """
        code = language_named(text)
        if code is None:
            raise CommandError(
                "I do not speak “{text}”.", "choose one of these: {known}", text=text, known=spoken_names()
            )
        async with self._database.write() as tx:
            chat = await self._chat(tx, place)
            await chats.set_language(tx, chat.id, code)
            await self._note(tx, place, "language", code)
            return replace(chat, language=code)

    async def timezone(self, place: Place, text: str) -> Chat:
        """Set the timezone in which the hours of a chat are meant; see `mannerwords.read_zone`.

        Raises:
            CommandError: there is no such timezone.
        """
        zone = read_zone(text)
        async with self._database.write() as tx:
            chat = await self._chat(tx, place)
            await chats.set_timezone(tx, chat.id, zone)
            await self._note(tx, place, "timezone", zone)
            return await self._regathered(tx, place)

    async def quiet(self, place: Place, text: str) -> Chat:
        """Set the quiet hours; see `mannerwords.read_quiet`.

        Raises:
            CommandError: the text cannot be read.
        """
        async with self._database.write() as tx:
            chat = await self._chat(tx, place)
            manner, zone = read_quiet(text, chat.manner)
            await chats.set_manner(tx, chat.id, manner)
            if zone:
                await chats.set_timezone(tx, chat.id, zone)
            await self._note(tx, place, "quiet", text)
            return await self._regathered(tx, place)

    async def digest(self, place: Place, text: str) -> Chat:
        """Set the digest times; see `mannerwords.read_digest`. The first digest is the next one.

        Raises:
            CommandError: the text cannot be read.
        """
        async with self._database.write() as tx:
            chat = await self._chat(tx, place)
            await chats.set_manner(tx, chat.id, read_digest(text, chat.manner))
            await chats.digested(tx, chat.id, self._clock.now())
            await self._note(tx, place, "digest", text)
            return await self._regathered(tx, place)

    async def limit(self, place: Place, text: str) -> Manner:
        """Set how many alerts an hour there may be.

        Raises:
            CommandError: the text cannot be read.
        """
        return await self._changed(place, "limit", text, read_limit)

    async def sound(self, place: Place, text: str) -> Manner:
        """Set whether alerts make a sound; see `mannerwords.read_sound`.

        Raises:
            CommandError: the text cannot be read.
        """
        return await self._changed(place, "sound", text, read_sound)

    async def preview(self, place: Place, text: str) -> Manner:
        """Set what stands under an alert; see `mannerwords.read_preview`.

        Raises:
            CommandError: the text cannot be read.
        """
        return await self._changed(place, "preview", text, read_preview)

    async def _changed(
        self, place: Place, what: str, text: str, read: Callable[[str, Manner], Manner]
    ) -> Manner:
        async with self._database.write() as tx:
            chat = await self._chat(tx, place)
            manner = read(text, chat.manner)
            await chats.set_manner(tx, chat.id, manner)
            await self._note(tx, place, what, text)
        return manner

    async def resend(self, place: Place, again: bool) -> None:
        """Choose what becomes of a message whose answer was lost: sent again, or rather not."""
        async with self._database.write() as tx:
            chat = await self._chat(tx, place)
            lost = LostAnswer.RESEND if again else LostAnswer.SKIP
            await chats.set_manner(tx, chat.id, replace(chat.manner, lost_answer=lost))
            await self._note(tx, place, "resend", str(lost))

    async def mute(self, place: Place, wishes: Sequence[Subscription], span: timedelta) -> datetime:
        """Let subscriptions rest; returns until when."""
        now = self._clock.now()
        async with self._database.write() as tx:
            await chats.mute(tx, [wish.id for wish in wishes], now + span)
            for chat in {wish.chat_id for wish in wishes}:
                keys = [wish.rule_key for wish in wishes if wish.chat_id == chat]
                await unwanted.drop_asked_by(tx, chat, keys, MUTED, now)
            await self._note(tx, place, "mute", _named(wishes))
        return now + span

    async def unmute(self, wishes: Sequence[Subscription], place: Place | None = None) -> None:
        """Wake subscriptions; `place` says for the log of changes where that was asked."""
        async with self._database.write() as tx:
            await chats.mute(tx, [wish.id for wish in wishes], None)
            if place:
                await self._note(tx, place, "unmute", _named(wishes))

    async def mute_story(self, place: Place, link: str, span: timedelta) -> tuple[str, datetime]:
        """Say nothing more of the story that an article belongs to; returns its headline and until when.

        Raises:
            CommandError: no such article is known, or it belongs to no story.
        """
        until = self._clock.now() + span
        async with self._database.write() as tx:
            chat = await self._chat(tx, place)
            item = await items.by_url(tx, [link])
            placed = await stories.of_item(tx, item.id) if item else None
            if item is None or placed is None:
                raise CommandError("I know no story with this link.", "copy the link of an article I told of")
            await chats.mute_story(tx, chat.id, placed[0], until)
            await unwanted.drop_story(tx, chat.id, placed[0], MUTED, self._clock.now())
            await self._note(tx, place, "mute", link)
        return item.item.title, until

    async def _note(self, tx: Transaction, place: Place, what: str, detail: str) -> None:
        await audit.note(tx, place.change(self._clock.now(), what, detail))

    async def _regathered(self, tx: Transaction, place: Place) -> Chat:
        chat = await self._chat(tx, place)
        await folding.regather(tx, chat.id, self._clock.now())
        return chat

    async def _chat(self, tx: Transaction, place: Place) -> Chat:
        return await place.chat(tx, self._clock.now(), self._timezone)


def _named(wishes: Sequence[Subscription]) -> str:
    return ", ".join(wish.value for wish in wishes)
