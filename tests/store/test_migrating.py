"""Migrations: data of every earlier schema is kept and of use; a running system is never held up for long."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.types import Float

from bot.errors import BadInput
from bot.store.database import Database
from bot.store.migrating import MIGRATIONS, newest_revision
from bot.store.schema import metadata
from tests.support import databases
from tests.support.clock import NOON
from tests.support.newsroom import LANE, Newsroom, report
from tests.support.waiting import until

pytestmark = pytest.mark.slow

REVISIONS = sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
TITLE = "NAVO oefent in provincie {}"
ONLY_POSTGRES = pytest.mark.parametrize("kind", ["postgres"])
ADDITIVE = re.compile(
    r"\s*(CREATE (TABLE|INDEX|VIRTUAL|TRIGGER)|DROP INDEX|INSERT INTO alembic_version|UPDATE alembic_version"
    r"|ALTER TABLE \w+ ADD COLUMN (?!.*NOT NULL)|ALTER TABLE \w+ ADD COLUMN .*DEFAULT .*NOT NULL"
    r"|SELECT|SHOW)",
    re.DOTALL,
)
FILLED_IN = "UPDATE deliveries SET held = "
"""What a migration wrote into rows that were there; it leaves what the version before wrote as it was."""


@pytest.fixture
async def empty(kind: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without tables."""
    async with databases.address(kind, tmp_path, migrated=False) as made:
        yield made


class Earlier:
    """A database that is brought from schema to schema, and gets rows at each.

    Args:
        url: of an empty database.
    """

    def __init__(self, url: str) -> None:
        there = make_url(url)
        self.engine: Engine = create_engine(there.set(drivername=there.drivername.replace("+aiosqlite", "")))
        self.kept: list[tuple[str, dict[str, Any]]] = []
        self._numbers = count(1)

    def upgrade(self, revision: str) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    def fill(self) -> None:
        """One more row in every table there is, with a value in every column."""
        made: dict[str, dict[str, Any]] = {}
        with self.engine.begin() as connection:
            for table in self._tables(connection):
                values = {column.name: self._value(column, made) for column in table.columns}
                connection.execute(insert(table).values(values))
                made[table.name] = values
                self.kept.append((table.name, self._read(connection, table, values)))

    def changed(self) -> list[str]:
        """The tables with rows that are not as they were written."""
        with self.engine.begin() as connection:
            tables = {table.name: table for table in self._tables(connection)}
            return [name for name, row in self.kept if self._read(connection, tables[name], row) != row]

    def live(self, number: int, now: datetime) -> None:
        """A chat that follows a topic, and a story that it is owed, as the first version wrote them."""
        here = {"n": 1_000 + number, "now": now.replace(tzinfo=None), "chat": f"chat{number}", "lane": LANE}
        here |= {
            "url": f"https://proef.example/artikel/{number}",
            "title": f"NAVO oefent in provincie {number}",
        }
        with self.engine.begin() as connection:
            for statement in LIVING:
                connection.execute(text(statement), here)

    def _tables(self, connection: Connection) -> list[Table]:
        found = MetaData()
        found.reflect(connection, only=lambda name, _: name in metadata.tables)
        return found.sorted_tables

    def _read(self, connection: Connection, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """The columns that a row was written with, as they are now."""
        keys = [table.c[key.name] == row[key.name] for key in table.primary_key]
        found = connection.execute(select(*(table.c[name] for name in row)).where(*keys)).mappings().first()
        return dict(found) if found else {}

    def _value(self, column: "Column[Any]", made: dict[str, dict[str, Any]]) -> Any:
        for key in column.foreign_keys:
            return made[key.column.table.name][key.column.name]
        number = next(self._numbers)
        match column.type:
            case Boolean():
                return False
            case Integer():
                return number + 10_000
            case Float():
                return number + 0.5
            case DateTime():
                return NOON.replace(tzinfo=None if self.engine.name == "sqlite" else NOON.tzinfo)
            case JSON():  # the program reads what is analysed when it starts
                return None if column.name == "analysis" else {"number": number}
            case LargeBinary():
                return bytes([number % 256])
        return f"w{number}"


LIVING = (
    "INSERT INTO chats (id, lane, platform, chat, created_at) VALUES (:n, :lane, 'paper', :chat, :now)",
    "INSERT INTO subscriptions (id, chat_id, target, value, rule_key, threshold, created_at)"
    " VALUES (:n, :n, 'topic', 'nato', 'topic:nato', 0.0, :now)",
    "INSERT INTO stories (id, created_at, updated_at) VALUES (:n, :now, :now)",
    "INSERT INTO items (id, owner, key, outlet, url, title, summary, text, authors, published, seen_at)"
    " VALUES (:n, 'proef', :url, 'Proefkrant', :url, :title, '', '', '[]', :now, :now)",
    "INSERT INTO story_items (item_id, story_id, why, joined_at) VALUES (:n, :n, 'first', :now)",
    "INSERT INTO story_rules (story_id, rule_key, salience) VALUES (:n, 'topic:nato', 1.0)",
    "INSERT INTO deliveries (id, lane, chat_id, kind, story_id, state, priority, created_at, updated_at)"
    " VALUES (:n, :lane, :n, 'alert', :n, 'pending', 10, :now, :now)",
)


async def test_data_of_every_earlier_schema_is_kept_and_of_use(empty: str, tmp_path: Path) -> None:
    earlier = Earlier(empty)
    for number, revision in enumerate(REVISIONS[:-1]):
        earlier.upgrade(revision)
        earlier.live(number, NOON)
        earlier.fill()
    database = Database(empty)
    await database.migrate()
    await database.close()
    assert earlier.changed() == []
    earlier.engine.dispose()
    chats = {f"chat{number}" for number in range(len(REVISIONS) - 1)}
    room = await Newsroom(tmp_path, url=empty).open()
    await room.deliver()
    owed = {to: message.card.title for to, message, _ in room.paper.sent if message.card}
    assert owed == {f"chat{number}": TITLE.format(number) for number in range(len(chats))}
    feed = await room.add_feed()
    room.clock.advance(timedelta(minutes=1))
    await room.take(feed, [report("NAVO benoemt een admiraal", 77, room.clock.now())])
    room.paper.sent.clear()
    await room.deliver()
    assert {to for to, _, _ in room.paper.sent} == chats
    await room.close()


@ONLY_POSTGRES
async def test_a_migration_only_adds_so_that_processes_of_the_version_before_work_on(empty: str) -> None:
    earlier, said = Earlier(empty), list[str]()
    event.listen(earlier.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    earlier.upgrade("head")
    earlier.engine.dispose()
    taking_away = [each for each in said if not ADDITIVE.match(each) and not each.startswith(FILLED_IN)]
    assert sum(each.lstrip().startswith("CREATE TABLE") for each in said) >= len(metadata.tables)
    assert taking_away == []


@ONLY_POSTGRES
async def test_a_migration_that_waits_for_a_table_lets_others_use_it_and_is_made_at_last(
    empty: str,
) -> None:
    earlier, database = Earlier(empty), Database(empty)
    earlier.upgrade("0010")  # the next one adds a column to a table that is there
    with earlier.engine.connect() as busy, earlier.engine.connect() as other:
        in_use = {name for name in metadata.tables if other.dialect.has_table(other, name)}
        for name in sorted(in_use):
            busy.execute(text(f"LOCK TABLE {name} IN ACCESS SHARE MODE"))
        other.rollback()
        migrating = asyncio.create_task(database.migrate())

        async def given_up() -> bool:
            """The migration waited for a table, and then did not any more."""
            waits.append(bool(other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))))
            other.rollback()
            return any(before and not after for before, after in pairwise(waits))

        waits: list[bool] = []
        await until(given_up)
        assert not migrating.done()
        for name in in_use:
            other.execute(select(func.count()).select_from(metadata.tables[name]))
        other.rollback()
        busy.rollback()
    await migrating
    await database.close()
    with earlier.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest_revision()
    earlier.engine.dispose()


async def test_tables_of_a_newer_version_serve_many_processes_and_are_refused_by_one_alone(
    db: Database, kind: str
) -> None:
    async with db.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    if kind == "sqlite":
        with pytest.raises(BadInput, match="newer version"):
            await db.migrate()
    else:
        await db.migrate()
    async with db.read() as tx:
        assert await tx.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
