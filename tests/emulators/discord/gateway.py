"""The emulated gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME with replay, shards, zlib-stream."""

import asyncio
import json
import secrets
import time
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.emulators.discord.starts import Starts
from tests.emulators.discord.world import Guild, World

PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
HEARTBEAT_MS = 41_250
EVENTS_PER_MINUTE = 120
ENDED = {1000, 1001}
"""Codes with which a client ends its session; after others it may resume it."""


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

    shard: int = 0
    count: int = 1
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=1000))
    line: Line | None = None
    told: bool = False

    def covers(self, guild: str | None) -> bool:
        """Whether events of a server, or with None of private conversations, are its shard's."""
        return (int(guild) >> 22) % self.count == self.shard if guild else self.shard == 0

    async def dispatch(self, kind: str, data: dict[str, Any]) -> None:
        self.sequence += 1
        event = {"op": 0, "t": kind, "s": self.sequence, "d": data}
        self.events.append(event)
        if self.line is not None:
            await self.line.send(event)


class GatewayServer:
    """Speaks the gateway protocol for one bot token.

    `identifies` and `resumes` count what clients did, `identified` lists the shards that identified. The
    next `refusing` connections are turned away; so is every one of a shard in `unreachable`, when it
    identifies or resumes. Without `tells_shard` READY is silent about it. With `hangs` a client that closes
    its connection hears nothing of it.
    """

    def __init__(self, world: World, token: str) -> None:
        self.token = token
        self.url = ""
        self.starts = Starts()
        self.identifies = 0
        self.resumes = 0
        self.identified: list[tuple[int, int]] = []
        self.intents: int | None = None
        self.refusing = 0
        self.unreachable: set[int] = set()
        self.hangs = False
        self.tells_shard = True
        self._world = world
        self._sessions: dict[int, Session] = {}
        self._attached = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether every shard is."""
        counts = {session.count for session in self._sessions.values()}
        return counts == {len(self.up)}

    @property
    def up(self) -> list[int]:
        """The shards that are connected."""
        return sorted(number for number, each in self._sessions.items() if each.line and each.told)

    async def wait_connected(self, timeout: float = 60.0) -> None:
        """Until every shard of a client has identified and has been told its servers."""
        await asyncio.wait_for(self._attached.wait(), timeout)

    async def wait_listening(self, guild: str | None, timeout: float = 60.0) -> None:
        """Until the shard of a server, or with None that of private conversations, is connected."""
        async with asyncio.timeout(timeout):
            while not any(self._sessions[each].covers(guild) for each in self.up):  # noqa: ASYNC110  a state
                await asyncio.sleep(0.005)

    def advise(self, shards: int, *, at_once: int = 1, window: float = 0.0) -> None:
        """Advise so many shards from now on; see `Starts`."""
        self.starts.shards, self.starts.at_once, self.starts.window = shards, at_once, window

    async def dispatch(self, kind: str, data: dict[str, Any]) -> None:
        """Send an event to the shard it is of; one that finds no connection waits there for a RESUME."""
        guild = data.get("guild_id") or (data["id"] if kind.startswith("GUILD_") else None)
        for session in list(self._sessions.values()):
            if session.covers(guild):
                await session.dispatch(kind, data)

    async def close(self, code: int = 4000, *, forget: bool = False, shard: int | None = None) -> None:
        """Close the connections from our side, or that of one shard.

        With `forget` the session cannot be resumed.
        """
        lines = [session.line for session in self._concerned(shard) if session.line is not None]
        for session in self._concerned(shard):
            session.line = None
            if forget:
                del self._sessions[session.shard]
        self._note()
        for line in lines:
            await line.socket.close(code=code)

    async def ask_to_reconnect(self, shard: int) -> None:
        """Tell a shard to connect anew and resume, as Discord does when it moves sessions."""
        await self._tell(shard, {"op": 7, "d": None, "s": None, "t": None})

    async def invalidate(self, shard: int, *, resumable: bool = False) -> None:
        """Tell a shard that its session is no longer valid, or only not here."""
        line = self._sessions[shard].line
        if not resumable:
            del self._sessions[shard]
            self._note()
        if line is not None:
            await line.send({"op": 9, "d": resumable, "s": None, "t": None})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket until it closes."""
        if self.refusing > 0:
            self.refusing -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=4096, autoclose=not self.hangs)
        await socket.prepare(request)
        line = Line(socket, request.query.get("compress") == "zlib-stream")
        await line.send({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        try:
            await self._converse(line)
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self._detach(line)
        return socket

    async def _converse(self, line: Line) -> None:
        received: deque[float] = deque(maxlen=EVENTS_PER_MINUTE)
        async for frame in line.socket:
            if frame.type is not WSMsgType.TEXT:
                break
            now = time.monotonic()
            if len(received) == EVENTS_PER_MINUTE and received[0] > now - 60:
                await line.socket.close(code=4008)
                break
            received.append(now)
            await self._answer(line, json.loads(frame.data))

    def _detach(self, line: Line) -> None:
        for session in self._concerned():
            if session.line is line:
                session.line = None
                if line.socket.close_code in ENDED:
                    del self._sessions[session.shard]
        self._note()

    def _concerned(self, shard: int | None = None) -> list[Session]:
        return [session for number, session in self._sessions.items() if shard in {None, number}]

    def _note(self) -> None:
        if self.connected:
            self._attached.set()
        else:
            self._attached.clear()

    async def _tell(self, shard: int, message: dict[str, Any]) -> None:
        line = self._sessions[shard].line
        if line is not None:
            await line.send(message)

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
        number, count = data.get("shard") or (0, 1)
        self.identified.append((number, count))
        if code := self._refusal(data):
            await line.socket.close(code=code)
            return
        if not self.starts.begin(number):
            if self.starts.revoked:
                self.token = "revoked"
                await line.socket.close(code=4004)
            else:
                await line.send({"op": 9, "d": False, "s": None, "t": None})
            return
        self.intents = int(data["intents"])
        # Of a client that came with another number of shards, what is left is of no use.
        self._sessions = {n: each for n, each in self._sessions.items() if each.count == count}
        self._sessions[number] = session = Session(number, count, line=line)
        await self._welcome(session)
        session.told = True
        self._note()

    def _refusal(self, data: dict[str, Any]) -> int | None:
        """The code that an identifying connection is closed with, None when it is in order."""
        shard = data.get("shard")
        if data.get("token") != self.token:
            return 4004
        if int(data["intents"]) & PRIVILEGED:
            return 4014
        if shard and shard[0] in self.unreachable:
            return 4000
        return self.starts.refusal(shard)

    async def _welcome(self, session: Session) -> None:
        guilds = list(self._guilds(session))
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
        if self.tells_shard:
            ready["shard"] = [session.shard, session.count]
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", self._world.guild_payload(guild))

    def _guilds(self, session: Session) -> Iterator[Guild]:
        return (each for each in self._world.guilds.values() if each.present and session.covers(each.id))

    async def _resume(self, line: Line, data: dict[str, Any]) -> None:
        self.resumes += 1
        known = [each for each in self._sessions.values() if each.id == data.get("session_id")]
        if not known or data.get("token") != self.token:
            await line.send({"op": 9, "d": False})
            return
        (session,) = known
        if session.shard in self.unreachable:
            await line.socket.close(code=4000)
            return
        for event in list(session.events):
            if event["s"] > int(data["seq"]):
                await line.send(event)
        session.line = line
        await session.dispatch("RESUMED", {})
        self._note()
