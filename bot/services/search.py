"""Finding stories and items by words, and keeping the index that this takes."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.searching import best, read_search
from bot.errors import CommandError
from bot.ports import Clock
from bot.store import search
from bot.store.database import Database
from bot.store.search import Hit

log = structlog.get_logger()

BATCH = 200
ROUNDS = 10
"""Batches in one tick: an index that lags behind is caught up with bit by bit."""
OVERLAP = timedelta(minutes=10)
"""Edits this long before the last tick are looked at again: their transaction may have ended after it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A story, or an item of none, that was searched for: its best hit, and how many more of it there are."""

    hit: Hit
    more: int = 0


class Searcher:
    """Searches, and indexes what there is to be found.

    Args:
        database: where everything is.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._after = 0
        self._ticked: datetime | None = None

    async def stories(self, text: str, limit: int = 10, language: str | None = None) -> list[Found]:
        """What is found, a story once; the best first.

        Args:
            text: words, phrases in quotes, and optionally ``lang:nl``.
            limit: how many at most.
            language: only items in this language, unless the text says another.

        Raises:
            CommandError: there is no word in it.
        """
        hits = await self._hits(text, language)
        groups: dict[tuple[str, int], list[Hit]] = {}
        for hit in hits:
            group = ("item", hit.item_id) if hit.story_id is None else ("story", hit.story_id)
            groups.setdefault(group, []).append(hit)
        now = self._clock.now()
        leads = {key: _lead(group, now) for key, group in groups.items()}
        ranked = best(((key, hit.relevance, hit.published) for key, hit in leads.items()), now, limit)
        return [Found(leads[key], len(groups[key]) - 1) for key in ranked]

    async def items(self, text: str, limit: int = 10, language: str | None = None) -> list[Hit]:
        """Items that are found, the best first; see `stories`."""
        hits = {hit.item_id: hit for hit in await self._hits(text, language)}
        scored = ((hit.item_id, hit.relevance, hit.published) for hit in hits.values())
        return [hits[key] for key in best(scored, self._clock.now(), limit)]

    async def tick(self, _slot: datetime | None = None) -> int:
        """Index what is new or edited; returns how many items that were."""
        begun, done = self._clock.now(), 0
        for _ in range(ROUNDS):
            count = await self._index()
            done += count
            if count < BATCH:
                self._ticked = begun
                break
        if done:
            log.debug("items indexed", items=done)
        return done

    async def _hits(self, text: str, language: str | None) -> list[Hit]:
        wanted = read_search(text, language)
        if wanted.empty:
            raise CommandError(
                "What are you looking for?", 'give words, a "phrase in quotes", or lang:nl for one language'
            )
        async with self._database.read() as tx:
            return await search.find(tx, wanted)

    async def _index(self) -> int:
        since = self._ticked - OVERLAP if self._ticked else None
        async with self._database.read() as tx:
            found = await search.unindexed(tx, self._after, since, BATCH)
        if found:
            entries = await asyncio.to_thread(search.prepare, found)
            await self._database.transact(lambda tx: search.index(tx, entries))
            newest = max(each.id for each in found)
            self._after = max(self._after, newest - search.LOOK_BACK)
        return len(found)


def _lead(hits: list[Hit], now: datetime) -> Hit:
    by_id = {hit.item_id: hit for hit in hits}
    return by_id[best(((hit.item_id, hit.relevance, hit.published) for hit in hits), now, 1)[0]]
