"""Reads a feed's own rhythm from when its items appeared: how often, whether it fell silent, what it lost.

Pure. It must not know how a feed is polled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Self

_RECENT = 20
_LEAST_MOMENTS = 4
_SILENCE_MOMENTS = 8
_SILENCE_FACTOR = 2
_SILENCE_LEAST = timedelta(hours=12)
_SILENCE_MOST = timedelta(days=30)
_PINNED = 2


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When items appeared: each moment once, as some publishers release in batches, the earliest first."""

    moments: tuple[datetime, ...]

    @classmethod
    def of(cls, published: Iterable[datetime], now: datetime) -> Self:
        """The rhythm of items with these dates, in any order; dates in the future do not count."""
        dated = sorted(at for at in published if at <= now)
        # Compared, not collected in a set: to hash a moment with a zone takes ten times as long.
        return cls((*(at for at, later in pairwise(dated) if at != later), *dated[-1:]))

    @property
    def last(self) -> datetime | None:
        """When the newest item appeared."""
        return self.moments[-1] if self.moments else None

    def typical_gap(self) -> timedelta | None:
        """The median time between recent items; None when there are too few to tell."""
        recent = self.moments[-_RECENT:]
        if len(recent) < _LEAST_MOMENTS:
            return None
        return timedelta(seconds=median((b - a).total_seconds() for a, b in pairwise(recent)))

    def silence_limit(self) -> timedelta | None:
        """How long the feed may be silent before something is wrong with it: twice its longest pause.

        At least 12 hours, so that a night is no alarm for a feed whose nights we have not seen, and at
        most 30 days. None when too little is known.
        """
        if len(self.moments) < _SILENCE_MOMENTS:
            return None
        longest = max(later - earlier for earlier, later in pairwise(self.moments))
        return min(max(longest * _SILENCE_FACTOR, _SILENCE_LEAST), _SILENCE_MOST)

    def silent_after(self) -> datetime | None:
        """When the feed's silence becomes an alarm, if nothing new comes until then.

        None when too little is known.
        """
        limit = self.silence_limit()
        return None if limit is None else self.moments[-1] + limit


def overflowed(
    new: Sequence[datetime | None], known: Sequence[datetime | None], newest_before: datetime | None
) -> bool:
    """Whether items may have come and gone between two polls: the windows of the two do not overlap.

    Args:
        new: publication times of the items seen for the first time, None for those without.
        known: the same of the items that were seen before. Up to two of them may be pinned: they stand
            in the feed for ever and prove no overlap when they are older than what was newest before.
        newest_before: the newest item of the poll before; None means there was none. Most of what is new
            must be newer, not all: publishers date an item back now and then.
    """
    if not new or newest_before is None:
        return False
    pinned = len(known) <= _PINNED and all(at is not None and at < newest_before for at in known)
    dated = [at for at in new if at is not None]
    return pinned and (not dated or 2 * sum(at > newest_before for at in dated) > len(dated))
