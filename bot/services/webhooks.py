"""Keeps the chats of webhooks as the settings say: what each follows, and which of them exist."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.models import Address
from bot.ports import Clock
from bot.services.manage import Manager, Wish
from bot.services.places import Place
from bot.store import chats, roster
from bot.store.database import Database

log = structlog.get_logger()

REMOVED = "no longer in the settings"
MOST = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A webhook by its name, and the topics and rules that it follows."""

    name: str
    follows: Sequence[str]


class Webhooks:
    """The chats of one lane of webhooks.

    Args:
        database: where chats are kept.
        manager: follows and stops following.
        clock: the time.
        lane: the account, which is the platform's name too.
        language: of new chats, ISO 639-1.
    """

    def __init__(self, database: Database, manager: Manager, clock: Clock, lane: str, language: str) -> None:
        self._database = database
        self._manager = manager
        self._clock = clock
        self._lane = lane
        self._language = language

    async def align(self, wanted: Sequence[Wanted]) -> None:
        """Let the webhooks follow what they should and nothing else; those that are not wanted rest.

        A webhook that was paused because its receiver is gone stays so, until somebody resumes it.

        Raises:
            CommandError: something to follow cannot be understood.
        """
        meant = {each.name: [self._manager.understand(text) for text in each.follows] for each in wanted}
        for name, wishes in meant.items():
            await self._follow(name, wishes)
        await self._retire(meant)

    async def _follow(self, name: str, wishes: Sequence[Wish]) -> None:
        place = Place(self._lane, Address(self._lane, name), name, self._language)
        chat, has = await self._manager.subscriptions(place)
        if chat is not None and chat.paused_why == REMOVED:
            async with self._database.write() as tx:
                await chats.resume(tx, self._lane, place.address, self._clock.now())
        known = {(wish.target, wish.value): wish for wish in has}
        keys = {(wish.target, wish.value) for wish in wishes}
        for key, old in known.items():
            if key not in keys:
                await self._manager.unsubscribe(place, f"#{old.id}")
        for wish in wishes:
            if (wish.target, wish.value) not in known:
                await self._manager.subscribe(place, wish.value)

    async def _retire(self, meant: Collection[str]) -> None:
        async with self._database.write() as tx:
            for entry in await roster.page(tx, platform=self._lane, limit=MOST):
                if entry.chat.address.chat not in meant and await roster.pause(tx, entry.chat.id, REMOVED):
                    log.info("webhook retired", chat=entry.chat.id, name=entry.chat.address.chat)
