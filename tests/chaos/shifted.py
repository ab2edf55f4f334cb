"""`heraut run` with a clock that a test can move: the file named in HERAUT_TEST_CLOCK holds the seconds.

python -m tests.chaos.shifted CONFIG
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import app, log
from bot.config import load_config
from bot.jobs.datalock import data_lock


class MovedClock:
    """The machine's clock, moved by what the file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        try:
            moved = float(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            moved = 0.0
        return datetime.now(UTC) + timedelta(seconds=moved)


async def main(path: Path) -> None:
    config = load_config(path)
    log.configure("info", "json")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock = MovedClock(Path(os.environ["HERAUT_TEST_CLOCK"]))
    with data_lock(config.settings.data_dir):
        async with app.build(config, app.Mode(), clock) as heraut:
            await heraut.run(stop)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
