"""All chats with what they follow, as those who run the bot see them, and changes of one by its number."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, update

from bot.domain.models import Chat, ChatState, Subscription
from bot.store.chats import chat_of, subscription_of
from bot.store.database import Transaction
from bot.store.deliveries import hold_chats
from bot.store.schema import chats, subscriptions


@dataclass(frozen=True, slots=True)
class Entry:
    """A chat, the account that serves it, and its wishes, the oldest first."""

    chat: Chat
    lane: str
    wishes: tuple[Subscription, ...] = ()


async def page(tx: Transaction, *, after: int = 0, platform: str = "", limit: int = 50) -> list[Entry]:
    """Chats in the order in which Heraut met them.

    Args:
        after: only chats with a larger id.
        platform: only those of this platform; "" for all.
        limit: how many at most.
    """
    query = select(chats).where(chats.c.id > after).order_by(chats.c.id).limit(limit)
    if platform:
        query = query.where(chats.c.platform == platform)
    rows = (await tx.execute(query)).all()
    wishes = await _wishes(tx, [row.id for row in rows])
    return [Entry(chat_of(row), row.lane, tuple(wishes.get(row.id, ()))) for row in rows]


async def one(tx: Transaction, chat_id: int) -> Entry | None:
    """One chat, or None when there is none (any more)."""
    row = (await tx.execute(select(chats).where(chats.c.id == chat_id))).first()
    if row is None:
        return None
    return Entry(chat_of(row), row.lane, tuple((await _wishes(tx, [chat_id])).get(chat_id, ())))


async def platforms(tx: Transaction) -> dict[str, int]:
    """How many chats each platform has."""
    rows = await tx.execute(select(chats.c.platform, func.count().label("many")).group_by(chats.c.platform))
    return {row.platform: row.many for row in rows}


async def pause(tx: Transaction, chat_id: int, why: str) -> bool:
    """Stop sending to this chat alone; its wishes are kept. False when it does not get messages anyway."""
    active = update(chats).where(chats.c.id == chat_id, chats.c.state == ChatState.ACTIVE)
    done = await tx.execute(active.values(state=ChatState.PAUSED, paused_why=why[:300]))
    if done.rowcount:
        await hold_chats(tx, [chat_id])
    return bool(done.rowcount)


async def _wishes(tx: Transaction, chat_ids: Collection[int]) -> dict[int, list[Subscription]]:
    mine = select(subscriptions).where(subscriptions.c.chat_id.in_(list(chat_ids)))
    found: dict[int, list[Subscription]] = {}
    for row in await tx.execute(mine.order_by(subscriptions.c.id)):
        found.setdefault(row.chat_id, []).append(subscription_of(row))
    return found
