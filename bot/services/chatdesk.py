"""What those who run the bot do for any chat from a page: see what it follows and how it is told, change it.

The same use cases as in the chats themselves; only the way in differs, by the chat's number. Nothing here
judges who may do that.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import available_timezones

import structlog

from bot.domain.manner import Manner
from bot.domain.models import Subscription
from bot.errors import CommandError
from bot.ports import Clock
from bot.services.manage import Manager, Wish
from bot.services.places import Place
from bot.store import audit, chats, folding, roster
from bot.store.database import Database, Transaction
from bot.store.roster import Entry

log = structlog.get_logger()

BY_HAND = "paused by hand"
OWNER = "web:owner"
"""Who did it, in the log of changes: somebody who signed in on the pages."""
SETTLED = frozenset({"webhook"})
"""Platforms whose chats follow what the settings say."""


class ChatDesk:
    """Chats by their numbers.

    Args:
        database: where they are kept.
        manager: the use cases of the commands.
        clock: the time.
    """

    def __init__(self, database: Database, manager: Manager, clock: Clock) -> None:
        self._database = database
        self._manager = manager
        self._clock = clock

    async def page(self, *, after: int = 0, platform: str = "", limit: int) -> Sequence[Entry]:
        """Chats with what they follow, in the order in which Heraut met them."""
        async with self._database.read() as tx:
            return await roster.page(tx, after=after, platform=platform, limit=limit)

    async def platforms(self) -> dict[str, int]:
        """How many chats each platform has."""
        async with self._database.read() as tx:
            return await roster.platforms(tx)

    async def entry(self, chat_id: int) -> Entry:
        """One chat.

        Raises:
            CommandError: there is no such chat.
        """
        async with self._database.read() as tx:
            found = await roster.one(tx, chat_id)
        if found is None:
            raise CommandError("This chat is no longer there.")
        return found

    def label(self, wish: Subscription, language: str) -> str:
        """How a wish is called."""
        return self._manager.label(wish, language)

    async def follow(self, place: Place, text: str) -> tuple[Wish, bool]:
        """Follow something in a chat, or in one that is not known yet; False when it follows it already.

        Raises:
            CommandError: the text cannot be understood, or the chat follows too much.
        """
        _changeable(place)
        return await self._manager.subscribe(replace(place, who=OWNER), text)

    async def place(self, chat_id: int) -> Place:
        """Where a chat is.

        Raises:
            CommandError: there is no such chat.
        """
        return _place(await self.entry(chat_id))

    async def at(self, place: Place) -> int:
        """The number of the chat at a place.

        Raises:
            CommandError: there is no such chat.
        """
        async with self._database.read() as tx:
            found = await chats.find(tx, place.lane, place.address)
        if found is None:
            raise CommandError("This chat is no longer there.")
        return found.id

    async def drop(self, chat_id: int, wish_id: int) -> None:
        """Stop following something.

        Raises:
            CommandError: there is no such chat, or it does not follow that.
        """
        place = await self.place(chat_id)
        _changeable(place)
        await self._manager.unsubscribe(place, f"#{wish_id}")

    async def pause(self, chat_id: int) -> None:
        """Send nothing to a chat; what it follows is kept.

        Raises:
            CommandError: there is no such chat.
        """
        found = await self.entry(chat_id)
        async with self._database.write() as tx:
            await roster.pause(tx, chat_id, BY_HAND)
            await self._note(tx, found, "pause")
        log.info("chat paused by hand", chat=chat_id)

    async def resume(self, chat_id: int) -> None:
        """Send to a chat again; what was owed meanwhile comes in one digest.

        Raises:
            CommandError: there is no such chat.
        """
        found = await self.entry(chat_id)
        async with self._database.write() as tx:
            await chats.resume(tx, found.lane, found.chat.address, self._clock.now())
            await self._note(tx, found, "resume")
        log.info("chat resumed by hand", chat=chat_id)

    async def mute(self, chat_id: int, wish_id: int, span: timedelta | None) -> None:
        """Let a wish rest for a time, or with None wake it.

        Raises:
            CommandError: there is no such chat, or it does not follow that.
        """
        found = await self.entry(chat_id)
        wish, place, manners = _wish(found, wish_id), _place(found), self._manager.manners
        if span is None:
            await manners.unmute([wish], place)
        else:
            await manners.mute(place, [wish], span)

    async def threshold(self, chat_id: int, wish_id: int, threshold: float) -> None:
        """How much a story must be about a wish, 0..1.

        Raises:
            CommandError: the number is outside of that, or the chat does not follow that.
        """
        if not 0 <= threshold <= 1:
            raise CommandError("A threshold lies between 0 and 1.")
        found = await self.entry(chat_id)
        wish = _wish(found, wish_id)
        async with self._database.write() as tx:
            if not await chats.tune(tx, wish.id, threshold=threshold):
                raise CommandError("This chat does not follow that any more.")
            await self._note(tx, found, "threshold", f"#{wish_id}: {threshold:.2f}")

    async def behave(self, chat_id: int, manner: Manner, language: str, timezone: str) -> None:
        """How a chat is told from now on. New digest times begin with the next one.

        Raises:
            CommandError: there is no such chat or timezone.
        """
        if timezone not in available_timezones():
            raise CommandError("I know no such timezone.", "write it as Europe/Amsterdam")
        found = await self.entry(chat_id)
        was = found.chat
        async with self._database.write() as tx:
            await chats.set_manner(tx, chat_id, manner)
            await chats.set_timezone(tx, chat_id, timezone)
            await chats.set_language(tx, chat_id, language)
            if (manner.digest_times, manner.digest_day) != (was.manner.digest_times, was.manner.digest_day):
                await chats.digested(tx, chat_id, self._clock.now())
            await folding.regather(tx, chat_id, self._clock.now())
            await self._note(tx, found, "settings", f"{language}, {timezone}")
        log.info("manner changed by hand", chat=chat_id)

    async def _note(self, tx: Transaction, entry: Entry, what: str, detail: str = "") -> None:
        await audit.note(tx, _place(entry).change(self._clock.now(), what, detail))


def _place(entry: Entry) -> Place:
    return Place(entry.lane, entry.chat.address, entry.chat.title, entry.chat.language, OWNER)


def _wish(entry: Entry, wish_id: int) -> Subscription:
    found = next((wish for wish in entry.wishes if wish.id == wish_id), None)
    if found is None:
        raise CommandError("This chat does not follow that any more.")
    return found


def _changeable(place: Place) -> None:
    if place.address.platform in SETTLED:
        raise CommandError("What a webhook follows stands in the settings.")
