"""Digests: at the times a chat chose, its stories since the last one, the widest covered first.

They are written into the ledger like every message, in one transaction with the note that this digest is
done; the pump sends them.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.domain.messagecodec import to_json
from bot.domain.models import Chat, DeliveryKind, Priority, Story
from bot.domain.quiet import last_digest
from bot.domain.wire import independent
from bot.ports import Clock
from bot.services.compose import digest_message
from bot.store import chats, folding, owing, ranking, stories
from bot.store.database import Database, Transaction
from bot.store.owing import Owed

log = structlog.get_logger()

SHOWN = 10
"""Stories in a digest besides those that waited for it."""


class Digests:
    """Writes the digests that are due."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def tick(self, _slot: datetime | None = None) -> int:
        """Owe every digest that is due; returns how many chats get one."""
        now = self._clock.now()
        async with self._database.read() as tx:
            due = [
                (chat, lane, last, slot)
                for chat, lane, last in await chats.with_digests(tx)
                if (slot := last_digest(chat.manner, chat.timezone, now)) and (last is None or slot > last)
            ]
        made = 0
        for chat, lane, last, slot in due:
            async with self._database.write() as tx:
                if last is not None:
                    made += await self._owe(tx, chat, lane, last, slot)
                await chats.digested(tx, chat.id, slot)
        if made:
            log.info("digests owed", chats=made)
        return made

    async def _owe(self, tx: Transaction, chat: Chat, lane: str, last: datetime, slot: datetime) -> bool:
        now = self._clock.now()
        waited = await folding.gathered(tx, chat.id)
        wishes = [wish for wish in await chats.subscriptions_of(tx, chat.id) if wish.awake(now)]
        mutes = await chats.muted_stories(tx, chat.id, now)
        ranked = await ranking.top(tx, wishes, last, slot, SHOWN + len(mutes))
        others = [story for story in ranked if story not in mutes and story not in waited][:SHOWN]
        told = await stories.load(tx, [*waited, *others])
        shown = _ranked([told[story] for story in (*waited, *others) if story in told])
        for start in range(0, len(shown), folding.PART):
            part = shown[start : start + folding.PART]
            payload = to_json(digest_message(part, "digest", chat.language))
            owed = Owed(lane, chat.id, DeliveryKind.DIGEST, Priority.DIGEST, payload=payload)
            digest = await owing.add(tx, owed, now)
            rows = [waited[story.id] for story in part if story.id in waited]
            await folding.fold_into(tx, rows, digest, f"in digest {digest}", now)
        return bool(shown)


def _ranked(told: Sequence[Story]) -> list[Story]:
    return sorted(told, key=lambda story: (-independent(story.voices), story.id))
