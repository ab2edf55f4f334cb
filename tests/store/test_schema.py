"""What publishers send without measure is stored on either database."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from bot.domain.models import FeedSpec, Outlet, ParsedItem, PollState
from bot.store import feedlist, feeds
from bot.store.database import Database
from bot.store.schema import UtcDateTime
from tests.support.clock import NOON
from tests.support.newsroom import Newsroom, place

MINUTE = timedelta(minutes=1)


async def test_a_poll_is_finished_whatever_a_publisher_calls_its_document(db: Database) -> None:
    spec = FeedSpec("https://kust.example/rss", Outlet("Kust", "kust"))
    state = PollState(etag='"' + "x" * 5000 + '"', last_modified="gisteren\0" + "y" * 500)
    async with db.write() as tx:
        await feeds.configure(tx, [spec], NOON, MINUTE)
        await feeds.finish(tx, 1, state, NOON + MINUTE)
        (feed,) = await feedlist.page(tx, NOON)
    assert feed.state.etag is not None
    assert feed.state.etag.startswith('"xxx')


async def test_an_item_with_an_endless_address_and_a_nul_is_told_once(tmp_path: Path, url: str) -> None:
    room = await Newsroom(tmp_path, url=url).open()
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    link = "https://proef.example/" + "a" * 5000
    title = "NAVO stuurt\0 schepen naar de Oostzee"
    document = [ParsedItem("g" * 5000, link, title, "", "\0", room.clock.now())]
    first, again = [await room.take(feed, document) for _ in range(2)]
    assert (first.new, first.alerts) == (1, 1)
    assert (again.new, again.edited, again.alerts, again.updates) == (0, 0, 0, 0)
    await room.close()


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        NOON.replace(microsecond=7),
        datetime(987, 1, 2, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_sqlite_keeps_a_moment_as_its_own_type_would(moment: datetime) -> None:
    ours = UtcDateTime().bind_processor(sqlite.dialect())
    theirs = DateTime().dialect_impl(sqlite.dialect()).bind_processor(sqlite.dialect())
    assert ours
    assert theirs
    assert ours(moment) == theirs(moment.astimezone(UTC))
    assert ours(None) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    ours = UtcDateTime().bind_processor(sqlite.dialect())
    assert ours
    with pytest.raises(ValueError, match="without a zone"):
        ours(datetime(2026, 1, 1))  # noqa: DTZ001  that is what is refused
