"""Rules tried on stored items for whoever asks: bounded in time and number, the same rule once only."""

import asyncio
import time
from collections import OrderedDict
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.domain.buckets import Buckets
from bot.domain.rules import parse_rule
from bot.domain.salience import DEFAULT_THRESHOLD
from bot.errors import Phrase
from bot.services.grouping import story_window
from bot.services.rulelab import Trial, try_rule
from bot.store import reports
from bot.web.desk import Desk

LOOK_BACK = timedelta(days=14)
ITEMS = 3000
SECONDS = 3.0
AT_ONCE = 2
KEPT = 32
RULE_LIMIT = 1000
"""Characters of a rule."""


class Trials:
    """Tries rules.

    Args:
        desk: where items are read, and what sees entities in them.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pace = Buckets(burst=10, per_second=0.5)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._kept: OrderedDict[tuple[str, int], Trial] = OrderedDict()

    async def trial(self, request: Request, text: str) -> Trial:
        """What a rule would have told of the last days. Only a new answer counts against the pace.

        Raises:
            RuleError: the rule cannot be read.
            HTTPException: 429, too many rules from one client.
        """
        rule = parse_rule(text, self._desk.book.catalog.entities)
        async with self._desk.database.read() as tx:
            newest = await reports.items_before(tx, limit=1)
        key = (text, newest[0].id if newest else 0)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        wait = self._pace.wait(request.client.host if request.client else "", time.monotonic())
        if wait:
            raise HTTPException(429, Phrase("too fast"), {"retry-after": str(int(wait) + 1)})
        async with self._turns:
            async with self._desk.database.read() as tx:
                since = self._desk.clock.now() - LOOK_BACK
                items = await reports.items_before(tx, since=since, limit=ITEMS, full=True)
            end = time.monotonic() + SECONDS
            found = await asyncio.to_thread(
                try_rule,
                rule,
                self._desk.book.current,
                items,
                story_window(lexical=True),
                DEFAULT_THRESHOLD,
                lambda: time.monotonic() > end,
            )
        self._kept[key] = found
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
