"""Pacing: fast enough, and never faster than a platform allows, by the meters that enforce it in tests."""

import heapq
from collections import defaultdict

import pytest

from bot.domain.models import Address
from bot.domain.pacing import (
    DISCORD,
    TELEGRAM,
    TELEGRAM_PAID,
    UNLIMITED,
    Latency,
    Pacer,
    is_group,
    pace_of,
    place_of,
)
from tests.emulators.telegram.faults import Limits, Meter

PRIVATE = Address("telegram", "1001")
GROUP = Address("telegram", "-1001")


def starts(pacer: Pacer, address: Address, number: int, now: float = 0.0) -> list[float]:
    found = []
    for _ in range(number):
        now = pacer.reserve(address, now)
        found.append(now)
    return found


def test_one_chat_gets_one_message_a_second() -> None:
    first, second, third = starts(Pacer(TELEGRAM), PRIVATE, 3)
    assert first == 0
    assert 1.0 < second < 1.03
    assert 2.0 < third < 2.06


def test_a_group_gets_twenty_messages_a_minute() -> None:
    found = starts(Pacer(TELEGRAM), GROUP, 21)
    assert found[19] < 25
    assert 60 < found[20] < 62


def test_topics_of_one_telegram_group_share_its_pace_and_discord_threads_do_not() -> None:
    assert place_of(Address("telegram", "-1", "7")) == place_of(Address("telegram", "-1", "8"))
    assert place_of(Address("discord", "1", "7")) != place_of(Address("discord", "1", "8"))


@pytest.mark.parametrize(("chat", "group"), [("-100", True), ("@channel", True), ("100", False)])
def test_groups_and_channels_of_telegram_are_told_by_their_id(chat: str, group: bool) -> None:
    assert is_group(Address("telegram", chat)) is group


def test_discord_channels_have_no_limit_of_their_own_here_because_its_headers_tell() -> None:
    found = starts(Pacer(DISCORD), Address("discord", "5"), 10)
    assert found[-1] < 0.2


def test_our_own_web_chat_has_no_limits() -> None:
    assert pace_of("web") == UNLIMITED
    assert starts(Pacer(UNLIMITED), Address("web", "x"), 100)[-1] == 0


def test_paid_broadcast_lifts_the_limit_of_the_bot_and_not_that_of_a_group() -> None:
    assert pace_of("telegram", paid=True) == TELEGRAM_PAID
    pacer = Pacer(TELEGRAM_PAID)
    spread = [pacer.reserve(Address("telegram", str(number)), 0.0) for number in range(1000)]
    assert spread[-1] < 1.02
    assert starts(pacer, GROUP, 21)[20] > 60


def test_five_thousand_messages_to_three_hundred_chats_reach_97_percent_and_break_no_limit() -> None:
    """The decision alone, against the meter of the emulated Bot API, in its own time."""
    pacer, meter = Pacer(TELEGRAM), Meter(Limits())
    open_chats = [(0.0, number) for number in range(300)]
    owed = defaultdict(lambda: 17, dict.fromkeys(range(200, 300), 16))
    last = 0.0
    while open_chats:
        ready_at, number = heapq.heappop(open_chats)
        address = Address("telegram", str(number + 1))
        last = pacer.reserve(address, ready_at)
        assert meter.wait(number, group=False, now=last) == 0
        owed[number] -= 1
        if owed[number]:
            heapq.heappush(open_chats, (max(last, pacer.start(address, last)), number))
    assert 5_000 / last >= 0.97 * 30


def test_after_a_stall_the_rate_catches_up_without_passing_the_limit() -> None:
    pacer, meter = Pacer(TELEGRAM), Meter(Limits())
    now, sent = 0.0, 0
    while now < 60:
        now = pacer.reserve(Address("telegram", str(sent + 1)), now)
        assert meter.wait(sent, group=False, now=now) == 0
        sent += 1
        now += 0.005 if sent % 10 else 0.09  # the loop was busy for a moment
    assert sent / now >= 0.97 * 30


def test_idle_chats_are_forgotten() -> None:
    pacer = Pacer(TELEGRAM)
    for number in range(5_000):
        pacer.reserve(Address("telegram", str(number + 1)), number * 2.0)
    assert len(pacer) <= 1_024


def test_a_message_that_was_long_on_its_way_may_have_been_counted_late_so_the_next_window_waits() -> None:
    usual, slowed = Pacer(DISCORD), Pacer(DISCORD)
    first = [starts(pacer, Address("discord", "5"), 50)[0] for pacer in (usual, slowed)]
    slowed.late(first[1], 0.3)
    after = [pacer.reserve(Address("discord", "5"), 0.0) for pacer in (usual, slowed)]
    assert after[1] - after[0] == pytest.approx(0.28, abs=0.01)


def test_lateness_is_what_an_answer_took_longer_than_the_quickest() -> None:
    latency = Latency()
    assert latency.excess(0.1) == 0
    assert latency.excess(0.35) == pytest.approx(0.25)
    assert latency.excess(0.05) == 0
    assert latency.excess(0.1) == pytest.approx(0.05)
