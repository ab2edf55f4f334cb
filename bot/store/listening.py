"""Hears the signals of other processes on one PostgreSQL, on a connection of its own.

Whoever is woken looks for itself: what was signalled while the connection was down is made up for by
one call for everything after each connection. It must not know what a signal means.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bot.domain.backoff import backoff
from bot.store.signals import CHANNEL

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
CHECK_SECONDS = 15.0
"""After so long a silence the connection is tried: one that was cut does not say so by itself."""
ANSWER_SECONDS = 5.0


class Listener:
    """Listens for as long as it runs.

    Args:
        address: of the database (`Database.libpq`, which says how a dead line is noticed).
        heard: called with each signal (`bot.store.signals`), and with "" after each connection.
        check: seconds of silence after which the connection is tried.
    """

    def __init__(self, address: str, heard: Callable[[str], None], check: float = CHECK_SECONDS) -> None:
        self._address = make_conninfo(address, application_name="heraut listens")
        self._heard = heard
        self._check = check
        self._failures = 0

    async def run(self) -> None:
        """Listen until cancelled; connects again for as long as the database is away."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                self._failures += 1
                pause = backoff(FIRST_PAUSE, self._failures - 1, LONGEST_PAUSE)
                pause *= random.uniform(0.5, 1.0)  # noqa: S311  spreads reconnections, guards nothing
                why = " ".join(str(error).split())
                log.warning("signals not heard", why=why, again_in=round(pause, 1))
                await asyncio.sleep(pause)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True)
        async with connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            log.info("signals heard", again=self._failures > 0)
            self._failures = 0
            self._heard("")
            while True:
                async with aclosing(connection.notifies(timeout=self._check)) as given:
                    async for notice in given:
                        self._heard(notice.payload)
                async with asyncio.timeout(ANSWER_SECONDS):  # its end is an OSError
                    await connection.execute("SELECT 1")
