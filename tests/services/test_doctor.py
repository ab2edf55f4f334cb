"""What the doctor sees in a data folder and in a database, and what it advises."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.models import Address, DeliveryState, FeedSpec, Outlet, PollState
from bot.services import doctor
from bot.services.doctor import Finding, Level, look_at_database, look_at_folder
from bot.store import books, deliveries, feeds
from bot.store.database import Database
from bot.store.deliveries import Closing
from tests.support.databases import prepare
from tests.support.ledger import add_chats, owe_all

NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)
SPEC = FeedSpec("https://kust.example/rss", Outlet("Kustbode", "kust"))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/heraut.sqlite3")
    await prepare(opened)
    yield opened
    await opened.close()


async def examined(database: Database) -> dict[str, Finding]:
    async with database.read() as tx:
        return {each.about: each for each in await look_at_database(tx, NOW)}


async def watch_a_feed(database: Database, state: PollState) -> None:
    async with database.write() as tx:
        feed_id, _ = await feeds.add(tx, SPEC, NOW, timedelta(minutes=10))
        await feeds.finish(tx, feed_id, state, NOW)


def test_a_folder_with_room_is_well_also_before_it_exists(tmp_path: Path) -> None:
    assert look_at_folder(tmp_path / "data").level is Level.WELL


def test_a_nearly_full_disk_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TOO_LITTLE_MB", 10**12)
    found = look_at_folder(tmp_path)
    assert found.level is Level.BAD
    assert "make room" in found.advice


async def test_an_empty_database_is_well(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/new.sqlite3")
    found = await examined(database)
    await database.close()
    assert found["database"].level is Level.WELL
    assert list(found) == ["database"]


async def test_a_database_in_use_is_counted(database: Database) -> None:
    await watch_a_feed(database, PollState(last_success_at=NOW))
    found = await examined(database)
    assert [each.level for each in found.values()] == [Level.WELL] * 3
    assert "1 watched, 0 failing" in found["feeds"].seen


@pytest.mark.parametrize(
    ("revision", "level", "advice"),
    [("9999", Level.BAD, "newer version"), ("0001", Level.LOOK, "next start")],
)
async def test_a_database_of_another_version_says_what_will_happen(
    database: Database, revision: str, level: Level, advice: str
) -> None:
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    found = await examined(database)
    assert found["database"].level is level
    assert advice in found["database"].advice


async def test_a_damaged_database_is_to_be_restored(database: Database, tmp_path: Path) -> None:
    async with database.write() as tx:
        await tx.execute(text("CREATE TABLE scraps AS SELECT randomblob(9000) AS scrap"))
        await tx.execute(text("PRAGMA writable_schema = 1"))
        await tx.execute(text("UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'scraps'"))
    await database.close()
    found = await examined(Database(f"sqlite+aiosqlite:///{tmp_path}/heraut.sqlite3"))
    assert found["database"].level is Level.BAD
    assert "restore a backup" in found["database"].advice


async def test_failed_and_late_messages_and_held_accounts_are_named(database: Database) -> None:
    chats = await add_chats(database, "paper:1", [Address("paper", each) for each in "ab"], NOW)
    await owe_all(database, "paper:1", chats, [1], NOW - timedelta(hours=1))
    async with database.write() as tx:
        await deliveries.close(tx, [Closing(1, 0, DeliveryState.FAILED, detail="too long")], NOW)
    found = await examined(database)
    assert "1 failed" in found["ledger"].seen
    assert "outbox" in found["ledger"].advice
    assert "1 messages could go" in found["paper:1"].seen
    async with database.write() as tx:
        await books.hold_lane(tx, "paper:1", NOW + timedelta(days=1), "the token was revoked")
        await books.drop(tx, [2], NOW)
    found = await examined(database)
    assert "the token was revoked" in found["paper:1"].seen


async def test_a_feed_that_fails_is_named_with_its_trouble(database: Database) -> None:
    await watch_a_feed(database, PollState(failures=3, last_error="it answers 503", last_success_at=NOW))
    found = (await examined(database))["feeds"]
    assert (found.level, found.advice) == (Level.LOOK, "Kustbode: it answers 503")


async def test_when_nothing_is_read_any_more_it_is_asked_whether_heraut_runs(database: Database) -> None:
    await watch_a_feed(database, PollState(last_success_at=NOW - timedelta(hours=5)))
    assert "is Heraut running" in (await examined(database))["feeds"].advice
