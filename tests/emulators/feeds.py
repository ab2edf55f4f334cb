"""A publisher on loopback: a real HTTP server whose answers, good and bad, tests choose per path.

    async with FeedServer() as server:
        server.put("/nos.xml", body)
        ... poll server.url("/nos.xml") ...
        assert server.count("/nos.xml") == 2

What it serves can be changed at any time. It must know nothing of the code that asks it.
"""

import asyncio
import gzip
import hashlib
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Literal, Self

import brotli  # type: ignore[import-untyped]  # it ships no types
from aiohttp import hdrs, web
from multidict import CIMultiDictProxy

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Encoding = Literal["gzip", "deflate", "br", "zstd"]
Responder = Callable[[web.Request], Awaitable[web.StreamResponse]]
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived."""

    path: str
    headers: CIMultiDictProxy[str]
    at: float


@dataclass(slots=True)
class _Document:
    """A file that is served with validators."""

    body: bytes
    content_type: str
    etag: str | None
    last_modified: datetime | None
    encoding: Encoding | None
    headers: Mapping[str, str]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = dict(self.headers)
        if self.etag:
            headers[hdrs.ETAG] = self.etag
        if self.last_modified:
            headers[hdrs.LAST_MODIFIED] = format_datetime(self.last_modified, usegmt=True)
        if self._is_known(request):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.content_type
        if self.encoding:
            headers[hdrs.CONTENT_ENCODING] = self.encoding
        return web.Response(body=encoded(self.body, self.encoding), headers=headers)

    def _is_known(self, request: web.Request) -> bool:
        """RFC 9110, section 13.2.2: If-Modified-Since counts only without If-None-Match."""
        known = request.headers.get(hdrs.IF_NONE_MATCH)
        if known is not None and self.etag:
            return self.etag in (tag.strip() for tag in known.split(","))
        since = request.headers.get(hdrs.IF_MODIFIED_SINCE)
        if since is None or self.last_modified is None or known is not None:
            return False
        return self.last_modified <= parsedate_to_datetime(since)


@dataclass(slots=True)
class FeedServer:
    """The server. `requests` holds what arrived, in order."""

    requests: list[Seen] = field(default_factory=list)
    port: int = 0
    _answers: dict[str, Responder] = field(default_factory=dict)
    _revision: int = 0
    _runner: web.AppRunner | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("GET", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def host(self) -> str:
        """What the guard has to let through: ``127.0.0.1:port``."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        """The full address of a path."""
        return f"http://{self.host}{path}"

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return len(self.seen(path))

    def seen(self, path: str) -> list[Seen]:
        """The requests for a path, in order."""
        return [one for one in self.requests if one.path == path]

    def put(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str = "application/rss+xml; charset=utf-8",
        etag: bool | str = True,
        last_modified: bool | datetime = True,
        encoding: Encoding | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Serve bytes, conditionally. Each call is a new revision.

        Args:
            path: begins with a slash.
            body: sent as it is, or encoded when `encoding` is given.
            content_type: of the body.
            etag: True for one made from the body, False for none, or the header itself.
            last_modified: True for a time that grows by a minute with each revision, False for none.
            encoding: of the body on the wire.
            headers: added to the answer, to a 304 as well.
        """
        self._revision += 1
        made = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        self._answers[path] = _Document(
            body=body,
            content_type=content_type,
            etag=etag if isinstance(etag, str) else made if etag else None,
            last_modified=(
                last_modified
                if isinstance(last_modified, datetime)
                else _FIRST_DAY + timedelta(minutes=self._revision)
                if last_modified
                else None
            ),
            encoding=encoding,
            headers=headers or {},
        ).answer

    def answer(self, path: str, responder: Responder) -> None:
        """Serve whatever a function makes of the request."""
        self._answers[path] = responder

    def status(
        self, path: str, status: int, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with a bare status: 404, 410, 429 with ``Retry-After``, 503, …"""

        async def respond(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=body, headers=headers)

        self._answers[path] = respond

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        """Send the caller elsewhere: a path of this server or a full address."""
        self.status(path, status, headers={hdrs.LOCATION: to})

    def redirect_for_ever(self, prefix: str) -> str:
        """A chain of redirects that never ends and never repeats; returns where it begins."""
        start = f"{prefix}/0"

        def link(step: int) -> None:
            async def respond(request: web.Request) -> web.StreamResponse:
                link(step + 1)
                return web.Response(status=302, headers={hdrs.LOCATION: f"{prefix}/{step + 1}"})

            self._answers[f"{prefix}/{step}"] = respond

        link(0)
        return start

    def drip(self, path: str, *, part: bytes = b" ", every: float = 0.05) -> None:
        """Send a little at a time, for ever: no pause is long, the whole never ends."""
        self._stream(path, part, every)

    def endless(self, path: str, *, part: bytes = b"<item><title>x</title></item>" * 2000) -> None:
        """Send as fast as the caller takes it, for ever."""
        self._stream(path, part, 0)

    def large(self, path: str, size: int, *, announced: bool = True) -> None:
        """Send so many bytes of XML, with or without saying so in Content-Length."""

        async def respond(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "application/rss+xml"})
            if announced:
                response.content_length = size
            await response.prepare(request)
            part = b"<item>many</item>" * 4096
            for offset in range(0, size, len(part)):
                await response.write(part[: size - offset])
            await response.write_eof()
            return response

        self._answers[path] = respond

    def bomb(self, path: str, size: int, *, encoding: Encoding | None = "gzip") -> None:
        """Send a small body that unpacks to `size` bytes; without encoding it is a gzip *file*."""
        packed = encoded(b"\0" * size, encoding or "gzip")

        async def respond(request: web.Request) -> web.StreamResponse:
            headers = {hdrs.CONTENT_TYPE: "application/rss+xml"}
            if encoding:
                headers[hdrs.CONTENT_ENCODING] = encoding
            return web.Response(body=packed, headers=headers)

        self._answers[path] = respond

    def reset(self, path: str, *, after: bytes = b"") -> None:
        """Break the connection, before any answer or in the middle of one."""

        async def respond(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "application/rss+xml"})
            if after:
                response.content_length = len(after) + 1000
                await response.prepare(request)
                await response.write(after)
            transport = request.transport
            if transport is not None:
                transport.abort() if isinstance(transport, asyncio.Transport) else transport.close()
            return response

        self._answers[path] = respond

    def hang(self, path: str) -> None:
        """Take the request and never answer."""

        async def respond(request: web.Request) -> web.StreamResponse:
            await self._stop.wait()
            return web.Response(status=503)

        self._answers[path] = respond

    def _stream(self, path: str, part: bytes, every: float) -> None:
        async def respond(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "application/rss+xml"})
            await response.prepare(request)
            while not self._stop.is_set():
                await response.write(part)
                await asyncio.sleep(every)
            return response

        self._answers[path] = respond

    def raw(self, path: str, answer: bytes, *, known: bytes = b"") -> None:
        """Send these bytes, HTTP or not, and hang up; `known` to whoever names an ETag."""

        async def respond(request: web.Request) -> web.StreamResponse:
            transport = request.transport
            if isinstance(transport, asyncio.Transport):
                transport.write(known if known and hdrs.IF_NONE_MATCH in request.headers else answer)
                transport.close()
            raise ConnectionError("nothing more to say")

        self._answers[path] = respond

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        self.requests.append(Seen(request.path_qs, request.headers, now))
        responder = self._answers.get(request.path_qs)
        if responder is None:
            return web.Response(status=404, text="no such path")
        try:
            return await responder(request)
        except ConnectionError:
            return web.Response()  # the caller had enough and left


@asynccontextmanager
async def garbage_server(answer: bytes) -> AsyncIterator[str]:
    """A server that answers every connection with these bytes, HTTP or not; yields its ``host:port``."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def encoded(body: bytes, encoding: Encoding | None) -> bytes:
    """A body as it goes over the wire."""
    if encoding is None:
        return body
    if encoding == "gzip":
        return gzip.compress(body, mtime=0)
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding == "br":
        return bytes(brotli.compress(body))
    return zstd.compress(body)
