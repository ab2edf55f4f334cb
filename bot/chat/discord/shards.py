"""One of the connections on which an account listens, kept up on its own.

discord.py repairs the shards of its AutoShardedClient in one loop: one that cannot be reached holds up all
the others, and none is repaired while the rest still begin. Here each has a loop of its own.
"""

import asyncio
import math
import random
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.chat.discord.sessions import Advice, Starts

CONNECT_WITHIN = 60.0
CLOSE_WITHIN = 2.0
STEADY = 30.0
"""Seconds after which a connection counts as one that worked: its next fault is repaired at once."""
MOST_RESUMES = 5
UNAUTHORIZED = 401
REFUSED = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
"""Codes after which the same attempt would be refused again: the token, the number of shards, the intents."""

log = structlog.get_logger()


class Account(Protocol):
    """What a shard needs of the client whose it is."""

    @property
    def lane(self) -> str: ...

    @property
    def client(self) -> discord.Client: ...

    @property
    def starts(self) -> Starts: ...

    async def advice(self) -> Advice: ...

    def forget(self, shard: int) -> None:
        """Drop what is known of the servers of a shard, which are about to be told anew."""
        ...


class Shard:
    """A connection that is opened, resumed and begun anew for as long as it is kept.

    Args:
        account: whose connection it is.
        number: which one of all.
        delays: seconds between attempts, of which the first is made at once; the last one repeats.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        account: Account,
        number: int,
        delays: Sequence[float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.number = number
        self.up = False
        self._account = account
        self._delays = delays
        self._clock = clock
        self._socket: DiscordWebSocket | None = None
        self._resumes = 0

    @property
    def lag(self) -> float | None:
        """Seconds that Discord took to answer the last heartbeat; None while nothing is known."""
        latency = self._socket.latency if self._socket is not None and self.up else math.inf
        return latency if math.isfinite(latency) else None

    def welcomed(self) -> None:
        """Discord has begun or resumed the session."""
        self.up = True
        self._resumes = 0

    async def keep(self) -> None:
        """Stay connected until cancelled.

        Raises:
            discord.ConnectionClosed, discord.HTTPException: Discord refuses all shards of this account.
        """
        failures = 0
        try:
            while True:
                began = self._clock()
                why = await self._connect_once()
                self.up = False
                failures = 1 if self._clock() - began > STEADY else failures + 1
                delay = 0.0 if failures == 1 else self._delays[min(failures - 2, len(self._delays) - 1)]
                # Discord moves connections several times a day, which is no trouble.
                note = log.info if failures == 1 else log.warning
                note(
                    "discord shard lost", lane=self._account.lane, shard=self.number, why=why, retry_in=delay
                )
                await asyncio.sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311  jitter, not a secret
        finally:
            self.up = False
            await self._close(1000)

    async def _connect_once(self) -> str:
        """Connect and listen while it lasts; the answer is why it ended."""
        try:
            await self._open()
            while True:
                await self._listen()
        except ReconnectWebSocket as asked:
            return asked.op
        except Exception as error:  # this loop owns the connection; those of other shards go on
            if _final(error):
                raise
            await self._close(4000)
            return f"{type(error).__name__}: {error}"[:200]

    async def _open(self) -> None:
        last, client = self._socket, self._account.client
        if last is not None and last.session_id is not None and self._resumes < MOST_RESUMES:
            self._resumes += 1
            async with asyncio.timeout(CONNECT_WITHIN):
                self._socket = await DiscordWebSocket.from_client(
                    client,
                    gateway=last.gateway,
                    shard_id=self.number,
                    session=last.session_id,
                    sequence=last.sequence,
                    resume=True,
                )
            return
        async with self._account.starts.turn(self.number, self._account.advice) as url:
            self._account.forget(self.number)
            async with asyncio.timeout(CONNECT_WITHIN):
                self._socket = await DiscordWebSocket.from_client(
                    client, initial=True, gateway=yarl.URL(url), shard_id=self.number
                )
                while not self.up:
                    await self._listen()

    async def _listen(self) -> None:
        assert self._socket is not None  # noqa: S101  it is set by _open
        await self._socket.poll_event()

    async def _close(self, code: int) -> None:
        if self._socket is None or not self._socket.open:
            return
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._socket.close(code)
        except Exception as error:  # noqa: BLE001  whatever it is, nobody hears this connection any more
            log.debug("discord shard close", shard=self.number, why=type(error).__name__)


def _final(error: Exception) -> bool:
    """Whether no shard of the account can do better."""
    if isinstance(error, discord.ConnectionClosed):
        return error.code in REFUSED
    return isinstance(error, discord.HTTPException) and error.status == UNAUTHORIZED
