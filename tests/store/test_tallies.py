"""Counting in the database says what looking at each row says."""

from collections import Counter
from datetime import timedelta
from itertools import product

from sqlalchemy import insert

from bot.store import feedlist, tallies
from bot.store.database import Database
from bot.store.feedlist import MOODS
from bot.store.schema import feeds as rows
from bot.web.pages.feeds import mood_of
from tests.support import newsstand
from tests.support.clock import NOON

EARLIER, LATER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


async def test_feeds_are_counted_by_mood_as_the_pages_show_them(db: Database) -> None:
    states = product((0, 3), (False, True), (None, EARLIER), (None, EARLIER, LATER), (True, False))
    async with db.write() as tx:
        await tx.execute(
            insert(rows),
            [
                newsstand.row(
                    f"Krant {number}",
                    failures=failures,
                    retired=retired,
                    last_success_at=read,
                    silent_after=silent,
                    enabled=enabled,
                )
                for number, (failures, retired, read, silent, enabled) in enumerate(states)
            ],
        )
        looked_at = Counter(mood_of(each, NOON) for each in await feedlist.page(tx, NOON))
        watched = await tallies.watched(tx, NOON)
    assert set(looked_at) == set(MOODS)
    assert watched.moods == looked_at
    assert watched.last_read == EARLIER
    assert watched.failing == looked_at["failing"]


async def test_without_feeds_none_was_ever_read(db: Database) -> None:
    async with db.read() as tx:
        assert await tallies.watched(tx, NOON) == tallies.Feeds({}, None)
