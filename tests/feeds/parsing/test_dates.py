"""Dates as feeds write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parsing.dates import read_date

TEN = datetime(2025, 3, 3, 10, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 03 Mar 2025 10:15:30 GMT",
        "Mon, 03 Mar 2025 10:15:30 +0000",
        "Mon, 3 Mar 2025 11:15:30 +0100",
        "Mon, 03 Mar 2025 11:15:30 +01:00",
        "Mon, 03 Mar 2025 11:15:30 CET",
        "Mon, 03 Mar 2025 05:15:30 EST",
        "Mon, 03 Mar 2025 10:15:30",
        "Monday, 03 March 2025 10:15:30 UT",
        "03 Mar 2025 10:15:30 Z",
        "ma, 03 mrt 2025 11:15:30 +0100",
        "maandag 3 maart 2025 10:15:30",
        "2025-03-03T10:15:30Z",
        "2025-03-03T10:15:30.123456Z",
        "2025-03-03T11:15:30+01:00",
        "2025-03-03T11:15:30+0100",
        "2025-03-03 10:15:30",
        "2025-03-03 10:15:30 UTC",
        "2025-03-03T10:15:30",
        "Mon Mar 03 10:15:30 2025",
        "20250303T10:15:30Z",
        "  Mon, 03 Mar 2025 10:15:30 GMT\n",
    ],
)
def test_one_moment_in_many_forms(value: str) -> None:
    assert read_date(value) == TEN


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Wed, 16 Jul 2025 12:00:00 CEST", datetime(2025, 7, 16, 10, tzinfo=UTC)),
        ("Wed, 16 Jul 2025 12:00:00 BST", datetime(2025, 7, 16, 11, tzinfo=UTC)),
        ("2025-03-03", datetime(2025, 3, 3, tzinfo=UTC)),
        ("Thu, 31 Dec 2099 23:59:60 GMT", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Sat, 01 Jan 0001 00:00:00 GMT", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_zones_days_and_odd_years(value: str, expected: datetime) -> None:
    assert read_date(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        "yesterday",
        "Mon, 32 Foo 2025",
        "0001-01-01T00:00:00+23:00",
        "9" * 5000,
        "00/00/0000",
        "-",
    ],
)
def test_what_is_no_date_is_none(value: str | None) -> None:
    assert read_date(value) is None


@given(st.text(alphabet="0123456789-:+TZ ,JanuryMoGMT./", max_size=40))
def test_whatever_is_read_is_aware_and_in_utc(value: str) -> None:
    moment = read_date(value)
    assert moment is None or moment.tzinfo is UTC
