"""What an answer of a platform means for a message and for its account: one table, decided purely.

The pump carries it out. Sources of the answers are the tables of each platform (`bot.chat.*.outcomes`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.backoff import backoff
from bot.domain.manner import LostAnswer
from bot.domain.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Gone,
    LaneDown,
    Malformed,
    Moved,
    Outcome,
    RetryAfter,
    Sent,
    Transient,
    Unknown,
    Vanished,
)

BACKOFF_CAP = timedelta(minutes=10)
LANE_DOWN_PAUSE = timedelta(minutes=1)
SKIPPED = "its answer was lost; not sent again, as this chat wishes"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a message after a try.

    Args:
        state: how it is closed; None when it returns for another try.
        detail: why, for the books.
        message_id: what the platform calls it.
        not_before: when the next try is; its chat waits as long, so that order is kept.
        counted: whether the try says something about the message.
        lost_answers: 1 when it may have been sent without our knowing.
        pause: why its chat is closed to us.
        move_to: its chat's new id.
        lane_until: until when the whole account waits.
        trouble: the platform did not answer as it should, which may be true for all chats.
        alarm: what the people who run the bot have to know.
    """

    state: DeliveryState | None = None
    detail: str = ""
    message_id: str | None = None
    not_before: datetime | None = None
    counted: bool = True
    lost_answers: int = 0
    pause: str = ""
    move_to: str = ""
    lane_until: datetime | None = None
    trouble: bool = False
    alarm: str = ""


def settle(delivery: Delivery, outcome: Outcome, now: datetime, *, keyed: bool, spread: float) -> Settlement:
    """Decide what an outcome means.

    Args:
        delivery: the message, with this try in its `attempts`.
        outcome: the platform's answer.
        now: the time of the answer.
        keyed: whether the platform honours idempotency keys.
        spread: 0..1, drawn anew for each decision; spreads retries over time.
    """
    match outcome:
        case Sent(message_id, note):
            return Settlement(DeliveryState.SENT, note, message_id=message_id)
        case Vanished(reason):
            return Settlement(DeliveryState.DROPPED, reason)
        case Malformed(reason):
            return Settlement(DeliveryState.FAILED, reason, alarm=f"refused by the platform: {reason}")
        case Gone(reason):
            return Settlement(detail=reason, pause=reason, counted=False)
        case Moved(chat):
            return Settlement(detail="the chat moved", move_to=chat, counted=False)
        case RetryAfter(seconds, whole_lane):
            until = now + timedelta(seconds=seconds)
            return Settlement(
                detail=f"asked to wait {seconds:g} s",
                not_before=until,
                counted=False,
                lane_until=until if whole_lane else None,
            )
        case LaneDown(reason):
            until = now + LANE_DOWN_PAUSE
            alarm = f"the account is refused, nothing is sent and everything is kept: {reason}"
            return Settlement(detail=reason, not_before=until, counted=False, lane_until=until, alarm=alarm)
        case Transient(reason):
            return Settlement(detail=reason, not_before=_later(delivery, now, spread), trouble=True)
        case Unknown(reason):
            return _unknown(delivery, reason, _later(delivery, now, spread), keyed)


def cut_off(delivery: Delivery, *, keyed: bool) -> Settlement:
    """What becomes of a message that was under way when the process died."""
    if _is_safe(delivery, keyed):
        return Settlement(detail="cut off by a restart; sent again", counted=False, lost_answers=1)
    return Settlement(DeliveryState.DROPPED, f"cut off by a restart: {SKIPPED}", lost_answers=1)


def _unknown(delivery: Delivery, reason: str, again: datetime, keyed: bool) -> Settlement:
    if _is_safe(delivery, keyed):
        return Settlement(detail=reason, not_before=again, lost_answers=1, trouble=True)
    return Settlement(DeliveryState.DROPPED, f"{reason}: {SKIPPED}", lost_answers=1, trouble=True)


def _is_safe(delivery: Delivery, keyed: bool) -> bool:
    """Whether it may be sent again: it cannot double, or its chat rather reads it twice than never."""
    is_edit = delivery.kind is DeliveryKind.UPDATE
    return keyed or is_edit or delivery.lost_answer is LostAnswer.RESEND


def _later(delivery: Delivery, now: datetime, spread: float) -> datetime:
    delay = timedelta(seconds=backoff(1.0, delivery.attempts, BACKOFF_CAP.total_seconds()))
    return now + delay * (0.5 + spread)
