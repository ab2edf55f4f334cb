"""What a topic or rule would have told of late: how many alerts a day, and the last of them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.models import Story, Subscription, Target
from bot.domain.rules import parse_rule
from bot.ports import Clock
from bot.services.grouping import story_window
from bot.services.manage import Wish
from bot.services.rulebook import RuleBook
from bot.services.rulelab import Trial, try_rule
from bot.store import ranking, reports, stories
from bot.store.database import Database

LOOK_BACK = timedelta(days=14)
DAY = timedelta(days=1)
SHOWN = 3
ITEMS = 2_000
SECONDS = 2.0
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """A headline that would have been told."""

    title: str
    url: str
    outlet: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Taste:
    """What would have been told: alerts a day, and the last ones, the newest first."""

    a_day: float
    shown: Sequence[Sample]


class Tastes:
    """Looks back over what is stored.

    Args:
        database: where items and stories are.
        book: the rules in force, and the names they know.
        clock: the time.
        usual: how much an item must be about what is asked for, 0..1.
    """

    def __init__(self, database: Database, book: RuleBook, clock: Clock, usual: float) -> None:
        self._database = database
        self._book = book
        self._clock = clock
        self._usual = usual
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, wish: Wish | Subscription) -> Taste:
        """What a wish would have told in the last fourteen days, or since there is news.

        Raises:
            RuleError: its rule cannot be read.
        """
        threshold = wish.threshold if isinstance(wish, Subscription) else self._usual
        if wish.target is Target.TOPIC:
            return await self._of_key(f"{wish.target}:{wish.value}", threshold)
        return await self._of_rule(wish.value, threshold)

    async def _of_key(self, key: str, threshold: float) -> Taste:
        """A topic's stories stand in the store."""
        now = self._clock.now()
        async with self._database.read() as tx:
            ids, total = await ranking.newest(tx, {key: threshold}, now - LOOK_BACK, SHOWN)
            first = await ranking.first_since(tx, now - LOOK_BACK)
            found = await stories.load(tx, ids)
        days = max((now - first) / DAY, 1.0) if first else 1.0
        return Taste(total / days, [_told(found[story]) for story in ids if story in found])

    async def _of_rule(self, text: str, threshold: float) -> Taste:
        """A new rule is tried on the items."""
        trial = await self.trial(text, threshold)
        told = [hit.stored.item for hit in trial.hits if hit.alert][:SHOWN]
        shown = [Sample(item.title, item.url, item.outlet.name, item.published) for item in told]
        return Taste(trial.alerts_a_day, shown)

    async def trial(self, text: str, threshold: float | None = None) -> Trial:
        """Try a rule on the items of the last fourteen days, as long as that takes no more than a moment.

        Args:
            text: the rule.
            threshold: how much an item must be about what it names, 0..1; None for the usual.

        Raises:
            RuleError: it cannot be read.
        """
        rule = parse_rule(text, self._book.catalog.entities)
        async with self._turns:
            async with self._database.read() as tx:
                since = self._clock.now() - LOOK_BACK
                items = await reports.items_before(tx, since=since, limit=ITEMS, full=True)
            end = time.monotonic() + SECONDS
            return await asyncio.to_thread(
                try_rule,
                rule,
                self._book.current,
                items,
                story_window(lexical=True),
                self._usual if threshold is None else threshold,
                lambda: time.monotonic() > end,
            )


def _told(story: Story) -> Sample:
    first = story.items[0]
    return Sample(first.title, first.url, first.outlet.name, first.published)
