"""`heraut copy-data`: all data from the configured database to another one, SQLite or PostgreSQL."""

import asyncio
from contextlib import AsyncExitStack, nullcontext
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn

from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.config import Settings
from bot.errors import BadInput
from bot.jobs.datalock import data_lock
from bot.store import copying
from bot.store.database import Database

ToOption = Annotated[
    str,
    typer.Option(
        "--to",
        envvar="HERAUT_COPY_TO",
        metavar="URL",
        help="Where to: an empty database, such as postgresql://user:password@host/name or "
        "sqlite:///data/heraut.sqlite3.",
        show_envvar=True,
    ),
]
BatchOption = Annotated[int, typer.Option(min=1, max=100_000, help="Rows that are written at a time.")]


@exit_on_bad_input
def copy_data(to: ToOption, config: ConfigOption = None, batch: BatchOption = copying.BATCH) -> None:
    """Copy all data to another database, SQLite or PostgreSQL, and verify it.

    Stop Heraut before. A copy that was cut off goes on where it stopped when you run it again. At the end
    every table is compared by its number of rows and a checksum; the source stays as it is. Then set
    `database_url` to the new address and start Heraut.
    """
    settings, out = read_config(config).settings, Console(stderr=True)
    rows = asyncio.run(_copy(settings, to, batch, out))
    out.print(f"{rows:,} rows copied and verified. Set database_url to the new address, and start Heraut.")


async def _copy(settings: Settings, to: str, batch: int, out: Console) -> int:
    async with AsyncExitStack() as stack:
        source, target = Database(settings.database), Database(to)
        for database in (source, target):
            stack.push_async_callback(database.close)
        if source.url == target.url:
            raise BadInput("the target is the database in use", "name another one with --to")
        embedded = source.url.get_backend_name() == "sqlite"
        stack.enter_context(data_lock(settings.data_dir) if embedded else nullcontext())
        for database in (source, target):
            await database.migrate()
        if await copying.begin(source, target):
            out.print("An earlier copy was cut off; it goes on where it stopped.")
        bars = stack.enter_context(
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TaskProgressColumn(),
                console=out,
            )
        )
        await _show(bars, source, target, batch)
        rows = await _verify(bars, source, target)
        await copying.finish(target)
        return rows


async def _show(bars: Progress, source: Database, target: Database, batch: int) -> None:
    shown = {table.name: bars.add_task(table.name, total=None) for table in copying.TABLES}
    async for progress in copying.copy(source, target, batch):
        bars.update(shown[progress.table], completed=progress.copied, total=progress.total)


async def _verify(bars: Progress, source: Database, target: Database) -> int:
    """Compare both; the number of rows.

    Raises:
        BadInput: a table differs.
    """
    rows, bar = 0, bars.add_task("verified", total=len(copying.TABLES))
    for table in copying.TABLES:
        there, here = await copying.count(source, table), await copying.count(target, table)
        if there != here:
            raise BadInput(
                f"table {table.name} differs: {there.rows} rows in the source, {here.rows} in the target, "
                "or their contents. Something wrote to one of them meanwhile",
                "stop Heraut and copy into an empty database",
            )
        rows += here.rows
        bars.advance(bar)
    return rows
