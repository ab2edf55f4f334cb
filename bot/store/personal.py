"""What is kept of one chat, with all its threads, and of one person: read together, and removed together."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select

from bot.domain.models import Address, DeliveryState
from bot.store import access
from bot.store import audit as changes
from bot.store.database import Transaction
from bot.store.schema import audit, chats, deliveries, metadata, web_messages

WEB = "web"
_HIDDEN = frozenset({"id", "chat_id", "key", "held", "lane", "version"})
_NAMES = {
    "story_follows": "followed stories",
    "story_mutes": "muted stories",
    "deliveries": "messages",
    "holdbacks": "reasons for silence",
}
OF_A_CHAT: Mapping[str, Table] = {
    _NAMES.get(table.name, table.name.replace("_", " ")): table
    for table in metadata.sorted_tables
    if "chat_id" in table.c and any(key.column is chats.c.id for key in table.c.chat_id.foreign_keys)
}
"""Every table whose rows belong to a chat, those made after this was written too; they go with it."""


async def of(tx: Transaction, lane: str, address: Address, who: str, limit: int) -> dict[str, Any]:
    """Everything, by kind: lists of rows, the newest first, at most `limit` of each.

    Args:
        tx: any transaction.
        lane: the account.
        address: the chat.
        who: the person, ``platform:user``.
        limit: rows of each kind.
    """
    mine = _mine(lane, address)
    found: dict[str, Any] = {"chats": await _rows(tx, chats, mine, limit)}
    own = select(chats.c.id).where(mine).scalar_subquery()
    for kind, table in OF_A_CHAT.items():
        found[kind] = await _rows(tx, table, table.c.chat_id.in_(own), limit)
    found["changes"] = await _rows(tx, audit, _noted(lane, address, who), limit)
    if address.platform == WEB:
        found["posts"] = await _rows(tx, web_messages, web_messages.c.room == address.chat, limit)
    if ruling := await access.of_chat(tx, address):
        told = {"told_at": ruling.told_at, "told_by": sorted(ruling.told_by)}
        found["access"] = {"verdict": ruling.verdict, "reason": ruling.reason} | told
    return found


async def forget(tx: Transaction, lane: str, address: Address, who: str) -> dict[str, int]:
    """Remove all of that; returns how many rows of each kind. A denied chat stays denied.

    A message under way cannot be called back; its row goes as well.
    """
    mine = _mine(lane, address)
    own = [row.id for row in await tx.execute(select(chats.c.id).where(mine))]
    owed = deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.SENDING])
    gone = {"open messages": await _count(tx, deliveries, deliveries.c.chat_id.in_(own) & owed)}
    for kind, table in OF_A_CHAT.items():
        gone[kind] = (await tx.execute(delete(table).where(table.c.chat_id.in_(own)))).rowcount
    gone["chats"] = (await tx.execute(delete(chats).where(chats.c.id.in_(own)))).rowcount
    gone["changes"] = await changes.forget_chat(tx, lane, address.chat)
    if who:
        gone["changes"] += await changes.forget_person(tx, who)
    if address.platform == WEB:
        here = web_messages.c.room == address.chat
        gone["posts"] = (await tx.execute(delete(web_messages).where(here))).rowcount
    return gone


def _mine(lane: str, address: Address) -> ColumnElement[bool]:
    return (chats.c.lane == lane) & (chats.c.chat == address.chat)


def _noted(lane: str, address: Address, who: str) -> ColumnElement[bool]:
    here = (audit.c.lane == lane) & (audit.c.chat == address.chat)
    return here | (audit.c.who == who) if who else here


async def _rows(
    tx: Transaction, table: Table, which: ColumnElement[bool], limit: int
) -> list[dict[str, Any]]:
    shown = [column for column in table.c if column.name not in _HIDDEN]
    newest = [column.desc() for column in table.primary_key.columns]
    rows = await tx.execute(select(*shown).where(which).order_by(*newest).limit(limit))
    return [dict(row) for row in rows.mappings()]


async def _count(tx: Transaction, table: Table, which: ColumnElement[bool]) -> int:
    return await tx.scalar(select(func.count()).select_from(table).where(which)) or 0
