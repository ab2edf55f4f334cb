"""How much was written about something, day by day, and the chart of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from bot.domain.chart import MOST_DAYS, Chart, daily_chart, described
from bot.domain.messages import Picture
from bot.domain.models import Target
from bot.domain.tongue import Tongue
from bot.errors import ChartFailed, CommandError
from bot.ports import Clock
from bot.services.charting import Painter
from bot.store import coverage
from bot.store.coverage import Busy
from bot.store.database import Database

log = structlog.get_logger()

USUAL_DAYS, FEWEST_DAYS = 30, 2
QUEUE = 4
"""Charts that may wait for their turn; a further one is answered without its picture."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Reports a day, and the outlets that wrote most. `counts` ends with today; days are UTC days."""

    key: str
    first: date
    counts: tuple[int, ...]
    outlets: Mapping[str, int]

    @property
    def total(self) -> int:
        """All reports."""
        return sum(self.counts)


class Trends:
    """The use case behind /trend.

    Args:
        database: where stories are.
        clock: the time.
        painter: draws.
    """

    def __init__(self, database: Database, clock: Clock, painter: Painter) -> None:
        self._database = database
        self._clock = clock
        self._painter = painter
        self._waiting = asyncio.Semaphore(QUEUE)

    async def trend(self, target: Target, value: str, days: int = USUAL_DAYS) -> Trend:
        """Reports a day of a topic (its slug) or of a rule that somebody follows (its text).

        Raises:
            CommandError: the number of days is out of bounds.
        """
        if not FEWEST_DAYS <= days <= MOST_DAYS:
            raise CommandError("A trend covers {few} to {many} days.", few=FEWEST_DAYS, many=MOST_DAYS)
        now = self._clock.now()
        first = now.date() - timedelta(days=days - 1)
        since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
        key = f"{target}:{value}"
        async with self._database.read() as tx:
            found = await coverage.of_rule(tx, key, since, outlets=5)
        counts = tuple(found.days.get(first + timedelta(days=number), 0) for number in range(days))
        return Trend(key, first, counts, found.outlets)

    async def outlets(self, key: str = "", days: int = USUAL_DAYS) -> list[Busy]:
        """The outlets that reported most in so many days, on what satisfies a rule; "" for on anything."""
        async with self._database.read() as tx:
            return await coverage.busiest(tx, self._clock.now() - timedelta(days=days), key)

    def chart(self, trend: Trend, label: str, tongue: Tongue) -> Chart:
        """A trend as a chart, worded."""
        return daily_chart(label, trend.first, trend.counts, tongue)

    async def picture(self, trend: Trend, label: str, tongue: Tongue) -> Picture | None:
        """A trend as a picture for a chat; None when it could not be drawn, or too many are asked for.

        Args:
            trend: the numbers.
            label: what they are about, in the chat's language.
            tongue: the chat's.
        """
        chart = self.chart(trend, label, tongue)
        if self._waiting.locked():
            return None
        async with self._waiting:
            try:
                data = await self._painter.render(chart)
            except ChartFailed as error:
                log.warning("chart not drawn", key=trend.key, problem=str(error))
                return None
        return Picture(data, "trend.png", described(chart, tongue))
