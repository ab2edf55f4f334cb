import pytest

from bot.chat.discord.limits import REFUSED_WINDOW, Limits
from bot.chat.discord.outcomes import Answer
from bot.domain.models import RetryAfter

ROUTE, OTHER = "POST 1", "POST 2"


def test_a_route_that_was_never_used_may_go() -> None:
    assert Limits().wait(ROUTE, 0.0) is None


def test_no_more_than_fifty_requests_start_in_a_second_whatever_they_are_for() -> None:
    limits = Limits()
    starts = [limits.start(now) for now in (100 + number / 1000 for number in range(160))]
    assert starts[49] == pytest.approx(100.049)
    assert all(later - earlier > 1.0 for earlier, later in zip(starts, starts[50:], strict=False))
    assert limits.start(110.0) == 110.0


def test_after_a_rest_requests_open_connections_and_may_arrive_late_so_the_next_window_waits() -> None:
    rested, warm = Limits(), Limits()
    for number in range(20):
        warm.start(97.0 + number / 1000)
    for limits in (rested, warm):
        for number in range(50):
            limits.start(100.0 + number / 100)
    assert [limits.start(100.5) for limits in (rested, warm)] == pytest.approx([101.12, 101.02])


def test_a_request_that_took_long_may_have_arrived_late_so_the_next_window_waits_for_it() -> None:
    limits = Limits()
    for number in range(20):
        limits.answered(limits.start(97.0 + number / 1000), 97.05 + number / 1000)
    starts = [limits.start(100.0) for _ in range(50)]
    for number, start in enumerate(starts):
        limits.answered(start, start + (0.45 if number < 49 else 0.05))
    assert limits.start(100.5) == pytest.approx(101.02)
    assert limits.start(100.5) == pytest.approx(101.42)


def test_an_exhausted_bucket_waits_until_it_resets_and_others_go_on() -> None:
    limits = Limits()
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "4.5"}
    limits.learn(ROUTE, Answer(200, {"id": "1"}, headers), 100.0)
    assert limits.wait(ROUTE, 101.5) == RetryAfter(3.0)
    assert limits.wait(OTHER, 101.5) is None
    assert limits.wait(ROUTE, 104.5) is None


def test_a_bucket_with_room_does_not_wait() -> None:
    limits = Limits()
    headers = {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset-After": "4.5"}
    limits.learn(ROUTE, Answer(200, {"id": "1"}, headers), 0.0)
    assert limits.wait(ROUTE, 0.0) is None


def test_a_429_of_a_route_holds_that_route() -> None:
    limits = Limits()
    limits.learn(ROUTE, Answer(429, {"retry_after": 2.5, "global": False}), 10.0)
    assert limits.wait(ROUTE, 10.5) == RetryAfter(2.0)
    assert limits.wait(OTHER, 10.5) is None


def test_a_global_429_holds_everything() -> None:
    limits = Limits()
    limits.learn(ROUTE, Answer(429, {"retry_after": 2.5, "global": True}), 10.0)
    assert limits.wait(OTHER, 10.5) == RetryAfter(2.0, whole_lane=True)
    assert limits.wait(OTHER, 12.5) is None


@pytest.mark.parametrize("reset", ["", "soon", "nan", "-3"])
def test_a_reset_that_is_not_a_time_does_not_hold(reset: str) -> None:
    limits = Limits()
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": reset}
    limits.learn(ROUTE, Answer(200, {"id": "1"}, headers), 10.0)
    assert limits.wait(ROUTE, 10.001) is None


def test_a_storm_of_refusals_stops_the_lane_before_discord_bans_the_address() -> None:
    limits = Limits(refused_allowed=3)
    for second in range(3):
        assert limits.wait(ROUTE, float(second)) is None
        limits.learn(ROUTE, Answer(403, {"code": 50013}), float(second))
    assert limits.wait(OTHER, 10.0) == RetryAfter(REFUSED_WINDOW - 10.0, whole_lane=True)
    assert limits.wait(OTHER, REFUSED_WINDOW + 0.5) is None


def test_a_refusal_by_a_shared_limit_is_not_held_against_us() -> None:
    limits = Limits(refused_allowed=1)
    limits.learn(ROUTE, Answer(429, {"retry_after": 0}, {"X-RateLimit-Scope": "shared"}), 0.0)
    assert limits.wait(OTHER, 0.1) is None


def test_what_is_remembered_does_not_grow_for_ever() -> None:
    limits = Limits()
    for channel in range(10_000):
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "1"}
        limits.learn(f"POST {channel}", Answer(200, {"id": "1"}, headers), channel * 0.01)
    assert len(limits._until) < 5_000
