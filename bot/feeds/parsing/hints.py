"""What a feed says about when to ask it again."""

from collections.abc import Sequence
from datetime import timedelta

_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}


def minutes_of(value: str) -> timedelta | None:
    """The minutes of an RSS `ttl`, or None when that is no number of minutes."""
    value = value.strip()
    if not value.isdecimal() or len(value) > 6 or int(value) == 0:
        return None
    return timedelta(minutes=int(value))


def syndication(period: str, frequency: str) -> timedelta | None:
    """`sy:updatePeriod` and `sy:updateFrequency` as an interval (RSS 1.0 syndication module)."""
    period, frequency = period.strip().lower(), frequency.strip()
    if period not in _PERIODS:
        return None
    times = int(frequency) if frequency.isdecimal() and len(frequency) < 6 else 1
    return timedelta(hours=_PERIODS[period]) / max(times, 1)


def skipped(values: Sequence[str]) -> frozenset[int]:
    """RSS `skipHours`: hours of the day (GMT) without news, 24 is 0. A feed that skips all skips none."""
    found = frozenset(int(v) % 24 for v in map(str.strip, values) if v.isdecimal() and len(v) < 3)
    return found if len(found) < 24 else frozenset()
