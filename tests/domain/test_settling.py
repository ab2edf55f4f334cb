"""The table: what each answer of a platform means for a message."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.manner import LostAnswer
from bot.domain.models import (
    Address,
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
from bot.domain.settling import BACKOFF_CAP, Settlement, cut_off, settle
from tests.support.clock import NOON

ALERT = Delivery(7, "lane", 1, Address("telegram", "5"), DeliveryKind.ALERT, 3, 10, 1, NOON)
SKIPPING = replace(ALERT, lost_answer=LostAnswer.SKIP)


def settled(outcome: Outcome, delivery: Delivery = ALERT, *, keyed: bool = False) -> Settlement:
    return settle(delivery, outcome, NOON, keyed=keyed, spread=0.5)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Sent("m1"), DeliveryState.SENT),
        (Vanished("gone"), DeliveryState.DROPPED),
        (Malformed("bad"), DeliveryState.FAILED),
        (Gone("blocked"), None),
        (Moved("9"), None),
        (RetryAfter(30), None),
        (Transient("503"), None),
        (Unknown("timeout"), None),
        (LaneDown("401"), None),
    ],
)
def test_every_outcome_closes_a_message_or_keeps_it(outcome: Outcome, state: DeliveryState | None) -> None:
    assert settled(outcome).state == state


def test_the_platform_is_obeyed_to_the_second() -> None:
    assert settled(RetryAfter(43_837)).not_before == NOON + timedelta(seconds=43_837)
    assert settled(RetryAfter(43_837)).lane_until is None
    assert settled(RetryAfter(5, whole_lane=True)).lane_until == NOON + timedelta(seconds=5)


def test_what_says_nothing_about_the_message_is_not_counted_as_a_try() -> None:
    assert not settled(RetryAfter(1)).counted
    assert not settled(Gone("kicked")).counted
    assert not settled(LaneDown("401")).counted
    assert settled(Transient("500")).counted


def test_backoff_doubles_to_a_cap() -> None:
    waits = [settled(Transient("x"), replace(ALERT, attempts=tries)).not_before for tries in (1, 2, 3, 50)]
    seconds = [(wait - NOON).total_seconds() for wait in waits if wait]
    assert seconds == [2, 4, 8, BACKOFF_CAP.total_seconds()]


@pytest.mark.parametrize("keyed", [True, False])
def test_a_lost_answer_is_sent_again_and_counted(keyed: bool) -> None:
    again = settled(Unknown("reset"), keyed=keyed)
    assert (again.state, again.lost_answers) == (None, 1)
    assert cut_off(ALERT, keyed=keyed).lost_answers == 1


def test_a_chat_that_rather_misses_one_than_reads_it_twice_is_obeyed_where_there_are_no_keys() -> None:
    assert settled(Unknown("reset"), SKIPPING).state is DeliveryState.DROPPED
    assert cut_off(SKIPPING, keyed=False).state is DeliveryState.DROPPED
    assert settled(Unknown("reset"), SKIPPING, keyed=True).state is None
    assert cut_off(SKIPPING, keyed=True).state is None


def test_an_edit_whose_answer_was_lost_is_repeated_because_it_cannot_double() -> None:
    edit = replace(SKIPPING, kind=DeliveryKind.UPDATE)
    assert settled(Unknown("reset"), edit).state is None
    assert cut_off(edit, keyed=False).state is None


def test_a_revoked_token_holds_the_account_and_raises_an_alarm() -> None:
    found = settled(LaneDown("the token was revoked"))
    assert found.lane_until == NOON + timedelta(minutes=1)
    assert "revoked" in found.alarm


def test_what_fails_for_good_raises_an_alarm() -> None:
    assert "can't parse" in settled(Malformed("can't parse")).alarm
