"""The emulated gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME with replay, zlib-stream compression."""

import asyncio
import json
import secrets
import time
import zlib
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.emulators.discord.world import World

PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
HEARTBEAT_MS = 41_250
EVENTS_PER_MINUTE = 120


class Line:
    """One WebSocket, compressed as one stream when the client asked for it."""

    def __init__(self, socket: web.WebSocketResponse, compressed: bool) -> None:
        self.socket = socket
        self._stream = zlib.compressobj() if compressed else None

    async def send(self, message: dict[str, Any]) -> None:
        text = json.dumps(message)
        with suppress(ConnectionError):
            if self._stream is None:
                await self.socket.send_str(text)
            else:
                data = self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(data)


@dataclass
class Session:
    """What survives a broken connection: the events sent so far, so that a RESUME can have them again."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=1000))
    line: Line | None = None

    async def dispatch(self, kind: str, data: dict[str, Any]) -> None:
        self.sequence += 1
        event = {"op": 0, "t": kind, "s": self.sequence, "d": data}
        self.events.append(event)
        if self.line is not None:
            await self.line.send(event)


class GatewayServer:
    """Speaks the gateway protocol for one bot token. `identifies` and `resumes` count what clients did."""

    def __init__(self, world: World, token: str) -> None:
        self.token = token
        self.url = ""
        self.identifies = 0
        self.resumes = 0
        self.intents: int | None = None
        self.refusing = 0
        self._world = world
        self._session: Session | None = None
        self._attached = asyncio.Event()

    @property
    def connected(self) -> bool:
        return self._session is not None and self._session.line is not None

    async def wait_connected(self, timeout: float = 60.0) -> None:
        """Until a client has identified and has been told its servers."""
        await asyncio.wait_for(self._attached.wait(), timeout)

    async def dispatch(self, kind: str, data: dict[str, Any]) -> None:
        """Send an event; one that finds no connection waits in the session for a RESUME."""
        if self._session is not None:
            await self._session.dispatch(kind, data)

    async def close(self, code: int = 4000, *, forget: bool = False) -> None:
        """Close the connection from our side; with `forget` the session cannot be resumed."""
        session = self._session
        if session is None or session.line is None:
            return
        line, session.line = session.line, None
        self._attached.clear()
        if forget:
            self._session = None
        await line.socket.close(code=code)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket until it closes. The next `refusing` ones are turned away."""
        if self.refusing > 0:
            self.refusing -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        line = Line(socket, request.query.get("compress") == "zlib-stream")
        await line.send({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        received: deque[float] = deque(maxlen=EVENTS_PER_MINUTE)
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            now = time.monotonic()
            if len(received) == EVENTS_PER_MINUTE and received[0] > now - 60:
                await socket.close(code=4008)
                break
            received.append(now)
            await self._answer(line, json.loads(frame.data))
        if self._session is not None and self._session.line is line:
            self._session.line = None
            self._attached.clear()
        return socket

    async def _answer(self, line: Line, message: dict[str, Any]) -> None:
        match message.get("op"):
            case 1:
                await line.send({"op": 11})
            case 2:
                await self._identify(line, message["d"])
            case 6:
                await self._resume(line, message["d"])
            case 3 | 4 | 8:
                pass
            case _:
                await line.socket.close(code=4001)

    async def _identify(self, line: Line, data: dict[str, Any]) -> None:
        self.identifies += 1
        if data.get("token") != self.token:
            await line.socket.close(code=4004)
            return
        if int(data["intents"]) & PRIVILEGED:
            await line.socket.close(code=4014)
            return
        self.intents = int(data["intents"])
        self._session = session = Session(line=line)
        guilds = [guild for guild in self._world.guilds.values() if guild.present]
        ready = {
            "v": 10,
            "user": self._world.bot.payload() | {"bot": True},
            "session_id": session.id,
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "resume_gateway_url": self.url,
            "session_type": "normal",
            "private_channels": [],
            "application": {"id": self._world.application, "flags": 0},
        }
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", self._world.guild_payload(guild))
        self._attached.set()

    async def _resume(self, line: Line, data: dict[str, Any]) -> None:
        self.resumes += 1
        session = self._session
        if session is None or data.get("session_id") != session.id or data.get("token") != self.token:
            await line.send({"op": 9, "d": False})
            return
        for event in list(session.events):
            if event["s"] > int(data["seq"]):
                await line.send(event)
        session.line = line
        await session.dispatch("RESUMED", {})
        self._attached.set()
