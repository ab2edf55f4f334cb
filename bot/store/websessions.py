"""Who is signed in to the pages: a session holds for as long as its row stands here, and not past its end."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store.database import Transaction
from bot.store.schema import web_sessions


async def begin(tx: Transaction, session: str, ends_at: datetime, now: datetime) -> None:
    """Note a session by its name; sessions that have ended are forgotten on the way."""
    await tx.execute(delete(web_sessions).where(web_sessions.c.ends_at <= now))
    await tx.execute(insert(web_sessions).values(id=session, ends_at=ends_at))


async def holds(tx: Transaction, session: str, now: datetime) -> bool:
    """Whether a session stands and has not ended."""
    found = select(web_sessions.c.id).where(web_sessions.c.id == session, web_sessions.c.ends_at > now)
    return await tx.scalar(found) is not None


async def end(tx: Transaction, session: str) -> None:
    """End a session at once, wherever its cookie was copied to."""
    await tx.execute(delete(web_sessions).where(web_sessions.c.id == session))
