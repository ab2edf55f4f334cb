"""What the container promises, tried on the real program: no home, and only two folders that can be written.

The file system is made read-only in a mount namespace of the process's own, as root or in a user namespace.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest

from tests.support.ports import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
CONFINE = """
set -eu
mount --make-rprivate /
for folder in "$1" "$2"; do mount --bind "$folder" "$folder"; done
mount -o remount,bind,ro /
for folder in /tmp /var/tmp /dev/shm; do
  if mountpoint -q "$folder"; then mount -o remount,bind,ro "$folder"; fi
done
cd "$3"
shift 3
exec "$@"
"""
HELPERS = """
import asyncio
from datetime import date
from bot.domain.chart import daily_chart
from bot.domain.models import Fetched
from bot.domain.tongue import ENGLISH
from bot.feeds.pages.child import ask, understand
from bot.feeds.parsing.parser import Parser
from bot.feeds.process import ReaderProcess
from bot.services.charting import Painter

BROKEN = (b"<rss version='2.0'><channel><title>Kust</title><item><title>NAVO & Rutte</title>"
          b"<link>https://kust.example/1</link></item></channel>")
PAGE = ("<html><body><article><h1>Brug dicht</h1>" + "<p>De brug over de Maas is een week dicht.</p>" * 30
        + "</article></body></html>").encode()

async def main():
    async with Painter(deadline=100) as painter:
        print("chart", (await painter.render(daily_chart("NAVO", date(2026, 1, 1), [1, 2, 3], ENGLISH)))[1:4])
    async with Parser(deadline=100) as parser:
        fetched = Fetched("https://kust.example/rss", BROKEN, "text/xml", None, None, None)
        print("feed", len((await parser.parse(fetched)).items))
    reader = ReaderProcess("bot.feeds.pages.child", 100, 100)
    print("page", "Maas" in understand(await reader.read(ask(PAGE, "text/html"))).text)
    await reader.stop()

asyncio.run(main())
"""


def tools() -> list[str]:
    """What begins a process with mounts of its own; nothing where the system does not allow it."""
    for flags in ("-m", "-Urm"):
        tried = subprocess.run(
            ["unshare", flags, "sh", "-c", "mount --make-rprivate /"], capture_output=True, timeout=60
        )
        if tried.returncode == 0:
            return ["unshare", flags]
    return []


class Confined:
    """A place where two folders can be written and nothing else."""

    def __init__(self, folder: Path, start: Sequence[str]) -> None:
        self.data, self.temporary, self.here = (folder / name for name in ("data", "tmp", "cwd"))
        for each in (self.data, self.temporary, self.here):
            each.mkdir()
        self._start = start

    def command(self, *arguments: str) -> list[str]:
        """`python` with these arguments, confined."""
        folders = [str(each) for each in (self.data, self.temporary, self.here)]
        return [*self._start, "sh", "-c", CONFINE, "confine", *folders, sys.executable, *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """What the image sets, and a home that does not exist."""
        kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        own = {"HOME": "/nonexistent", "TMPDIR": str(self.temporary), "SQLITE_TMPDIR": str(self.data)}
        return kept | own | more


@pytest.fixture
def confined(tmp_path: Path) -> Confined:
    start = tools() if shutil.which("unshare") and shutil.which("mount") else []
    if not start:
        pytest.skip("this system lets nobody mount anything")
    return Confined(tmp_path, start)


def test_nothing_but_the_two_folders_can_be_written(confined: Confined) -> None:
    probe = "import sys, pathlib; [pathlib.Path(each, 'probe').touch() for each in sys.argv[1:]]"

    def wrote(*folders: Path) -> bool:
        command = confined.command("-c", probe, *map(str, folders))
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0

    assert wrote(confined.data, confined.temporary)
    assert not wrote(confined.here)
    assert not wrote(ROOT)


def test_charts_broken_feeds_and_pages_need_no_home_and_leave_nothing_behind(confined: Confined) -> None:
    done = subprocess.run(
        confined.command("-c", HELPERS),
        env=confined.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE * 3,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["chart b'PNG'", "feed 1", "page True"]
    assert list(confined.temporary.iterdir()) == []
    assert list(confined.here.iterdir()) == []


async def test_the_service_runs_and_stops_with_nothing_else_to_write_to(confined: Confined) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *confined.command("-m", "bot", "run"),
        env=confined.environment(
            HERAUT_DATA_DIR=str(confined.data),
            HERAUT_WEB__PORT=str(port),
            HERAUT_SAMPLE="always",
            HERAUT_SAMPLE_PORT=str(free_port()),
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    reading = asyncio.create_task(process.stdout.read())
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            await until(lambda: _has_items(client, process), PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
    log = (await reading).decode()
    assert "Read-only file system" not in log
    assert "Traceback" not in log, log
    assert {each.name.partition(".")[0] for each in confined.data.iterdir()} >= {"heraut"}
    assert list(confined.here.iterdir()) == []


async def _has_items(client: aiohttp.ClientSession, process: asyncio.subprocess.Process) -> bool:
    assert process.returncode is None, "it ended by itself"
    try:
        async with client.get("/metrics") as answer:
            text = await answer.text()
    except aiohttp.ClientError:
        return False
    return any(
        line.startswith("heraut_items_total ") and float(line.split()[1]) > 0 for line in text.splitlines()
    )
