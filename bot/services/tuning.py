"""Tune a subscription: how strict, at once or in the digest, paused; and show a chat its first stories."""

from datetime import timedelta

from bot.domain.mannerwords import read_digest
from bot.domain.models import Chat, DeliveryKind, Priority, Story, Subscription
from bot.ports import Clock
from bot.services.places import Place
from bot.store import audit, chats, owing, ranking, stories, unwanted
from bot.store.database import Database
from bot.store.owing import Owed

FIRST_DIGEST = "08:00"
"""The digest of a chat that has none when it wants a subscription in it."""

FIRST_STORIES = 2
LOOK_BACK = timedelta(days=14)
FRESH = timedelta(hours=1)


class Tuning:
    """Changes single subscriptions.

    Args:
        database: where they are.
        clock: the time.
        usual: the threshold that new subscriptions have, 0..1.
    """

    def __init__(self, database: Database, clock: Clock, usual: float) -> None:
        self._database = database
        self._clock = clock
        self.usual = usual

    async def threshold(self, place: Place, wish: Subscription, threshold: float) -> None:
        """Tell only what is at least so much about it, 0..1."""
        now = self._clock.now()
        async with self._database.write() as tx:
            await chats.tune(tx, wish.id, threshold=threshold)
            await audit.note(tx, place.change(now, "threshold", f"{wish.value}: {threshold:.2f}"))

    async def pause(self, place: Place, wish: Subscription, paused: bool) -> None:
        """Tell nothing of it, and keep it; or tell of it again."""
        now = self._clock.now()
        async with self._database.write() as tx:
            await chats.tune(tx, wish.id, paused=paused)
            if paused:
                why = "paused before it was sent"
                await unwanted.drop_asked_by(tx, wish.chat_id, [wish.rule_key], why, now)
            await audit.note(tx, place.change(now, "pause" if paused else "resume", wish.value))

    async def mention(self, place: Place, wish: Subscription, role: str) -> None:
        """Let its alerts mention a role, by its id; "" for nobody."""
        now = self._clock.now()
        async with self._database.write() as tx:
            await chats.tune(tx, wish.id, mention=role)
            await audit.note(tx, place.change(now, "mention", f"{wish.value}: {role or 'nobody'}"))

    async def in_digest(self, place: Place, wish: Subscription, digest: bool) -> Chat | None:
        """Tell it in the chat's digest, which comes into being, or at once; returns the chat."""
        now = self._clock.now()
        async with self._database.write() as tx:
            chat = await chats.find(tx, place.lane, place.address)
            if chat is not None and digest and not chat.manner.digest_times:
                await chats.set_manner(tx, chat.id, read_digest(FIRST_DIGEST, chat.manner))
                await chats.digested(tx, chat.id, now)
            await chats.tune(tx, wish.id, digest=digest)
            how = "digest" if digest else "at once"
            await audit.note(tx, place.change(now, "telling", f"{wish.value}: {how}"))
            return await chats.find(tx, place.lane, place.address)

    async def show_latest(self, place: Place) -> list[Story]:
        """Owe a chat the newest stories of what it follows, as alerts that later reports will edit.

        Returns:
            The stories, the newest first; a story that the chat was told before is not told again.
        """
        now = self._clock.now()
        async with self._database.write() as tx:
            chat = await chats.find(tx, place.lane, place.address)
            wishes = await chats.subscriptions_of(tx, chat.id) if chat else []
            asked = {wish.rule_key: wish.threshold for wish in wishes if wish.awake(now)}
            ids, _ = await ranking.newest(tx, asked, now - LOOK_BACK, FIRST_STORIES)
            if chat is None or not ids:
                return []
            owed = [
                Owed(
                    place.lane,
                    chat.id,
                    DeliveryKind.ALERT,
                    # Somebody waits for it: it comes through quiet hours and before what others are owed.
                    Priority.BREAKING,
                    story,
                    expires_at=now + FRESH,
                    detail="the newest when it was asked for",
                )
                for story in reversed(ids)
            ]
            await owing.owe(tx, owed, now)
            found = await stories.load(tx, ids)
        return [found[story] for story in ids if story in found]
