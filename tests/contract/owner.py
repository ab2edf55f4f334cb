"""A runner in a process of its own, for the contract: it owns one name and notes what it does in a file."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from bot.jobs.cluster import ClusterRunner
from bot.jobs.embedded import EmbeddedRunner
from bot.ports import JobRunner, SystemClock


async def main(kind: str, data: str, name: str, notes: Path) -> None:
    async def never(_: str, __: datetime) -> bool:
        return False

    async def work() -> None:
        await asyncio.to_thread(notes.write_text, "working", encoding="ascii")
        await asyncio.Event().wait()

    clock = SystemClock()
    runner: JobRunner = (
        ClusterRunner(data, never, clock) if kind == "cluster" else EmbeddedRunner(Path(data), never, clock)
    )
    runner.own(name, work, lambda: None)
    await runner.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])))
