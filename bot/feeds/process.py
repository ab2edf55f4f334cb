"""`ReaderProcess`: reads documents in a process of its own, which can be killed when one takes too long.

A thread cannot be stopped, and a document made to that end can occupy a parser for hours. The process gets
no secrets, and what comes back is data.
"""

import asyncio
import os
import sys
from pathlib import Path

import structlog

import bot
from bot.errors import FeedUnreadable
from bot.feeds.parsing.exchange import LENGTH_BYTES, framed

log = structlog.get_logger()

_ROOT = str(Path(bot.__file__).resolve().parent.parent)


class ReaderProcess:
    """At most one process, and one document at a time.

    Args:
        module: runs as the process; it answers frames (`bot.feeds.parsing.exchange`) with frames.
        deadline: seconds a document may take.
        idle: seconds after which an unused process is stopped.
    """

    def __init__(self, module: str, deadline: float, idle: float) -> None:
        self._module = module
        self._deadline = deadline
        self._idle = idle
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._rest: asyncio.Task[None] | None = None

    async def read(self, document: bytes) -> bytes:
        """The process's answer. A conversation that was broken off cannot be taken up again: it is killed.

        Raises:
            FeedUnreadable: the document took too long, or the process died of it.
        """
        async with self._turn:
            self._stay()
            try:
                async with asyncio.timeout(self._deadline):
                    answer = await self._ask(document)
            except TimeoutError:
                await self._kill()
                raise FeedUnreadable(f"reading it took longer than {self._deadline:g} s") from None
            except (OSError, asyncio.IncompleteReadError) as problem:
                await self._kill()
                log.warning("reader process died", bytes=len(document), problem=type(problem).__name__)
                raise FeedUnreadable("the reader process died of it") from problem
            except BaseException:
                await self._kill()
                raise
            self._rest = asyncio.create_task(self._expire(), name="reader process at rest")
            return answer

    async def stop(self) -> None:
        """Stop the process, when it runs."""
        self._stay()
        await self._kill()

    async def _ask(self, document: bytes) -> bytes:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await _start(self._module)
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the reader process was started without pipes")
        process.stdin.write(framed(document))
        await process.stdin.drain()
        length = await process.stdout.readexactly(LENGTH_BYTES)
        return await process.stdout.readexactly(int.from_bytes(length))

    def _stay(self) -> None:
        if self._rest:
            self._rest.cancel()
            self._rest = None

    async def _expire(self) -> None:
        await asyncio.sleep(self._idle)
        async with self._turn:
            await self._kill()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process:
            if process.returncode is None:
                process.kill()
            await process.communicate()  # closes the pipes


async def _start(module: str) -> asyncio.subprocess.Process:
    """The process gets no environment but what it needs to find this package: it needs no secrets."""
    names = ("PATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=kept | {"PYTHONPATH": _ROOT},
    )
