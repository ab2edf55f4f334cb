"""The lock on the data folder: one process owns it, a second start is refused."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
            file.seek(0)
            owner = file.read(20).strip() or "unknown"
            raise AlreadyRunning(
                f"Heraut is already running on {folder} (process {owner}). "
                "Stop it first, or set data_dir to another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
