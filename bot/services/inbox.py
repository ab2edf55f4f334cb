"""The inbox of an account: what a platform brings is on disk before it is told so, and handled in order.

Any process may put a letter in; the one that has the account takes them out. A letter is closed only after
it was handled, so one that was acknowledged is not lost when a process dies; it may then be begun again.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.ports import Clock
from bot.store import inbox
from bot.store.database import OUTAGES, Database, Transaction
from bot.store.inbox import Letter

log = structlog.get_logger()

MOST_WAITING = 10_000
"""So many letters wait at most; then no more are taken, and the platform keeps them."""
AT_ONCE = 200
"""Letters that are being handled at the same time."""
TRIES = 5
"""A letter whose handling ended the process so often is left alone."""
IDLE = timedelta(seconds=1)
FLUSH_SECONDS = 2.0
KEPT = timedelta(days=2)
"""Telegram keeps what it could not bring for a day (https://core.telegram.org/bots/api#getting-updates)."""
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter to handle: its number, and what it says as parsed JSON."""

    number: int
    content: object


class Inbox:
    """The letters of one account.

    Args:
        database: where they are.
        lane: the account.
        clock: the time.
        idle: how often it is looked at when nobody wakes it.
    """

    def __init__(self, database: Database, lane: str, clock: Clock, idle: timedelta = IDLE) -> None:
        self.lane = lane
        self._database = database
        self._clock = clock
        self._idle = idle.total_seconds()
        self._wake = asyncio.Event()
        self._open: set[int] = set()
        self._handled: set[int] = set()

    async def put(self, number: int, content: object) -> bool:
        """Keep a letter; returns once it is on disk. One that came before is not kept twice.

        Args:
            number: the platform's, by which a letter that is brought again is known.
            content: JSON.

        Returns:
            False when too many wait, or the database is away: it is to be brought again.
        """
        body, now = json.dumps(content, separators=(",", ":")), self._clock.now()

        async def write(tx: Transaction) -> bool:
            if await inbox.waiting(tx, self.lane, MOST_WAITING) >= MOST_WAITING:
                return False
            await inbox.put(tx, self.lane, number, body, now)
            return True

        try:
            kept = await self._database.transact(write)
        except OUTAGES as error:
            log.error("inbox not written", lane=self.lane, why=type(error).__name__)  # noqa: TRY400  no news in it
            return False
        self.wake()
        if not kept:
            log.error("inbox full", lane=self.lane, most=MOST_WAITING)
        return kept

    def wake(self) -> None:
        """Say that there may be something new."""
        self._wake.set()

    def handled(self, number: int) -> None:
        """A letter that was taken is done with; that is written down soon."""
        self._handled.add(number)
        self._wake.set()

    async def letters(self) -> AsyncIterator[Taken]:
        """What is to be handled, in order, for as long as this process has the account."""
        self._open.clear()
        self._handled.clear()
        while True:
            self._wake.clear()
            for letter in await self._taken():
                yield letter
            with suppress(TimeoutError):
                async with asyncio.timeout(self._idle):
                    await self._wake.wait()

    async def flush(self) -> None:
        """Write down what was handled, where that is possible now: somebody else may wait for the account."""
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._step(0)
        except OUTAGES as error:
            log.warning("inbox not closed", lane=self.lane, letters=len(self._handled), why=str(error))

    async def _taken(self) -> list[Taken]:
        try:
            letters = await self._step(AT_ONCE)
        except OUTAGES as error:
            log.warning("inbox not read", lane=self.lane, why=type(error).__name__)
            return []
        found = []
        for letter in letters:
            self._open.add(letter.number)
            if letter.tries > TRIES:
                log.error("letter given up", lane=self.lane, number=letter.number, tries=letter.tries)
                self.handled(letter.number)
            else:
                found.append(Taken(letter.number, json.loads(letter.body)))
        return found

    async def _step(self, most: int) -> list[Letter]:
        """One transaction: what was handled is closed, what comes next is taken."""
        closing, now = set(self._handled), self._clock.now()

        async def write(tx: Transaction) -> list[Letter]:
            await inbox.close(tx, self.lane, closing, now)
            room = max(0, most - len(self._open - closing))
            return await inbox.take(tx, self.lane, self._open - closing, room) if room else []

        letters = await self._database.transact(write)
        self._handled -= closing
        self._open -= closing
        return letters
