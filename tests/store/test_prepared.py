from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store import stories
from bot.store.database import Database, Transaction
from bot.store.prepared import PREPARED, Done
from bot.store.schema import items
from bot.store.schema import stories as table

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ITEM: dict[str, Any] = {
    "owner": "dpg",
    "key": "guid:1",
    "feed_id": None,
    "outlet": "De Dijkbode",
    "url": "https://dijkbode.example/1",
    "title": "Gemaal ‘De Zwaan’ draait weer",
    "summary": "",
    "text": "",
    "language": "nl",
    "image": None,
    "authors": ["Jan Jansen"],
    "published": NOW,
    "seen_at": NOW,
    "brief": None,
    "paywalled": True,
    "shortened": False,
    "analysis": {"rules": []},
}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/heraut.sqlite3")
    await database.migrate()
    yield database
    await database.close()


async def rows(database: Database, statement: Any) -> list[Any]:
    async with database.read() as tx:
        return list(await tx.execute(statement))


async def test_what_is_stored_is_what_the_ordinary_way_stores(database: Database) -> None:
    async def write(tx: Transaction) -> Any:
        await tx.execute(insert(items), ITEM)
        return await tx.execute(insert(items).execution_options(**PREPARED), ITEM | {"key": "guid:2"})

    done = await database.transact(write)
    assert isinstance(done, Done)
    plain, prepared = await rows(database, select(items).order_by(items.c.id))
    assert done.inserted_primary_key == (prepared.id,)
    for name in ITEM.keys() - {"key"}:
        assert getattr(prepared, name) == getattr(plain, name) == ITEM[name]


async def test_a_statement_may_be_run_with_other_columns(database: Database) -> None:
    edit = update(items).where(items.c.key == "guid:1").execution_options(**PREPARED)

    async def write(tx: Transaction) -> None:
        await tx.execute(insert(items), ITEM)
        await tx.execute(edit, {"title": "Anders"})
        await tx.execute(edit, {"language": "en", "paywalled": False})

    await database.transact(write)
    [row] = await rows(database, select(items))
    assert (row.title, row.language, row.paywalled) == ("Anders", "en", False)


async def test_several_rows_are_counted_together(database: Database) -> None:
    async def write(tx: Transaction) -> int:
        new = insert(items).execution_options(**PREPARED)
        return (await tx.execute(new, [ITEM, ITEM | {"key": "guid:2"}])).rowcount

    assert await database.transact(write) == 2


async def test_what_fails_raises_what_the_ordinary_way_raises_and_shows_no_values(database: Database) -> None:
    async def write(tx: Transaction) -> None:
        for _ in range(2):
            await tx.execute(insert(items).execution_options(**PREPARED), ITEM | {"feed_id": 99})

    with pytest.raises(IntegrityError) as caught:
        await database.transact(write)
    assert "dijkbode" not in str(caught.value).casefold()
    assert not await rows(database, select(items))


async def test_it_belongs_to_the_transaction_around_it(database: Database) -> None:
    async def write(tx: Transaction) -> None:
        await stories.create(tx, NOW)
        raise LookupError

    with pytest.raises(LookupError):
        await database.transact(write)
    assert not await rows(database, select(table))
