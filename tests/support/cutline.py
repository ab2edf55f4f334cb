"""A line to a PostgreSQL server that can be cut: connections stay, and nothing comes through."""

import asyncio
from contextlib import suppress
from typing import Self

from sqlalchemy import make_url

from tests.support.ports import free_port


class CutLine:
    """A port that leads to a server.

    Args:
        url: of a database on a server, as SQLAlchemy writes it.
    """

    def __init__(self, url: str) -> None:
        self._there = make_url(url)
        self._port = free_port()
        self._whole = asyncio.Event()
        self._whole.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The same database by way of this line."""
        through = self._there.set(host="127.0.0.1", port=self._port, query={"sslmode": "disable"})
        return through.render_as_string(hide_password=False)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Nothing comes through, in either direction, as when a network is gone."""
        self._whole.clear()

    def mend(self) -> None:
        """What was held up comes through, and all that follows."""
        self._whole.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            theirs = await self._reach()
        except OSError:  # the server is away
            writer.close()
            return
        for source, sink in ((reader, theirs[1]), (theirs[0], writer)):
            task = asyncio.create_task(self._pass(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        socket, port = self._there.query.get("host"), self._there.port or 5432
        if isinstance(socket, str):
            return await asyncio.open_unix_connection(f"{socket}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._there.host, port)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._whole.wait()
                sink.write(data)
                await sink.drain()
        sink.close()
