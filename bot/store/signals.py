"""Signals to other processes on one PostgreSQL: heard at once when what they are about is committed.

A signal says only that it is worth a look, so it may come twice, and a lost one costs no more than the wait
for the next look. It leaves with the commit, in the same transaction, and not at all when that is rolled
back. On SQLite there are no other processes, and nothing is given.
https://www.postgresql.org/docs/current/sql-notify.html
"""

from typing import Any

from sqlalchemy import String, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

CHANNEL = "heraut"
OWED = "owed"
"""There is something to send; followed by the account's lane, alone when several may be meant."""
INBOX = "inbox"
"""A platform brought something in; followed by the account's lane."""

_NOTED = "heraut.signals"
_GIVE = select(func.pg_notify(CHANNEL, func.unnest(bindparam("b_names", type_=ARRAY(String)))))


def note(tx: Any, kind: str, lane: str = "") -> None:
    """Give a signal when this transaction is committed; often is as good as once.

    Args:
        tx: a write transaction.
        kind: `OWED` or `INBOX`.
        lane: the account; "" for any.
    """
    if isinstance(tx, AsyncConnection) and tx.dialect.name == "postgresql":
        tx.info.setdefault(_NOTED, set()).add(f"{kind} {lane}".rstrip())


def forget(connection: AsyncConnection) -> None:
    """What an earlier transaction of this connection noted was not committed."""
    connection.info.pop(_NOTED, None)


async def give(connection: AsyncConnection) -> None:
    """Give what was noted, as the last act of a transaction."""
    names = connection.info.pop(_NOTED, None)
    if names:
        await connection.execute(_GIVE, {"b_names": sorted(names)})
