"""The full-text index on PostgreSQL finds what it finds on SQLite."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, func, insert, select

from bot.domain.searching import read_search
from bot.store import schema, search
from bot.store.database import Database
from tests.support.clock import NOON
from tests.support.postgres import drop_database, make_database

pytestmark = pytest.mark.slow

TITLES = {
    "De havens liggen stil door de verkiezing": "nl",
    "Elections in the harbours": "en",
    "Les élections du port": "fr",
}


@pytest.fixture
async def db() -> AsyncIterator[Database]:
    url = await make_database()
    database = Database(url)
    async with database.write() as tx:
        for number, (title, language) in enumerate(TITLES.items(), 1):
            await tx.execute(insert(schema.items).values(_row(number, title, language)))
        found = await search.unindexed(tx, 0, None, 10)
        await search.index(tx, search.prepare(found))
    yield database
    await database.close()
    drop_database(url)


def _row(number: int, title: str, language: str) -> dict[str, object]:
    texts = {"title": title, "summary": "", "text": "Nog een zin.", "language": language, "authors": []}
    where = {"owner": "proef", "key": str(number), "outlet": "Proef", "url": "https://proef.example"}
    return {**texts, **where, "published": NOON, "seen_at": NOON}


@pytest.mark.parametrize(
    ("typed", "languages"),
    [
        ("haven", {"nl"}),
        ("VERKIEZINGEN havens", {"nl"}),
        ('"havens liggen stil"', {"nl"}),
        ('"liggen havens"', set()),
        ("élections", {"en", "fr"}),
        ("election lang:en", {"en"}),
        ("the", {"en"}),
        ("a'b & | ! :* ( \\", set()),
        ("zinnen", {"nl"}),
    ],
)
async def test_a_search_finds_the_same_as_on_sqlite(db: Database, typed: str, languages: set[str]) -> None:
    async with db.read() as tx:
        assert {hit.language for hit in await search.find(tx, read_search(typed))} == languages


async def test_an_item_in_the_index_is_not_indexed_again_until_it_is_edited(db: Database) -> None:
    async with db.write() as tx:
        assert await search.unindexed(tx, 0, None, 10) == []
        await tx.execute(schema.items.update().values(edited_at=NOON))
        found = await search.unindexed(tx, 0, None, 10)
        await search.index(tx, search.prepare(found))
        assert (len(found), await search.unindexed(tx, 0, None, 10)) == (3, [])


async def test_a_removed_item_leaves_the_index(db: Database) -> None:
    async with db.write() as tx:
        await tx.execute(delete(schema.items))
        assert await tx.scalar(select(func.count()).select_from(search.vectors)) == 0
