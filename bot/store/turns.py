"""Turns: what only one transaction at a time may do, of all processes on one database.

On SQLite a write transaction has every turn already, as it is the only one. On PostgreSQL a turn is a lock
that the transaction holds until it ends. A transaction takes the turn of a publisher first and that of the
stories last; in this order nobody waits in a circle.
"""

from sqlalchemy import bindparam, func, select

from bot.store.database import Transaction

STORIES = "stories"
"""Placing reports into stories: two reports of one event must see each other."""
FEEDS = "feeds"
"""Saying which feeds there are."""
_SPACE = 0x48524C54
"""Tells our locks from those of other programs on the same server."""

_TAKE = select(func.pg_advisory_xact_lock(_SPACE, func.hashtext(bindparam("turn"))))


def publisher(owner: str) -> str:
    """The turn of taking in a publisher's items: two feeds may bring the same one."""
    return f"owner:{owner}"


def lane(name: str) -> str:
    """The turn of an account's pump: the next one knows all that the one before wrote."""
    return f"lane:{name}"


def room(name: str) -> str:
    """The turn of writing in a room: who follows it relies on the order of its posts."""
    return f"room:{name}"


async def take(tx: Transaction, turn: str) -> bool:
    """Wait for a turn, and keep it until the transaction ends.

    Returns:
        Whether other processes may have written since this one had it last.
    """
    if tx.dialect.name == "sqlite":
        return False
    await tx.execute(_TAKE, {"turn": turn})
    return True
