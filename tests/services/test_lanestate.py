"""What a pump remembers of its account: who waits, and when all do."""

from datetime import timedelta

from bot.domain.models import DeliveryState
from bot.domain.settling import Settlement
from bot.services.lanestate import LaneState
from tests.support.clock import NOON

SENT = Settlement(DeliveryState.SENT)
TROUBLE = Settlement(detail="503", not_before=NOON + timedelta(seconds=2), trouble=True)


def troubled(*chats: int) -> LaneState:
    state = LaneState()
    for chat in chats:
        state.learn(chat, TROUBLE, NOON, 0.0)
    return state


def test_one_chat_in_trouble_does_not_hold_up_the_others() -> None:
    state = troubled(1, 1, 1, 1)
    assert state.room(8, 0, 0.1) == 8
    assert state.waiting(0.1) == {1}


def test_three_chats_in_trouble_hold_the_account_and_one_message_goes_ahead() -> None:
    state = troubled(1, 2, 3)
    assert state.room(8, 0, 0.1) == 0
    assert state.room(8, 0, 1.0) == 1
    assert state.room(8, 1, 1.0) == 0


def test_holds_grow_while_the_platform_is_down_and_end_with_the_first_answer() -> None:
    state = troubled(1, 2, 3)
    state.learn(4, TROUBLE, NOON, 1.0)
    assert state.room(8, 0, 1.9) == 0
    assert state.room(8, 0, 2.1) == 1
    state.learn(5, SENT, NOON, 2.2)
    assert state.room(8, 0, 2.3) == 8
    state = troubled(*range(100))
    assert state.room(8, 0, 31.0) == 1


def test_what_the_platform_orders_holds_the_account_over_a_restart() -> None:
    ordered = Settlement(lane_until=NOON + timedelta(seconds=43_837), not_before=NOON)
    state = LaneState()
    assert state.learn(1, ordered, NOON, 0.0) is True
    again = LaneState()
    again.restore(NOON + timedelta(seconds=43_837), {}, NOON + timedelta(hours=1), 500.0)
    assert again.room(8, 0, 500.0 + 40_236) == 0
    assert again.room(8, 0, 500.0 + 40_238) == 1


def test_the_ledger_is_told_once_that_the_account_works_again() -> None:
    state = LaneState()
    assert state.learn(1, SENT, NOON, 0.0) is False
    state.learn(1, Settlement(lane_until=NOON + timedelta(seconds=5)), NOON, 0.0)
    assert state.learn(1, SENT, NOON, 6.0) is True
    assert state.learn(2, SENT, NOON, 7.0) is False


def test_the_next_change_is_the_first_wait_that_ends() -> None:
    state = troubled(1)
    state.paced(2, 1.5)
    assert state.next_change(1.0) == 0.5
    assert state.next_change(99.0) == float("inf")
