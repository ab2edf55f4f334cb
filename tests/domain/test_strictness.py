"""The three steps of how much a story must be about what is asked for."""

import pytest

from bot.domain.strictness import EVERY, step_of, steps, stricter


@pytest.mark.parametrize("usual", [0.0, 0.1, 0.25, 0.5, 0.8, 1.0])
def test_the_steps_grow_whatever_the_usual_one_is(usual: float) -> None:
    low, middle, high = steps(usual)
    assert EVERY == low < middle < high <= 1


def test_stricter_goes_up_one_step_and_ends() -> None:
    assert stricter(0.0, 0.25) == 0.25
    assert stricter(0.25, 0.25) == 0.5
    assert stricter(0.3, 0.25) == 0.5
    assert stricter(0.5, 0.25) is None
    assert stricter(0.9, 0.25) is None


def test_a_threshold_of_ones_own_counts_as_the_nearest_step() -> None:
    assert [step_of(each, 0.25) for each in (0.0, 0.1, 0.2, 0.3, 0.45, 1.0)] == [0, 0, 1, 1, 2, 2]
