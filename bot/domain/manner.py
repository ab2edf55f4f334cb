"""How a chat wants to be told: quiet hours, digests, caps. Values only; `quiet` decides with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any


class LostAnswer(StrEnum):
    """What to do when a platform without idempotency keys took a message, or perhaps did not."""

    RESEND = "resend"
    SKIP = "skip"


class Preview(StrEnum):
    """What stands under an alert: the article's picture, its page as the platform previews it, or nothing."""

    PICTURE = "picture"
    PAGE = "page"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Manner:
    """A chat's wishes. Times are the chat's own local times.

    Args:
        quiet_from: begin of the quiet hours; None for none.
        quiet_until: their end, on the next day when it is not after the begin.
        breaking: independent owners that make a story break the quiet; 0 for never.
        digest_times: when the digest comes.
        digest_day: 0..6, Monday first, for a weekly digest; None for a daily one.
        digest_only: stories come in the digest instead of as alerts.
        hourly_cap: alerts an hour, above which stories wait for a digest; 0 for no cap.
        lost_answer: what to do with a message whose answer was lost.
        silent: alerts make no sound, except of breaking news.
        preview: what stands under an alert.
    """

    quiet_from: time | None = None
    quiet_until: time | None = None
    breaking: int = 3
    digest_times: tuple[time, ...] = ()
    digest_day: int | None = None
    digest_only: bool = False
    hourly_cap: int = 0
    lost_answer: LostAnswer = LostAnswer.RESEND
    silent: bool = False
    preview: Preview = Preview.PICTURE


PLAIN = Manner()


def to_stored(manner: Manner) -> dict[str, Any]:
    """As JSON-ready values, without what is at its default."""
    values = {
        "quiet": [_clock(manner.quiet_from), _clock(manner.quiet_until)]
        if manner.quiet_from is not None and manner.quiet_until is not None
        else None,
        "breaking": manner.breaking if manner.breaking != PLAIN.breaking else None,
        "digest_times": [_clock(each) for each in manner.digest_times] or None,
        "digest_day": manner.digest_day,
        "digest_only": manner.digest_only or None,
        "hourly_cap": manner.hourly_cap or None,
        "lost_answer": str(manner.lost_answer) if manner.lost_answer is not PLAIN.lost_answer else None,
        "silent": manner.silent or None,
        "preview": str(manner.preview) if manner.preview is not PLAIN.preview else None,
    }
    return {key: value for key, value in values.items() if value is not None}


def from_stored(stored: Mapping[str, Any] | None) -> Manner:
    """What `to_stored` wrote."""
    if not stored:
        return PLAIN
    quiet = stored.get("quiet") or [None, None]
    return Manner(
        quiet_from=time.fromisoformat(quiet[0]) if quiet[0] else None,
        quiet_until=time.fromisoformat(quiet[1]) if quiet[1] else None,
        breaking=int(stored.get("breaking", PLAIN.breaking)),
        digest_times=tuple(time.fromisoformat(each) for each in stored.get("digest_times", ())),
        digest_day=stored.get("digest_day"),
        digest_only=bool(stored.get("digest_only", False)),
        hourly_cap=int(stored.get("hourly_cap", 0)),
        lost_answer=LostAnswer(stored.get("lost_answer", LostAnswer.RESEND)),
        silent=bool(stored.get("silent", False)),
        preview=Preview(stored.get("preview", Preview.PICTURE)),
    )


def _clock(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None
