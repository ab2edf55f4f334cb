"""Keeping a process's rules as the database has them: other processes change them too."""

from datetime import datetime

from bot.app.rules import Rules
from bot.store import amendments, chats
from bot.store.database import Database


class KeepUp:
    """Looks at what chats follow, and at the words that mean something else; rebuilds when that changed.

    Args:
        database: where it stands.
        rules: what is matched in this process.
    """

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules
        self._followed: set[str] | None = None
        self._accepted: list[tuple[str, str]] | None = None

    async def tick(self, _slot: datetime | None = None) -> None:
        """Look once."""
        async with self._database.read() as tx:
            followed = await chats.subscribed_rules(tx)
            accepted = sorted((each.entity, each.phrase) for each in await amendments.blockers(tx))
        if accepted != self._accepted:
            await self._rules.book.know(accepted)
            self._accepted = accepted
        if followed != self._followed:
            await self._rules.follow(followed)
            self._followed = followed
