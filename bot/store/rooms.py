"""Posts of the web chat's rooms."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update

from bot.domain.rooms import Author, Cursor, Post
from bot.store import turns
from bot.store.database import Transaction, upsert
from bot.store.schema import web_messages

TICK = timedelta(microseconds=1)


async def add(
    tx: Transaction, room: str, author: Author, body: str, key: str | None, now: datetime
) -> tuple[int, bool]:
    """Add a post and return its id and True; or the id of the post that has this key, and False."""
    await turns.take(tx, turns.room(room))
    values = {"room": room, "author": author.value, "body": body, "key": key, "created_at": now}
    fresh = upsert(tx, web_messages).values(values).on_conflict_do_nothing(index_elements=["key"])
    added = await tx.scalar(fresh.returning(web_messages.c.id))
    if added is not None:
        return added, True
    known = await tx.execute(select(web_messages.c.id).where(web_messages.c.key == key))
    return known.scalar_one(), False


async def edit(tx: Transaction, room: str, post: int, body: str, now: datetime) -> bool:
    """Replace the body of a post of the bot; False when it is not there.

    The time of the edit is later than that of every other edit in the room, whatever the clock does.
    """
    await turns.take(tx, turns.room(room))
    last = await tx.scalar(select(func.max(web_messages.c.edited_at)).where(web_messages.c.room == room))
    at = now if last is None else max(now, last + TICK)
    mine = (web_messages.c.id == post, web_messages.c.room == room, web_messages.c.author == Author.BOT.value)
    done = await tx.execute(update(web_messages).where(*mine).values(body=body, edited_at=at))
    return done.rowcount == 1


async def cursor(tx: Transaction, room: str) -> Cursor:
    """The end of a room as it is now."""
    ends = select(func.max(web_messages.c.id), func.max(web_messages.c.edited_at))
    post, edited_at = (await tx.execute(ends.where(web_messages.c.room == room))).one()
    return Cursor.at(post or 0, edited_at)


async def before(tx: Transaction, room: str, post: int | None, limit: int) -> list[Post]:
    """The last `limit` posts of a room, or the last before a post; oldest first."""
    rows = select(web_messages).where(web_messages.c.room == room)
    if post is not None:
        rows = rows.where(web_messages.c.id < post)
    newest = await tx.execute(rows.order_by(web_messages.c.id.desc()).limit(limit))
    return _posts(newest.all())[::-1]


async def since(tx: Transaction, room: str, after: Cursor, limit: int) -> list[Post]:
    """What a reader at `after` has not seen, in the order in which the cursor may pass it.

    Edits of posts that the reader has come first, by time of edit, then new posts. Another order could
    move the cursor past an edit that was not handed out yet.
    """
    unseen = web_messages.c.id > after.post
    edited = web_messages.c.edited_at > after.edited_at
    mine = select(web_messages).where(web_messages.c.room == room)
    old = await tx.execute(mine.where(~unseen, edited).order_by(web_messages.c.edited_at).limit(limit))
    posts = _posts(old.all())
    if len(posts) < limit:
        new = await tx.execute(mine.where(unseen).order_by(web_messages.c.id).limit(limit - len(posts)))
        posts += _posts(new.all())
    return posts


async def latest(tx: Transaction) -> dict[str, int]:
    """The id of the last post of the bot in every room that has one."""
    ends = select(web_messages.c.room, func.max(web_messages.c.id))
    mine = web_messages.c.author == Author.BOT.value
    rows = await tx.execute(ends.where(mine).group_by(web_messages.c.room))
    return {row.room: row[1] for row in rows.all()}


async def prune(tx: Transaction, older_than: datetime) -> int:
    """Forget posts written before a time, unless they were edited since; how many."""
    old = web_messages.c.created_at < older_than
    still = or_(web_messages.c.edited_at.is_(None), web_messages.c.edited_at < older_than)
    return (await tx.execute(delete(web_messages).where(old, still))).rowcount


def _posts(rows: Sequence[Row[Any]]) -> list[Post]:
    return [
        Post(row.id, row.room, Author(row.author), row.body, row.created_at, row.edited_at) for row in rows
    ]
