"""Quiet hours, digests and caps: when a chat is told."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.manner import PLAIN, LostAnswer, Manner, from_stored, to_stored
from bot.domain.models import Address, Delivery, DeliveryKind, Priority
from bot.domain.quiet import Gather, last_digest, next_digest, postponed, quiet_until, telling

HERE = "Europe/Amsterdam"
NIGHT = Manner(quiet_from=time(23), quiet_until=time(7))


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_without_wishes_a_chat_is_told_at_once() -> None:
    assert telling(PLAIN, HERE, 1, 0, at(3)).not_before is None


@pytest.mark.parametrize(
    ("now", "end"), [(at(22, 30), at(6, day=3)), (at(5, 59), at(6)), (at(6), None), (at(21, 59), None)]
)
def test_quiet_hours_go_over_midnight_in_the_chats_own_zone(now: datetime, end: datetime | None) -> None:
    assert quiet_until(NIGHT, HERE, now) == end


def test_quiet_hours_within_a_day() -> None:
    lesson = Manner(quiet_from=time(9), quiet_until=time(12))
    assert quiet_until(lesson, HERE, at(8, 30)) == at(11)
    assert quiet_until(lesson, HERE, at(20)) is None


def test_on_the_night_to_summer_time_the_quiet_ends_at_seven_by_the_clock_on_the_wall() -> None:
    assert quiet_until(NIGHT, HERE, datetime(2026, 3, 28, 23, 0, tzinfo=UTC)) == datetime(
        2026, 3, 29, 5, 0, tzinfo=UTC
    )


def test_in_quiet_hours_an_alert_waits_for_their_end_with_the_others() -> None:
    found = telling(NIGHT, HERE, 1, 0, at(3))
    assert (found.not_before, found.gather) == (at(6), Gather.QUIET)


def test_enough_independent_owners_break_the_quiet() -> None:
    assert telling(NIGHT, HERE, 2, 0, at(3)).priority == Priority.ALERT
    assert telling(NIGHT, HERE, 3, 0, at(3)) == telling(PLAIN, HERE, 3, 0, at(12))
    assert telling(NIGHT, HERE, 3, 0, at(3)).priority == Priority.BREAKING


def test_a_chat_may_forbid_every_break_of_its_quiet() -> None:
    never = Manner(quiet_from=time(23), quiet_until=time(7), breaking=0)
    assert telling(never, HERE, 9, 0, at(3)).not_before == at(6)


def test_digests_come_daily_at_the_chosen_times() -> None:
    twice = Manner(digest_times=(time(8), time(18)))
    assert next_digest(twice, HERE, at(8)) == at(17)
    assert next_digest(twice, HERE, at(17)) == at(7, day=3)
    assert last_digest(twice, HERE, at(17)) == at(17)
    assert last_digest(twice, HERE, at(16, 59)) == at(7)


def test_digests_come_weekly_on_the_chosen_day() -> None:
    weekly = Manner(digest_times=(time(18),), digest_day=6)
    assert next_digest(weekly, HERE, at(12)) == at(17, day=8)
    assert last_digest(weekly, HERE, at(12)) == at(17, day=1)


def test_a_chat_without_digests_has_none() -> None:
    assert next_digest(PLAIN, HERE, at(12)) is None
    assert last_digest(PLAIN, HERE, at(12)) is None


def test_a_chat_that_wants_digests_only_waits_for_them() -> None:
    found = telling(Manner(digest_times=(time(18),), digest_only=True), HERE, 1, 0, at(12))
    assert (found.not_before, found.gather) == (at(17), Gather.DIGEST)


def test_above_the_cap_a_story_waits_for_a_digest() -> None:
    capped = Manner(hourly_cap=5)
    assert telling(capped, HERE, 1, 4, at(12)).not_before is None
    found = telling(capped, HERE, 1, 5, at(12))
    assert (found.not_before, found.gather) == (at(12) + timedelta(hours=1), Gather.DIGEST)


@pytest.mark.parametrize(
    "manner",
    [
        PLAIN,
        NIGHT,
        Manner(breaking=0, digest_times=(time(8), time(18, 30)), digest_day=0, digest_only=True),
        Manner(hourly_cap=3, lost_answer=LostAnswer.SKIP),
    ],
)
def test_wishes_come_back_as_they_were_stored(manner: Manner) -> None:
    assert from_stored(to_stored(manner)) == manner


def test_a_chat_without_wishes_stores_nothing() -> None:
    assert to_stored(PLAIN) == {}


def waiting(manner: Manner, **changed: Any) -> Delivery:
    made = Delivery(
        id=1,
        lane="paper:1",
        chat_id=1,
        address=Address("paper", "anna"),
        kind=DeliveryKind.ALERT,
        story_id=1,
        priority=Priority.ALERT,
        attempts=0,
        created_at=LATE,
        manner=manner,
        timezone="Europe/Amsterdam",
    )
    return replace(made, **changed)


LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def test_an_alert_whose_chat_has_quiet_hours_by_now_waits_for_their_end() -> None:
    how = postponed(waiting(NIGHT), LATE)
    assert how is not None
    assert (how.gather, how.not_before) == (Gather.QUIET, datetime(2026, 3, 3, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    "changed",
    [
        {"priority": Priority.BREAKING},
        {"kind": DeliveryKind.NOTICE, "payload": "{}"},
        {"kind": DeliveryKind.UPDATE, "priority": Priority.UPDATE},
        {"kind": DeliveryKind.DIGEST, "payload": "{}", "priority": Priority.DIGEST},
        {"lost_answers": 1},
        {"manner": Manner()},
    ],
)
def test_what_does_not_wait_for_the_end_of_quiet_hours(changed: dict[str, Any]) -> None:
    assert postponed(waiting(**{"manner": NIGHT} | changed), LATE) is None


def test_alerts_folded_into_one_message_wait_for_the_end_of_quiet_hours_too() -> None:
    digest = waiting(NIGHT, kind=DeliveryKind.DIGEST, priority=Priority.DIGEST, gather="burst")
    assert postponed(digest, LATE) is not None


def test_who_wants_digests_only_by_now_gets_what_waits_in_the_next_one() -> None:
    how = postponed(waiting(Manner(digest_times=(time(8),), digest_only=True)), LATE)
    assert how is not None
    assert (how.gather, how.not_before) == (Gather.DIGEST, datetime(2026, 3, 3, 7, tzinfo=UTC))
