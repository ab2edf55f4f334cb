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
        "25-03-2025 10:15:30",
        "25-3-2025, 10:15:30",
        "25.03.2025 10.15.30 uur",
        "25/03/2025 10:15:30",
        "03/25/2025 10:15:30 AM",
        "2025/03/25 10:15:30",
        "2025.03.25 10:15:30",
        "25 maart 2025 om 10:15:30",
        "di 25 maart 2025, 10.15.30 uur",
        "25th March 2025 10:15:30",
        "Tue,25 Mar 2025 10:15:30 +0000",
        "March 25, 2025 at 6:15:30am EDT",
        "Tuesday, March 25, 2025 10:15:30 AM",
        "Tue Mar 25 2025 12:15:30 GMT+0200 (Central European Summer Time)",
        "Tue, 25 Mar 2025 12:15:30 UTC+02:00",
        "Tue, 25 Mar 2025 12:15:30 GMT+2",
        "Tue, 25 Mar 2025 8:15:30 PM +10",
        "20250325T101530Z",
        "20250325121530+0200",
        "1742897730",
        "1742897730123",
        "1742897730.25",
    ],
)
def test_forms_that_no_standard_knows_mean_what_their_writer_means(value: str) -> None:
    assert read_date(value) == datetime(2025, 3, 25, 10, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", ["4 mei 2026", "04-05-2026", "May 4, 2026", "2026/5/4", "04.05.2026"])
def test_a_day_without_a_time_begins_at_midnight(value: str) -> None:
    assert read_date(value) == datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "04/05/2026",
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
