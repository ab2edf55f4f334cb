"""`Parser`: the asynchronous way to parse. The event loop never waits for a document.

Well-formed documents take milliseconds and are read in a thread. All others are feedparser's, which a
document made to that end can occupy for hours; a thread cannot be stopped, so it runs in a process that can.
"""

import asyncio
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

import bot
from bot.domain.models import Fetched, ParsedFeed
from bot.errors import FeedUnreadable
from bot.feeds.parsing.document import clean_document, read_plain, read_well_formed
from bot.feeds.parsing.exchange import LENGTH_BYTES, framed, unpack
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.raw import RawFeed

log = structlog.get_logger()

DEADLINE_SECONDS = 20.0
IDLE_SECONDS = 120.0
_ROOT = str(Path(bot.__file__).resolve().parent.parent)
_COMMAND = ("-m", "bot.feeds.parsing.child")


class Parser:
    """Parses what was fetched.

    Use it as a context manager: the reader process is started when it is first needed, stopped when it
    was idle for a while, and gone at the end.

    Args:
        deadline: seconds a document may take in the reader process.
        idle: seconds after which an unused reader process is stopped.
    """

    def __init__(self, deadline: float = DEADLINE_SECONDS, idle: float = IDLE_SECONDS) -> None:
        self._child = _Child(deadline, idle)

    async def parse(self, fetched: Fetched) -> ParsedFeed:
        """Read what was fetched; see `parse_feed`.

        Raises:
            FeedUnreadable: when it is not a feed, or cannot be read in time.
            FeedTooLarge: when it is larger than a feed may be.
        """
        body = fetched.body or b""
        found = await asyncio.to_thread(_read, body, fetched.content_type)
        answer = await self._child.read(found) if isinstance(found, bytes) else found
        return await asyncio.to_thread(_finish, answer, fetched.url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._child.stop()


def _read(body: bytes, content_type: str) -> RawFeed | bytes:
    """The feed, or the clean document when it needs the tolerant reader."""
    found = read_plain(body)
    if found is not None:
        return found
    document = clean_document(body, content_type)
    return read_well_formed(document) or document


def _finish(found: RawFeed | bytes, url: str) -> ParsedFeed:
    return finish_feed(unpack(found) if isinstance(found, bytes) else found, url)


class _Child:
    """The reader process: at most one, and one document at a time."""

    def __init__(self, deadline: float, idle: float) -> None:
        self._deadline = deadline
        self._idle = idle
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._rest: asyncio.Task[None] | None = None

    async def read(self, document: bytes) -> bytes:
        """The process's answer. A conversation that was broken off cannot be taken up again: it is killed."""
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
            process = self._process = await _start()
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


async def _start() -> asyncio.subprocess.Process:
    """The process gets no environment but what it needs to find this package: it needs no secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "VIRTUAL_ENV") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=kept | {"PYTHONPATH": _ROOT},
    )
