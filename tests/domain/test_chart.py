"""Charts before they are drawn: worded in the chat's language, with labels that fit, and bounded."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chart import LONGEST_TITLE, Chart, chart_from_json, daily_chart, described
from bot.domain.tongue import ENGLISH
from bot.errors import BadInput
from bot.services.tongues import tongue_of

FIRST = date(2026, 10, 24)


def test_a_chart_is_worded_in_the_chats_language() -> None:
    chart = daily_chart("NAVO", FIRST, [1, 4, 0], tongue_of("nl"))
    assert (chart.title, chart.note) == ("NAVO", "5 berichten in 3 dagen · berichten per dag")
    assert chart.ticks == ((0, "24 okt"), (1, "25 okt"), (2, "26 okt"))
    assert described(chart, tongue_of("nl")) == "NAVO: 5 berichten in 3 dagen. De meeste op 25 okt 2026: 4."


def test_one_report_is_counted_as_one() -> None:
    assert daily_chart("NATO", FIRST, [1, 0], ENGLISH).note.startswith("1 report in 2 days")


def test_without_reports_the_words_say_so() -> None:
    assert described(daily_chart("NATO", FIRST, [0, 0], ENGLISH), ENGLISH) == "NATO: no reports."


@given(days=st.integers(1, 366), label=st.text(max_size=300))
def test_labels_stay_few_and_end_with_the_last_day(days: int, label: str) -> None:
    chart = daily_chart(label, FIRST, [0] * days, ENGLISH)
    assert 1 <= len(chart.ticks) <= 5
    assert chart.ticks[-1][0] == days - 1
    assert len(chart.title) <= LONGEST_TITLE


@given(label=st.text(max_size=60), counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_a_chart_travels_unchanged(label: str, counts: list[int]) -> None:
    chart = daily_chart(label, FIRST, counts, ENGLISH)
    assert chart_from_json(chart.to_json()) == chart


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 100_000,
        Chart("", "", FIRST, (), ()).to_json(),
        Chart("", "", FIRST, (-1,), ()).to_json(),
        Chart("", "", FIRST, (0,) * 367, ()).to_json(),
        b'{"title": "a", "note": "b", "first": "x", "counts": [1], "ticks": []}',
        b'{"title": "a", "note": "b", "first": "2026-01-01", "counts": ["x"], "ticks": 3}',
    ],
)
def test_what_is_no_chart_is_refused(text: bytes) -> None:
    with pytest.raises(BadInput):
        chart_from_json(text)
