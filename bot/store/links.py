"""Which chat is managed from which private chat."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.domain.models import Address, Chat
from bot.store.chats import chat_of
from bot.store.database import Transaction, upsert
from bot.store.schema import chat_links, chats


async def target_of(tx: Transaction, lane: str, address: Address) -> Chat | None:
    """The chat that is managed from the one at an address."""
    home = chats.alias()
    found = await tx.execute(
        select(chats)
        .join(chat_links, chat_links.c.target_id == chats.c.id)
        .join(home, home.c.id == chat_links.c.chat_id)
        .where(home.c.lane == lane, home.c.chat == address.chat, home.c.thread == address.thread)
    )
    row = found.first()
    return chat_of(row) if row else None


async def link(tx: Transaction, chat_id: int, target_id: int, now: datetime) -> None:
    """Manage a chat from another one, which manages no other from then on."""
    made = upsert(tx, chat_links).values(chat_id=chat_id, target_id=target_id, made_at=now)
    await tx.execute(
        made.on_conflict_do_update(
            index_elements=["chat_id"],
            set_={"target_id": made.excluded.target_id, "made_at": made.excluded.made_at},
        )
    )


async def unlink(tx: Transaction, lane: str, address: Address) -> None:
    """Manage nothing from a chat any more."""
    own = select(chats.c.id).where(
        chats.c.lane == lane, chats.c.chat == address.chat, chats.c.thread == address.thread
    )
    await tx.execute(delete(chat_links).where(chat_links.c.chat_id.in_(own.scalar_subquery())))
