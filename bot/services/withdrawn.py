"""Notices that an outlet took down an article that chats were told of, and has their messages marked.

An article is suspected when its feed no longer lists it among older ones, and gone when its page says so.
Pages are asked for seldom: of few articles, and of each once in some hours.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.alerts import edit_pause
from bot.domain.identity import articles
from bot.domain.models import FeedDue, ParsedFeed, Priority
from bot.domain.withdrawal import Listed, unlisted
from bot.errors import FeedError, FeedGone
from bot.ports import Clock
from bot.store import items, owing
from bot.store.database import Database, Transaction
from bot.store.items import ToldItem

log = structlog.get_logger()

YOUNG = timedelta(hours=24)
"""Older articles are not looked after: they leave their feeds by themselves."""
AGAIN = timedelta(hours=6)
AT_MOST = 2
"""Pages asked for after one poll."""
GONE = frozenset({404, 410})

FetchPage = Callable[[str], Awaitable[object]]


class Withdrawals:
    """Looks after told articles.

    Args:
        database: knows what was told, and from which feed.
        fetch_page: asks for a page; raises FeedError when there is none.
        clock: the time.
        first_pause: how long changes are gathered before a message is edited first.
    """

    def __init__(
        self, database: Database, fetch_page: FetchPage, clock: Clock, first_pause: timedelta
    ) -> None:
        self._database = database
        self._fetch_page = fetch_page
        self._clock = clock
        self._pause = partial(edit_pause, first=first_pause)
        self._told_at: dict[int, datetime] = {}
        self._asked_at: dict[int, datetime] = {}

    def told(self, feed_id: int) -> None:
        """A feed brought something that was told."""
        self._told_at[feed_id] = self._clock.now()

    async def look(self, due: FeedDue, parsed: ParsedFeed) -> int:
        """Compare a feed's document with what was told from it; returns how many edits are owed for it."""
        now = self._clock.now()
        if now - self._told_at.get(due.id, now) > YOUNG:
            return 0
        async with self._database.read() as tx:
            told = await items.told_of(tx, due.id, now - YOUNG)
        self._told_at[due.id] = max((each.published for each in told), default=now - 2 * YOUNG)
        missing = self._suspected(due, parsed, told, now)
        owed = 0
        for each in missing[:AT_MOST]:
            self._asked_at[each.id] = now
            if await self._is_gone(each.url):
                owed += await self._mark(each, now)
        return owed

    def _suspected(
        self, due: FeedDue, parsed: ParsedFeed, told: list[ToldItem], now: datetime
    ) -> list[ToldItem]:
        self._asked_at = {key: at for key, at in self._asked_at.items() if now - at < AGAIN}
        waiting = [each for each in told if each.id not in self._asked_at]
        if not waiting:
            return []
        listed = [
            Listed(frozenset(keys.wanted), item.published)
            for item, keys in articles(parsed.items, due.spec.outlet.owner)
        ]
        return [each for each in waiting if unlisted(each.keys, each.published, listed)]

    async def _is_gone(self, url: str) -> bool:
        try:
            await self._fetch_page(url)
        except FeedError as error:
            return isinstance(error, FeedGone) or error.status in GONE
        return False

    async def _mark(self, gone: ToldItem, now: datetime) -> int:
        async def write(tx: Transaction) -> int:
            await items.take_down(tx, gone.id, now)
            return await owing.owe_updates(tx, gone.story_id, now, self._pause, Priority.UPDATE)

        owed = await self._database.transact(write)
        log.info("article withdrawn", item=gone.id, story=gone.story_id, edits=owed)
        return owed
