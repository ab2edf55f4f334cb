"""What the chaos publishes: as many stories as headlines, or its waits would be for what never comes."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.store.schema import stories
from tests.chaos.cluster import OUTLETS
from tests.chaos.field import HEADLINES
from tests.support.newsroom import Newsroom, report

pytestmark = pytest.mark.slow


async def test_no_headline_of_the_chaos_is_taken_for_the_event_of_another(tmp_path: Path) -> None:
    room = await Newsroom(tmp_path).open()
    feeds = [await room.add_feed(outlet, outlet.lower()) for outlet in OUTLETS]
    for number, headline in enumerate(HEADLINES):
        room.clock.advance(timedelta(seconds=5))
        await room.take(feeds[number % len(feeds)], [report(headline, number, room.clock.now())])
    async with room.database.read() as tx:
        found = await tx.scalar(select(func.count()).select_from(stories))
    await room.close()
    assert found == len(HEADLINES)
