"""A chart of numbers by day, before it is drawn: what it shows, and what is said of it in words."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from bot.domain.tongue import Tongue
from bot.errors import BadInput

MOST_DAYS = 366
LONGEST_TITLE = 72


@dataclass(frozen=True, slots=True)
class Chart:
    """A column for every day.

    Args:
        title: what is counted.
        note: in smaller letters under the title.
        first: the first day.
        counts: of each day from then on, not negative; at most `MOST_DAYS`.
        ticks: (number of a day, its label) on the axis.
    """

    title: str
    note: str
    first: date
    counts: tuple[int, ...]
    ticks: tuple[tuple[int, str], ...]

    def to_json(self) -> bytes:
        """For the process that draws it."""
        return json.dumps(asdict(self) | {"first": self.first.isoformat()}).encode("ascii")


def chart_from_json(text: bytes) -> Chart:
    """What `Chart.to_json` wrote.

    Raises:
        BadInput: it is not that.
    """
    try:
        known: dict[str, Any] = json.loads(text)
        counts = tuple(int(count) for count in known["counts"])
        ticks = tuple((int(day), str(label)) for day, label in known["ticks"])
        made = Chart(
            str(known["title"]), str(known["note"]), date.fromisoformat(known["first"]), counts, ticks
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput("this is not a chart") from error
    if not 0 < len(counts) <= MOST_DAYS or min(counts) < 0:
        raise BadInput("a chart has 1 to 366 days, none of them below zero")
    return made


def daily_chart(label: str, first: date, counts: Sequence[int], tongue: Tongue) -> Chart:
    """Reports by day, worded.

    Args:
        label: what they are about.
        first: the first day.
        counts: of each day from then on; at most `MOST_DAYS`.
        tongue: whose words and dates are used.
    """
    title = label if len(label) <= LONGEST_TITLE else f"{label[: LONGEST_TITLE - 1]}…"
    days = len(counts)
    total = tongue.count(sum(counts), "{n} report in {days} days", "{n} reports in {days} days", days=days)
    note = f"{total} · {tongue('reports a day')}"
    return Chart(title, note, first, tuple(counts), _ticks(first, days, tongue))


def described(chart: Chart, tongue: Tongue) -> str:
    """The chart in words, for who cannot see it: how many, and the busiest day."""
    most = max(chart.counts)
    if not most:
        return tongue("{label}: no reports.", label=chart.title)
    day = tongue.day(chart.first + timedelta(days=chart.counts.index(most)))
    return tongue(
        "{label}: {note}. Most on {day}: {most}.",
        label=chart.title,
        note=chart.note.partition(" · ")[0],
        day=day,
        most=most,
    )


def _ticks(first: date, days: int, tongue: Tongue) -> tuple[tuple[int, str], ...]:
    """Up to five labels, the last day always among them; they fit beside each other on a phone."""
    step = max(1, -(-days // 5))
    places = range(days - 1, -1, -step)
    return tuple((place, tongue.day(first + timedelta(days=place), "d MMM")) for place in reversed(places))
