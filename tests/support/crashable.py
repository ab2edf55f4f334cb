"""A PostgreSQL server of one test alone, which the test may crash and bring back."""

import asyncio
import fcntl
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import psycopg

from tests.support.pgkeeper import CRASH, FAILED, RETURN, START_SECONDS, URL, USERS
from tests.support.postgres import ROOT, temporary
from tests.support.waiting import until


class CrashablePostgres:
    """What is committed survives a crash of the server: its processes are killed, the machine goes on.

    Args:
        prefix: the command that runs it, such as one that gives it a network of its own. There it listens to
            all who can reach it, elsewhere on its socket only.
        settings: further ones of the server, such as "fsync=on".
    """

    def __init__(self, prefix: Sequence[str] = (), settings: Sequence[str] = ()) -> None:
        self._prefix = prefix
        self._settings = settings
        self._folder = Path()
        self._open = ExitStack()
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """An empty database on it, as SQLAlchemy writes it."""
        return (self._folder / URL).read_text(encoding="utf8")

    @property
    def pid(self) -> int:
        """The process that keeps it, in the same network."""
        assert self._keeper is not None
        return self._keeper.pid

    async def __aenter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="heraut-postgres-", dir=temporary()))
        self._folder.chmod(0o755)  # where we are root, the server runs as somebody else
        users = self._open.enter_context((self._folder / USERS).open("a"))
        fcntl.flock(users, fcntl.LOCK_SH)
        log = self._open.enter_context((self._folder / "keeper.log").open("ab"))
        options = ["synchronous_commit=on", *(["listen_addresses=0.0.0.0"] if self._prefix else [])]
        options += self._settings
        self._keeper = subprocess.Popen(  # noqa: ASYNC220  it starts beside us
            [*self._prefix, sys.executable, "-m", "tests.support.pgkeeper", self._folder, *options],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        await until(self._settled, 2 * START_SECONDS)
        assert not (self._folder / FAILED).exists(), (self._folder / FAILED).read_text(encoding="utf8")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open.close()
        assert self._keeper is not None
        await asyncio.to_thread(self._keeper.wait)

    async def crash(self) -> None:
        """All its processes end at once; returns when nobody answers any more."""
        self._tell(CRASH)

        async def gone() -> bool:
            return not await self._answers()

        await until(gone)

    async def come_back(self) -> None:
        """It starts again, recovers, and answers."""
        self._tell(RETURN)
        await until(self._answers)

    def _tell(self, number: signal.Signals) -> None:
        assert self._keeper is not None
        self._keeper.send_signal(number)

    async def _settled(self) -> bool:
        return (self._folder / URL).exists() or (self._folder / FAILED).exists()

    async def _answers(self) -> bool:
        socket = str(self._folder / "socket")
        try:
            connection = await psycopg.AsyncConnection.connect(host=socket, user="heraut", dbname="postgres")
        except psycopg.OperationalError:
            return False
        await connection.close()
        return True
