"""Uvicorn inside our own task group: it leaves signals to the owner and ends streams when it stops."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from bot.errors import BadInput

DRAIN_SECONDS = 5
TICK_SECONDS = 0.1
BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, made before anything else is opened, so that a taken port is known early.

    Raises:
        BadInput: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise BadInput(f"cannot listen on {host} port {port}: {error.strerror}", "set web.port") from error
    return listener


def address(listener: socket.socket) -> str:
    """The URL to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  only compared
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class WebServer(uvicorn.Server):
    """Serves an application on a socket until cancelled.

    Args:
        on_stop: ends what would keep connections open, such as event streams; called before draining.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, on_stop: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=DRAIN_SECONDS,
                timeout_keep_alive=20,
                h11_max_incomplete_event_size=16 * 1024,
            )
        )
        self._listener = listener
        self._on_stop = on_stop
        self._stopping = asyncio.Event()

    async def serve_until_cancelled(self) -> None:
        """Serve; when cancelled, stop accepting, finish what is under way, and return."""
        serving = asyncio.create_task(self.serve([self._listener]), name="web server")
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self.should_exit = True
            self._stopping.set()
            await serving
            raise

    async def main_loop(self) -> None:
        """Tick as uvicorn does, and stop at once when asked to rather than at the next tick."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), TICK_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the program, not to this server."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)
