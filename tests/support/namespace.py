"""Network namespaces of Linux, in which a test may lay links and put them down.

A test that wants them runs in a process of its own (`run_inside`) whose network is empty but for loopback:
nothing of the machine's network is touched, and without being root it works in a user namespace too. From
there a server is started in a further namespace (`ALONE`), and a `VethLine` leads to it.
"""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from typing import Self

from sqlalchemy import make_url

from tests.support.crashable import CrashablePostgres

ENTERED = "HERAUT_TEST_NAMESPACE"
"""Set in a process that has a network of its own."""
ALONE = ("unshare", "--net")
TOOLS_SECONDS = 20.0

_AS_ROOT = (*ALONE, "--fork", "--kill-child")
_AS_ANYONE = (*_AS_ROOT, "--user", "--map-current-user", "--keep-caps")
_BEGIN = ("sh", "-c", 'ip link set lo up && exec "$@"', "sh")
_TRIAL = "ip link add try0 type veth peer name try1 && unshare --net true && nsenter --version"


def entered() -> bool:
    """Whether this process has a network of its own."""
    return ENTERED in os.environ


@cache
def refusal() -> str:
    """Why there are no namespaces here; "" when they can be made."""
    command = (*_inside(), "sh", "-c", _TRIAL)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TOOLS_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"status {done.returncode}"


async def run_inside(command: Sequence[str], seconds: float) -> tuple[int, str]:
    """Run a program in a network of its own; its status, and all it wrote."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    process = await asyncio.create_subprocess_exec(
        *_inside(),
        *command,
        env=clean | {ENTERED: "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, out.decode()


def _inside() -> tuple[str, ...]:
    return (*(_AS_ROOT if os.getuid() == 0 else _AS_ANYONE), *_BEGIN)


class VethLine:
    """A network link to a PostgreSQL that runs in a namespace of its own, like `CutLine`.

    Args:
        postgres: the server, which runs `ALONE`.
        number: of this link, from 1.
    """

    def __init__(self, postgres: CrashablePostgres, number: int) -> None:
        self._postgres = postgres
        self._here, self._there = f"heraut{number}", f"server{number}"
        self._network = f"10.78.{number}"

    @property
    def url(self) -> str:
        """The database by way of this link."""
        there = make_url(self._postgres.url).set(
            host=f"{self._network}.2", port=5432, query={"sslmode": "disable"}
        )
        return there.render_as_string(hide_password=False)

    async def __aenter__(self) -> Self:
        peer = ("type", "veth", "peer", "name", self._there, "netns", str(self._postgres.pid))
        _ip("link", "add", self._here, *peer)
        _ip("addr", "add", f"{self._network}.1/24", "dev", self._here)
        _ip("link", "set", self._here, "up")
        self._at_server("addr", "add", f"{self._network}.2/24", "dev", self._there)
        self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        """It goes with its namespaces."""

    def cut(self) -> None:
        """The server's end is put down: packets are lost without a word to either side."""
        self._at_server("link", "set", self._there, "down")

    def mend(self) -> None:
        """The link is up."""
        self._at_server("link", "set", self._there, "up")

    def _at_server(self, *arguments: str) -> None:
        _run("nsenter", "--net", "--target", str(self._postgres.pid), "ip", *arguments)


def _ip(*arguments: str) -> None:
    _run("ip", *arguments)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=TOOLS_SECONDS, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
