"""The real program, started as its user would start it, against servers of the test."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Self

import aiohttp

from tests.support.ports import free_port

READY_SECONDS = 90.0
STOP_SECONDS = 40.0


class HerautProcess:
    """`heraut run` in a process of its own.

    Args:
        folder: holds its data, its configuration and its log.
        settings: TOML after the generated part.
        feeds: TOML of the feeds file.
        environment: further variables, such as tokens.
        command: what is run instead of ``-m bot run --config``; the settings file is its last argument.
        role: of several processes on one database; "" does it all.
        tree: the folder of another version's sources; None for those here.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: str = "",
        feeds: str = "",
        environment: dict[str, str] | None = None,
        command: tuple[str, ...] = ("-m", "bot", "run", "--config"),
        role: str = "",
        tree: Path | None = None,
    ) -> None:
        self.folder = folder
        self._tree = tree
        self.port = free_port()
        self._environment = environment or {}
        self._command = ("-m", "bot", "run", "--role", role, "--config") if role else command
        self._role = role
        self._process: asyncio.subprocess.Process | None = None
        self._begun = 0
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "feeds.toml").write_text(feeds, encoding="utf8")
        (folder / "heraut.toml").write_text(
            f"feeds_file = 'feeds.toml'\ndata_dir = '{folder / 'data'}'\nsample = 'never'\n"
            f"{settings}\n[web]\nport = {self.port}\n",
            encoding="utf8",
        )

    @property
    def url(self) -> str:
        """The address of its web chat."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None
        return self._process.pid

    @property
    def database(self) -> Path:
        """The file of its data."""
        return self.folder / "data" / "heraut.sqlite3"

    @property
    def log(self) -> str:
        """All it wrote to standard error."""
        path = self.folder / "log"
        return path.read_text(encoding="utf8") if path.exists() else ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it and wait until it is healthy."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HERAUT_")}
        self._begun = len(self.log)
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._command,
                str(self.folder / "heraut.toml"),
                env=clean | self._environment,
                cwd=self._tree,
                stderr=log,
                stdout=log,
            )
        async with aiohttp.ClientSession() as session, asyncio.timeout(READY_SECONDS):
            while not await self._healthy(session):
                assert self._process.returncode is None, f"it ended at the start:\n{self.log}"
                await asyncio.sleep(0.1)

    async def stop(self) -> int:
        """SIGTERM, and the exit status."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> int:
        """SIGKILL: the process gets no chance to do anything."""
        return await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(STOP_SECONDS):
            return await process.wait()

    async def _healthy(self, session: aiohttp.ClientSession) -> bool:
        if self._role in ("worker", "gateway"):  # they open no port
            return "Heraut watches" in self.log[self._begun :]
        try:
            async with session.get(f"{self.url}/health") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False


async def run_cli(*arguments: str, stdin: bytes = b"", seconds: float = 60) -> tuple[int, str, str]:
    """`heraut` with these arguments, as a shell runs it: status, standard output, standard error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HERAUT_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=clean | {"COLUMNS": "200"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(seconds):
        out, errors = await process.communicate(stdin)
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()
