"""Backups that owners ask for in a chat: a file beside the data, named by its time."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.errors import BadInput, CommandError
from bot.ports import Clock
from bot.services.places import Place
from bot.store import audit
from bot.store.backup import copy_to
from bot.store.database import Database

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made. `size` is in bytes."""

    path: Path
    size: int


class Backups:
    """The use case behind /backup. That an owner asks is checked by the caller.

    Args:
        database: what is copied.
        clock: the time.
        folder: where the copies go; made when it is not there.
    """

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder

    async def make(self, place: Place) -> Backup:
        """Copy the database as it is now.

        Raises:
            CommandError: it cannot be copied.
        """
        now = self._clock.now()
        target = self._folder / f"heraut-{now:%Y%m%d-%H%M%S}.sqlite3"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            size = await copy_to(self._database, target)
        except OSError as error:
            raise CommandError("The folder for backups cannot be made.") from error
        except BadInput as error:
            raise CommandError(error.message, error.hint) from error
        async with self._database.write() as tx:
            await audit.note(tx, place.change(now, "backup", target.name))
        log.info("backup made", file=str(target), bytes=size)
        return Backup(target, size)
