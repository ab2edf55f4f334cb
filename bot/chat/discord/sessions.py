"""How many connections Discord advises for an account, and when each may begin a session.

Discord counts sessions: a day has so many, and of each group of shards one may begin in five seconds. It
resets the token of a bot that goes on beyond that, so nothing here ever begins one more. Source:
https://docs.discord.com/developers/events/gateway (sharding, session start limit). Nothing connects here.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import discord
import structlog

EVERY = 5.0
"""Seconds between two sessions of one group of shards."""
MOST_SHARDS = 1024
"""More are not kept up by one process: each has a thread for its heartbeats."""
FRESH = 60.0
"""Seconds for which an advice holds."""
ASK_AGAIN = 600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Advice:
    """What Discord advises an account.

    `url` is the gateway's address, `shards` how many connections to make, `remaining` how many sessions may
    still be begun until `reset_after` seconds from now, and `at_once` how many groups of shards there are.
    """

    url: str
    shards: int = 1
    remaining: int = 1
    reset_after: float = 0.0
    at_once: int = 1


def advice_of(body: Any) -> Advice:
    """Discord's answer to ``GET /gateway/bot``. One that says nothing of limits allows the least.

    Raises:
        discord.GatewayNotFound: it names no address of a gateway, or more shards than can be kept up.

    >>> advice_of({"url": "wss://gateway.discord.gg", "shards": 2}).shards
    2
    """
    told = body if isinstance(body, dict) else {}
    url, limit = told.get("url"), told.get("session_start_limit")
    if not isinstance(url, str) or not url.startswith(("wss://", "ws://")):
        raise discord.GatewayNotFound
    shards = _whole(told.get("shards"), 1)
    if not 1 <= shards <= MOST_SHARDS:
        log.error("discord advises more shards than one process keeps up", shards=shards, most=MOST_SHARDS)
        raise discord.GatewayNotFound
    limit = limit if isinstance(limit, dict) else {}
    return Advice(
        url=url,
        shards=shards,
        remaining=_whole(limit.get("remaining"), shards),
        reset_after=_whole(limit.get("reset_after"), 0) / 1000,
        at_once=max(1, _whole(limit.get("max_concurrency"), 1)),
    )


Ask = Callable[[], Awaitable[Advice]]


class Starts:
    """Whose turn it is to begin a session, of all shards of one account, over all its connections.

    Args:
        lane: the account, for the log.
        every: seconds between two sessions of one group.
        clock: monotonic seconds.
    """

    def __init__(self, lane: str, every: float = EVERY, clock: Callable[[], float] = time.monotonic) -> None:
        self._lane = lane
        self._every = every
        self._clock = clock
        self._advice: Advice | None = None
        self._asked_at = 0.0
        self._asking = asyncio.Lock()
        self._groups: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: dict[int, float] = {}

    async def advice(self, ask: Ask, fresh: float = FRESH) -> Advice:
        """Discord's advice, at most `fresh` seconds old, less the sessions begun since.

        Raises:
            whatever `ask` raises.
        """
        async with self._asking:
            if self._advice is None or self._clock() - self._asked_at >= fresh:
                self._advice = await ask()
                self._asked_at = self._clock()
            return self._advice

    @asynccontextmanager
    async def turn(self, shard: int, ask: Ask) -> AsyncIterator[str]:
        """Wait until this shard may begin a session, which the block then does; gives the gateway's address.

        The next one of its group waits for five seconds from the end of the block: were it from the
        beginning, a session that took long to reach Discord could come too close to the next.
        """
        group = shard % (await self.advice(ask)).at_once
        async with self._groups[group]:
            await asyncio.sleep(max(0.0, self._free_at.get(group, 0.0) - self._clock()))
            url = await self._granted(shard, ask)
            try:
                yield url
            finally:
                self._free_at[group] = self._clock() + self._every

    async def _granted(self, shard: int, ask: Ask) -> str:
        """Take one of the sessions that are left, or wait until there are some."""
        advice = await self.advice(ask)
        while advice.remaining <= 0:
            advice = await self.advice(ask, fresh=0.0)
            if advice.remaining <= 0:
                wait = min(max(advice.reset_after + 1.0, self._every), ASK_AGAIN)
                log.error("discord sessions used up", lane=self._lane, shard=shard, reset=advice.reset_after)
                await asyncio.sleep(wait)
        # Nothing is awaited since the last look, so that no two take the same one.
        self._advice = replace(advice, remaining=advice.remaining - 1)
        return advice.url


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
