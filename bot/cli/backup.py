"""`heraut backup FILE`: a copy of the database, also while the service runs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.store.backup import copy_to
from bot.store.database import Database

Target = Annotated[Path, typer.Argument(help="A file that does not exist yet.")]


@exit_on_bad_input
def backup(target: Target, config: ConfigOption = None) -> None:
    """Copy the database into a file, also while the service runs; prints its size.

    To go back to it, stop the service and put the file in the place of `heraut.sqlite3` in the data folder,
    or name it in `database_url`.
    """
    settings = read_config(config).settings

    async def copied() -> int:
        database = Database(settings.database)
        try:
            return await copy_to(database, target)
        finally:
            await database.close()

    size = asyncio.run(copied())
    print(f"{target}: {size:,} bytes")
