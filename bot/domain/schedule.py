"""Decides when a feed is polled next, whom to blame for a failure, and what its administrators hear.

Pure: the clock, the random number and the pace come in as arguments. It must not fetch, store or notify.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.models import Fetched, PollState
from bot.domain.rhythm import Rhythm
from bot.errors import FeedError, FeedGone, FeedHeld, FeedRefused, FeedUnreachable, FeedUnreadable

NOTICE_AFTER = 4
"""Consecutive failures after which a feed counts as broken and its administrators hear of it."""

_LINE_DOWN_AT = 3
_POLLS_PER_GAP = 6
_IDLE_PART = 20
_GROW, _SHRINK = 1.05, 0.7
_HINT_CAP = timedelta(hours=1)
_BACKOFF_FROM = timedelta(minutes=15)
_LINE_RETRY = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)
_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Pace:
    """The shortest and the longest time between two polls of one feed."""

    shortest: timedelta = timedelta(minutes=2)
    longest: timedelta = timedelta(hours=6)

    def clamp(self, wish: timedelta) -> timedelta:
        """The nearest time that is allowed."""
        return min(max(wish, self.shortest), self.longest)


class Notice(StrEnum):
    """What the administrators of a feed hear, once."""

    BROKEN = "broken"
    BACK = "back"
    RETIRED = "retired"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a changed body told about its feed.

    Args:
        published: when recent items appeared, in any order; what is known of the feed, not only of this
            body, makes the better rhythm.
        ttl: how long the feed asks to be left alone (RSS ``ttl``, ``sy:updatePeriod``).
        skip_hours: hours of the day in UTC in which it has no news (RSS ``skipHours``).
        overflowed: items fell out of its window between two polls (`overflowed`).
    """

    published: Sequence[datetime] = ()
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    overflowed: bool = False


@dataclass(frozen=True, slots=True)
class Polled:
    """The outcome of a poll: what to remember, when to come back, what to tell."""

    state: PollState
    next_poll_at: datetime
    notice: Notice | None = None


def after_answer(
    state: PollState,
    fetched: Fetched,
    reading: Reading | None,
    *,
    now: datetime,
    pace: Pace,
    jitter: float,
    hot: bool = False,
) -> Polled:
    """After a poll that worked.

    Args:
        state: before the poll.
        fetched: the answer.
        reading: what the body said, None when it did not change.
        now: aware, UTC.
        pace: the bounds.
        jitter: random, 0 ≤ jitter < 1; spreads feeds that were polled together.
        hot: a story that this feed reports is developing: come back as soon as manners allow.
    """
    if reading is None:
        interval, skip_hours, alarm = _grown(state, pace), state.skip_hours, state.silent_after
    else:
        rhythm = Rhythm.of(reading.published, now)
        interval = _from_rhythm(state, fetched, reading, rhythm, now, pace)
        skip_hours, alarm = reading.skip_hours, rhythm.silent_after()
    known = PollState(
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        body_hash=fetched.body_hash,
        interval=interval,
        last_success_at=now,
        skip_hours=skip_hours,
        silent_after=alarm,
    )
    delay = min(interval, pace.clamp(_capped(fetched.max_age))) if hot else interval
    wanted = now + delay * (1 - _JITTER / 2 + _JITTER * jitter)
    return Polled(known, wanted if hot else _past_skipped(wanted, skip_hours), _good_news(state, alarm, now))


def _good_news(state: PollState, alarm: datetime | None, now: datetime) -> Notice | None:
    """What is told after a poll that worked. A silence is told once: by the first poll after its alarm."""
    if state.failures >= NOTICE_AFTER:
        return Notice.BACK
    fell_silent = alarm is not None and alarm < now and alarm >= (state.last_success_at or now)
    return Notice.SILENT if fell_silent else None


def after_failure(
    state: PollState,
    error: FeedError,
    *,
    now: datetime,
    pace: Pace,
    jitter: float,
    line_down: bool = False,
) -> Polled:
    """After a poll that failed. It is always tried again, except after 410.

    Args:
        state: before the poll.
        error: what went wrong.
        now: aware, UTC.
        pace: the bounds.
        jitter: random, 0 ≤ jitter < 1.
        line_down: our own line is the cause (`LineWatch.down`): the feed is not blamed.
    """
    if isinstance(error, FeedGone):
        retired = replace(state, failures=state.failures + 1, last_error=error.reason, retired=True)
        return Polled(retired, now + pace.longest, None if state.retired else Notice.RETIRED)
    asked = timedelta(seconds=error.retry_after or 0)
    if isinstance(error, FeedHeld):
        return Polled(state, now + _late(max(asked, pace.shortest), jitter))
    if line_down and _is_suspicious(error):
        retry = max(pace.shortest, min(state.interval, _LINE_RETRY))
        return Polled(state, now + _late(retry, jitter))
    failures = state.failures + 1
    wait = min(max(_backoff(state, failures, pace), asked), max(_LONGEST_WAIT, pace.longest))
    failed = replace(state, failures=failures, last_error=error.reason)
    notice = Notice.BROKEN if failures == NOTICE_AFTER else None
    return Polled(failed, now + _late(wait, jitter), notice)


def _grown(state: PollState, pace: Pace) -> timedelta:
    """Unchanged polls stretch the interval a little, so that it follows how long the feed is silent."""
    return pace.clamp(state.interval * _GROW)


def _from_rhythm(
    state: PollState, fetched: Fetched, reading: Reading, rhythm: Rhythm, now: datetime, pace: Pace
) -> timedelta:
    """From the feed's own rhythm, and never sooner than it asks, within reason."""
    gap = rhythm.typical_gap()
    if gap is None or rhythm.last is None:
        wish = state.interval * _SHRINK if state.last_success_at else state.interval
    else:
        wish = max(gap / _POLLS_PER_GAP, (now - rhythm.last) / _IDLE_PART)
    if reading.overflowed:
        return pace.clamp(max(min(wish, state.interval / 2), _capped(fetched.max_age)))
    return pace.clamp(max(wish, _capped(reading.ttl), _capped(fetched.max_age)))


def _capped(hint: timedelta | None) -> timedelta:
    """A publisher's wish; one of days is a mistake (seconds where minutes are meant) or a default."""
    return min(hint or timedelta(0), _HINT_CAP)


def _backoff(state: PollState, failures: int, pace: Pace) -> timedelta:
    start = max(pace.shortest, min(state.interval, _BACKOFF_FROM))
    doublings = min(failures - 1, math.ceil(math.log2(max(1.0, pace.longest / start))))
    return pace.clamp(start * 2**doublings)


def _late(wait: timedelta, jitter: float) -> timedelta:
    """A wait that is stretched, never shortened: what a publisher asked for is a minimum."""
    return wait * (1 + _JITTER * jitter)


def _past_skipped(at: datetime, skip_hours: frozenset[int]) -> datetime:
    """The moment itself, or one in the first minutes after the hours without news."""
    if at.hour not in skip_hours or len(skip_hours) >= 24:
        return at
    open_hours = (at + timedelta(hours=ahead) for ahead in range(1, 24))
    first = next(hour for hour in open_hours if hour.hour not in skip_hours)
    return first.replace(minute=at.minute // 6)


# --- our own line -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """How one poll of a tick ended. `failures` is the feed's count before it; `error` None is success."""

    domain: str
    failures: int
    error: FeedError | None


@dataclass(frozen=True, slots=True)
class LineWatch:
    """Tells our own line from the feeds' troubles: when everything fails at once, no feed is to blame.

    `silent` holds the domains that gave no usable answer since the last time any domain did. Those known
    to be broken prove nothing and stay out.
    """

    silent: frozenset[str] = frozenset()

    @property
    def down(self) -> bool:
        """Whether it is our own line."""
        return len(self.silent) >= _LINE_DOWN_AT

    def after(self, outcomes: Iterable[PollOutcome]) -> "LineWatch":
        """What is known after the polls of one tick."""
        silent = set(self.silent)
        for outcome in outcomes:
            if outcome.error is None or _is_answer(outcome.error):
                return LineWatch()
            if _is_suspicious(outcome.error) and outcome.failures < NOTICE_AFTER:
                silent.add(outcome.domain)
        return LineWatch(frozenset(silent))


def _is_suspicious(error: FeedError) -> bool:
    """No answer, or one that is no feed: a hotel's log-in page answers every address."""
    if isinstance(error, FeedHeld):
        return False
    return isinstance(error, FeedUnreadable) or (isinstance(error, FeedUnreachable) and error.status is None)


def _is_answer(error: FeedError) -> bool:
    return not (_is_suspicious(error) or isinstance(error, FeedHeld | FeedRefused))
