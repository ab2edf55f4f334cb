"""Copying all data from one database to another, of either kind: in batches, resumable, verified.

    begin ─► batch ─► batch ─► … ─► verify ─► finish

Rows go in the order of their keys. Each batch and the note of where it ended are one transaction in the
target, so a copy that was cut off goes on where it stopped. The full-text index is not copied: the program
makes it anew. Nothing here writes into the source.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    inspect,
    null,
    select,
    text,
    tuple_,
)
from sqlalchemy.schema import CreateTable, DropTable

from bot.errors import BadInput
from bot.store.database import Database, Transaction, upsert
from bot.store.schema import metadata

BATCH = 1_000
WHOLE = 1 << 256
"""Checksums of rows are added up modulo this, so that their order does not matter."""

REMADE = frozenset({"searched"})
"""Tables that say what the full-text index holds; an empty one makes the program index everything again."""

TABLES: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if table.name not in REMADE)
"""What is copied, each table after those that it refers to."""

_NOTES = Table(
    "copy_notes",
    MetaData(),
    Column("name", String(100), primary_key=True),
    Column("last", Text, nullable=False),
    Column("copied", Integer, nullable=False),
)
"""In the target while a copy is under way: the last key of each table, and under ``""`` the source."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table is."""

    table: str
    copied: int
    total: int


@dataclass(frozen=True, slots=True)
class Count:
    """What a table holds: how many rows, and their checksum, the same on every kind of database."""

    table: str
    rows: int
    checksum: str


async def begin(source: Database, target: Database) -> bool:
    """Get the target ready; both have all tables already.

    Returns:
        Whether a copy that was cut off goes on.

    Raises:
        BadInput: the target has data that did not come from a copy of this source.
    """
    name = source.url.render_as_string()
    async with target.write() as tx:
        if await _has_notes(tx):
            note = (await tx.execute(select(_NOTES.c.last).where(_NOTES.c.name == ""))).scalar_one()
            if note != name:
                raise BadInput(f"the target holds a part of a copy of {note}", "name an empty database")
            return True
        for table in metadata.sorted_tables:
            if await tx.scalar(select(func.count()).select_from(select(table).limit(1).subquery())):
                raise BadInput(
                    f"the target is in use: its table {table.name} has rows", "name an empty database"
                )
        await tx.execute(CreateTable(_NOTES))
        await tx.execute(insert(_NOTES).values(name="", last=name, copied=0))
    return False


async def copy(source: Database, target: Database, batch: int = BATCH) -> AsyncIterator[Progress]:
    """Copy what is not there yet, and tell after every batch.

    Args:
        source: only read. Nobody else should write to it, or verifying will find a difference.
        target: got ready by `begin`.
        batch: rows a transaction.
    """
    for table in TABLES:
        async with source.read() as tx:
            total = await tx.scalar(select(func.count()).select_from(table)) or 0
        last, copied = await _note(target, table)
        yield Progress(table.name, copied, total)
        while rows := await _after(source, table, last, batch):
            last, copied = _key_of(table, rows[-1]), copied + len(rows)
            async with target.write() as tx:
                await tx.execute(insert(table), [_values(table, row) for row in rows])
                await _write_note(tx, table, last, copied)
            yield Progress(table.name, copied, total)


async def count(database: Database, table: Table, batch: int = BATCH) -> Count:
    """Count a table's rows and add up their checksums, in batches of one consistent view."""
    rows, total = 0, 0
    async with database.read() as tx:
        found = await tx.stream(select(table).execution_options(yield_per=batch))
        async for page in found.partitions():
            rows += len(page)
            total = (total + sum(_checksum(row) for row in page)) % WHOLE
    return Count(table.name, rows, f"{total:064x}")


async def finish(target: Database) -> None:
    """After everything is verified: new rows get numbers after those that were copied, and the notes go."""
    async with target.write() as tx:
        if tx.dialect.name == "postgresql":
            for table in TABLES:
                await _set_sequence(tx, table)
        await tx.execute(DropTable(_NOTES))


async def _has_notes(tx: Transaction) -> bool:
    return bool(await tx.run_sync(lambda connection: inspect(connection).has_table(_NOTES.name)))  # type: ignore[attr-defined]  # of an AsyncConnection, which `Database.write` gives


async def _note(target: Database, table: Table) -> tuple[list[Any], int]:
    async with target.read() as tx:
        row = (await tx.execute(select(_NOTES).where(_NOTES.c.name == table.name))).first()
    return (json.loads(row.last), row.copied) if row else ([], 0)


async def _write_note(tx: Transaction, table: Table, last: Sequence[Any], copied: int) -> None:
    values = {"last": json.dumps(last), "copied": copied}
    note = upsert(tx, _NOTES).values(name=table.name, **values)
    await tx.execute(note.on_conflict_do_update(index_elements=["name"], set_=values))


async def _after(source: Database, table: Table, last: Sequence[Any], batch: int) -> Sequence[Any]:
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(batch)
    if last:
        query = query.where(tuple_(*keys) > tuple_(*last, types=[key.type for key in keys]))
    async with source.read() as tx:
        return (await tx.execute(query)).mappings().all()


def _values(table: Table, row: Any) -> dict[str, Any]:
    """A row to be inserted: what is missing stays missing, where JSON would make it a null of its own."""
    values = dict(row)
    for column in table.columns:
        if isinstance(column.type, JSON) and values[column.name] is None:
            values[column.name] = null()
    return values


def _key_of(table: Table, row: Any) -> list[Any]:
    """The key of a row; keys are numbers and short texts, which JSON keeps."""
    return [row[column.name] for column in table.primary_key.columns]


async def _set_sequence(tx: Transaction, table: Table) -> None:
    for column in table.primary_key.columns:
        if column is table.autoincrement_column:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            await tx.execute(select(func.setval(sequence, last, text("false"))))


def _checksum(row: Sequence[Any]) -> int:
    plain = json.dumps([_plain(value) for value in row], sort_keys=True, ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(plain.encode("utf8", "surrogatepass")).digest())


def _plain(value: Any) -> Any:
    """A value as both kinds of database give it back."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value
