"""When a chat is told: at once, after its quiet hours, or in its next digest.

Pure. Moments are aware and in UTC; a chat's own times are read in its timezone, over changes to and from
summer time.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.manner import Manner
from bot.domain.models import Delivery, DeliveryKind, Priority

BREAKING_OWNERS = 3
"""Independent owners that make a story breaking news for chats that chose no number of their own."""

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Gather(StrEnum):
    """Why a message waits to be told together with others; "" for a message of its own."""

    NONE = ""
    QUIET = "quiet"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Telling:
    """When and how urgently. `not_before` is None for at once; `why` says what it waits for."""

    priority: int
    not_before: datetime | None = None
    gather: Gather = Gather.NONE
    why: str = ""


def telling(manner: Manner, timezone: str, owners: int, told_last_hour: int, now: datetime) -> Telling:
    """When to tell a chat of a story.

    Args:
        manner: how it wants to be told.
        timezone: of the chat, as ``Europe/Amsterdam``.
        owners: how many independent owners report the story.
        told_last_hour: how many alerts the chat was owed in the last hour.
        now: the time of the decision.
    """
    if is_breaking(manner, owners):
        return Telling(Priority.BREAKING)
    if manner.digest_only and (moment := next_digest(manner, timezone, now)):
        return Telling(Priority.DIGEST, moment, Gather.DIGEST, "waits for the digest")
    if moment := quiet_until(manner, timezone, now):
        return Telling(Priority.ALERT, moment, Gather.QUIET, "waits for the end of the quiet hours")
    if manner.hourly_cap and told_last_hour >= manner.hourly_cap:
        moment = next_digest(manner, timezone, now) or now + HOUR
        why = f"more than {manner.hourly_cap} alerts in an hour: waits for a digest"
        return Telling(Priority.DIGEST, moment, Gather.DIGEST, why)
    return Telling(Priority.ALERT)


def postponed(delivery: Delivery, now: datetime) -> Telling | None:
    """What a message that was to go now waits for after all, by its chat's wishes of now; None for nothing.

    Breaking news waits for nothing, nor does an answer, a notice, an edit or a digest at its time. What
    may have arrived already has to be settled while its idempotency key is still known.
    """
    alert = delivery.kind is DeliveryKind.ALERT
    fold = delivery.kind is DeliveryKind.DIGEST and delivery.payload is None
    if delivery.priority <= Priority.BREAKING or delivery.lost_answers or not (alert or fold):
        return None
    how = telling(replace(delivery.manner, breaking=0, hourly_cap=0), delivery.timezone, 0, 0, now)
    return how if how.gather is Gather.QUIET or (alert and how.gather) else None


def is_breaking(manner: Manner, owners: int) -> bool:
    """Whether so many independent owners make a story break through everything else."""
    return manner.breaking > 0 and owners >= manner.breaking


def quiet_until(manner: Manner, timezone: str, now: datetime) -> datetime | None:
    """When the quiet hours end; None outside them."""
    begin, end = manner.quiet_from, manner.quiet_until
    if begin is None or end is None or begin == end:
        return None
    here = now.astimezone(ZoneInfo(timezone))
    clock = here.time()
    over_midnight = begin > end
    quiet = (clock >= begin or clock < end) if over_midnight else begin <= clock < end
    if not quiet:
        return None
    day = here.date() + DAY if over_midnight and clock >= begin else here.date()
    return _moment(day, end, timezone)


def next_digest(manner: Manner, timezone: str, now: datetime) -> datetime | None:
    """The chat's first digest after now; None when it has none."""
    slots = _slots(manner, timezone, now)
    return min((slot for slot in slots if slot > now), default=None)


def last_digest(manner: Manner, timezone: str, now: datetime) -> datetime | None:
    """The chat's latest digest that is due now or was; None when it has none."""
    slots = _slots(manner, timezone, now)
    return max((slot for slot in slots if slot <= now), default=None)


def _slots(manner: Manner, timezone: str, now: datetime) -> list[datetime]:
    """The digests of the eight days before and after now."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    days = [today + timedelta(days=offset) for offset in range(-8, 9)]
    return [
        _moment(day, at, timezone)
        for day in days
        if manner.digest_day is None or day.weekday() == manner.digest_day
        for at in manner.digest_times
    ]


def _moment(day: date, at: time, timezone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(timezone)).astimezone(UTC)
