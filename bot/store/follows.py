"""The stories that chats follow for a while, besides what they subscribed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update

from bot.domain.models import Chat
from bot.store.chats import chat_of
from bot.store.database import Transaction, upsert
from bot.store.schema import chats, stories, story_follows

_EARLIER = select(stories.c.follows).where(stories.c.id == bindparam("story")).scalar_subquery()
# Read for every report that is told, so made once; it looks up two rows of an index.
_FOLLOWERS = (
    select(chats, story_follows.c.story_id, story_follows.c.until, story_follows.c.told)
    .join(story_follows, story_follows.c.chat_id == chats.c.id)
    .where(
        or_(story_follows.c.story_id == bindparam("story"), story_follows.c.story_id == _EARLIER),
        story_follows.c.until > bindparam("now"),
    )
    .order_by(chats.c.id)
)


@dataclass(frozen=True, slots=True)
class Follower:
    """A chat that follows a story, or the one before it. `told` counts the reports that it heard of."""

    chat: Chat
    lane: str
    story_id: int
    until: datetime
    told: int


async def followers(tx: Transaction, story_id: int, now: datetime) -> list[Follower]:
    """The chats that follow a story, or the story that it follows."""
    rows = await tx.execute(_FOLLOWERS, {"story": story_id, "now": now})
    return [Follower(chat_of(row), row.lane, row.story_id, row.until, row.told) for row in rows]


async def follow(tx: Transaction, chat_ids: Sequence[int], story_id: int, until: datetime) -> None:
    """Follow a story until then; one that is followed already is followed until then now."""
    if chat_ids:
        fresh = upsert(tx, story_follows)
        fresh = fresh.on_conflict_do_update(
            index_elements=["chat_id", "story_id"], set_={"until": fresh.excluded.until}
        )
        rows = [{"chat_id": chat, "story_id": story_id, "until": until} for chat in chat_ids]
        await tx.execute(fresh, rows)


async def heard(tx: Transaction, chat_ids: Sequence[int], story_id: int) -> None:
    """Count a further report that these chats are told of."""
    here = story_follows.c.story_id == story_id
    if chat_ids:
        await tx.execute(
            update(story_follows)
            .where(here, story_follows.c.chat_id.in_(list(chat_ids)))
            .values(told=story_follows.c.told + 1)
        )


async def of_chat(tx: Transaction, chat_id: int, now: datetime) -> dict[int, datetime]:
    """The stories that a chat follows, each until when; the last followed first."""
    rows = await tx.execute(
        select(story_follows)
        .where(story_follows.c.chat_id == chat_id, story_follows.c.until > now)
        .order_by(story_follows.c.until.desc(), story_follows.c.story_id.desc())
    )
    return {row.story_id: row.until for row in rows}


async def unfollow(tx: Transaction, chat_id: int, story_ids: Sequence[int]) -> int:
    """Follow these no longer; returns how many there were."""
    gone = await tx.execute(
        delete(story_follows).where(
            story_follows.c.chat_id == chat_id, story_follows.c.story_id.in_(list(story_ids))
        )
    )
    return gone.rowcount


async def count(tx: Transaction, chat_id: int, now: datetime) -> int:
    """How many stories a chat follows."""
    mine = (story_follows.c.chat_id == chat_id, story_follows.c.until > now)
    return await tx.scalar(select(func.count()).select_from(story_follows).where(*mine)) or 0
