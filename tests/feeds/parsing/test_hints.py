"""What feeds say about polling them."""

from datetime import timedelta

import pytest

from bot.feeds.parsing.hints import minutes_of, skipped, syndication


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("15", timedelta(minutes=15)),
        (" 60 ", timedelta(hours=1)),
        ("0", None),
        ("-5", None),
        ("x", None),
        ("9" * 50, None),
        ("", None),
    ],
)
def test_ttl_is_minutes(value: str, expected: timedelta | None) -> None:
    assert minutes_of(value) == expected


@pytest.mark.parametrize(
    ("period", "frequency", "expected"),
    [
        ("hourly", "1", timedelta(hours=1)),
        ("Hourly", "4", timedelta(minutes=15)),
        ("daily", "", timedelta(days=1)),
        ("weekly", "0", timedelta(weeks=1)),
        ("sometimes", "2", None),
        ("", "", None),
    ],
)
def test_syndication_is_a_period_and_a_frequency(
    period: str, frequency: str, expected: timedelta | None
) -> None:
    assert syndication(period, frequency) == expected


def test_skipped_hours_are_hours_of_the_day() -> None:
    assert skipped(["0", " 1", "24", "x", "-2", "500"]) == {0, 1}
    assert skipped([str(hour) for hour in range(24)]) == frozenset()
