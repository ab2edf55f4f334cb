"""`heraut migrate`: bring the tables up to date before the processes of a new version start."""

import asyncio

from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.store.database import Database
from bot.store.migrating import newest_revision


@exit_on_bad_input
def migrate(config: ConfigOption = None) -> None:
    """Make the tables, or bring them up to date. May be run at any time, also by several at once.

    Every process does so when it starts; where many start together it is clearer done once, before them.
    """
    settings = read_config(config).settings

    async def migrated() -> None:
        database = Database(settings.database)
        try:
            await database.migrate()
        finally:
            await database.close()

    asyncio.run(migrated())
    print(f"the tables are those of schema {newest_revision()}")
