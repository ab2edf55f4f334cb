"""Token buckets: a burst, then a steady pace, for a limited number of clients."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.buckets import Buckets


def test_a_client_gets_its_burst_and_then_its_pace() -> None:
    buckets = Buckets(burst=3, per_second=2)
    assert [buckets.wait("a", 0) for _ in range(3)] == [0, 0, 0]
    assert buckets.wait("a", 0) == 0.5
    assert buckets.wait("b", 0) == 0
    assert buckets.wait("a", 0.5) == 0
    assert buckets.wait("a", 0.5) > 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 3)), max_size=80))
def test_no_client_ever_gets_more_than_burst_and_pace_allow(steps: list[tuple[str, float]]) -> None:
    buckets, now, granted = Buckets(burst=5, per_second=1), 0.0, {"a": 0, "b": 0}
    for client, passed in steps:
        now += passed
        granted[client] += buckets.wait(client, now) == 0
        assert granted[client] <= 5 + now + 1e-6


def test_the_pace_remembers_a_limited_number_of_clients() -> None:
    buckets = Buckets(burst=1, per_second=1, clients=10)
    for number in range(1000):
        buckets.wait(str(number), 0)
    assert len(buckets._buckets) == 10


def test_what_turned_out_not_to_count_is_given_back_up_to_the_burst() -> None:
    buckets = Buckets(burst=2, per_second=0.001)
    for _ in range(5):
        assert buckets.wait("anna", 0) == 0
        buckets.give_back("anna")
    buckets.give_back("anna")
    buckets.give_back("nobody")
    assert [buckets.wait("anna", 0) == 0 for _ in range(3)] == [True, True, False]


def test_a_clock_that_is_set_back_neither_fills_nor_empties() -> None:
    buckets = Buckets(burst=2, per_second=1)
    assert buckets.wait("anna", 1_000) == 0
    assert buckets.wait("anna", 0) == 0
    assert buckets.wait("anna", 0) == 1
