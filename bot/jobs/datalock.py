"""The lock on the data folder: one process owns it, a second start is refused."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.errors import AlreadyRunning

NAME = "heraut.lock"


@contextmanager
def data_lock(folder: Path) -> Iterator[None]:
    """Hold the lock on a data folder; the system gives it back even after a crash.

    Args:
        folder: made when it does not exist.

    Raises:
        AlreadyRunning: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _owner(file)
            raise AlreadyRunning(
                f"Heraut is already running on {folder} (process {owner}). "
                "Stop it first, or set data_dir to another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(folder: Path) -> str:
    """The process that holds the lock on a data folder, "" when nobody does."""
    try:
        with (folder / NAME).open("r+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return _owner(file)
    except OSError:
        pass  # no such folder, or not ours to open: nobody that we could name
    return ""


def _owner(file: TextIO) -> str:
    file.seek(0)
    return file.read(20).strip() or "unknown"
