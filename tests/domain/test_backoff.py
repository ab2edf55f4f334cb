import pytest

from bot.domain.backoff import backoff


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0.2), (1, 0.4), (3, 1.6), (6, 10.0), (10_000, 10.0)])
def test_the_wait_doubles_with_each_failure_up_to_the_longest(failures: int, seconds: float) -> None:
    assert backoff(0.2, failures, 10.0) == pytest.approx(seconds)
