"""What people write of how they want to be told."""

from contextlib import suppress
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.manner import PLAIN, Manner
from bot.domain.mannerwords import read_digest, read_limit, read_quiet, read_span, read_time, split_span
from bot.errors import CommandError


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("23:00-07:00", time(23), time(7)),
        ("23-7", time(23), time(7)),
        ("22.30 tot 6.45", time(22, 30), time(6, 45)),
        ("9 – 17", time(9), time(17)),
        ("22:00-24", time(22), time(0)),
    ],
)
def test_quiet_hours_are_read_as_people_write_them(text: str, begin: time, end: time) -> None:
    manner, zone = read_quiet(text, PLAIN)
    assert (manner.quiet_from, manner.quiet_until, zone) == (begin, end, None)


def test_behind_the_hours_stand_a_number_for_breaking_news_and_a_timezone() -> None:
    manner, zone = read_quiet("23:00-07:00 breaking 5 europe/london", PLAIN)
    assert (manner.breaking, zone) == (5, "Europe/London")
    assert read_quiet("23-7 breaking never", PLAIN)[0].breaking == 0


@pytest.mark.parametrize("off", ["off", "uit", "geen"])
def test_quiet_hours_can_be_taken_away(off: str) -> None:
    quiet = Manner(quiet_from=time(1), quiet_until=time(2))
    assert read_quiet(off, quiet)[0] == PLAIN


@pytest.mark.parametrize("text", ["", "nacht", "25-7", "23:00-07:00 soon", "23-7 breaking veel", "12:75-13"])
def test_hours_that_cannot_be_read_are_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(CommandError):
        read_quiet(text, PLAIN)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("08:00", Manner(digest_times=(time(8),))),
        ("18:00, 8:00", Manner(digest_times=(time(8), time(18)))),
        ("weekly sun 18:00", Manner(digest_times=(time(18),), digest_day=6)),
        ("zondag om 18:00 alleen", Manner(digest_times=(time(18),), digest_day=6, digest_only=True)),
        ("off", PLAIN),
    ],
)
def test_digests_are_read_as_people_write_them(text: str, wanted: Manner) -> None:
    assert read_digest(text, PLAIN) == wanted


@pytest.mark.parametrize("text", ["only", "weekly 18:00", "soon", "1 2 3 4 5 6 7"])
def test_digests_without_a_time_or_day_are_refused(text: str) -> None:
    with pytest.raises(CommandError):
        read_digest(text, PLAIN)


def test_a_limit_is_a_number_or_off() -> None:
    assert read_limit("12", PLAIN).hourly_cap == 12
    assert read_limit("off", Manner(hourly_cap=3)).hourly_cap == 0
    with pytest.raises(CommandError):
        read_limit("-3", PLAIN)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3 hours", timedelta(hours=3)),
        ("2d", timedelta(days=2)),
        ("1 week", timedelta(weeks=1)),
        ("90 min", timedelta(minutes=90)),
        ("4 uur", timedelta(hours=4)),
    ],
)
def test_spans_of_time(text: str, span: timedelta) -> None:
    assert read_span(text) == span


@pytest.mark.parametrize("text", ["", "0 h", "400 days", "soon", "9999 w"])
def test_spans_that_are_none_or_too_long_are_refused(text: str) -> None:
    with pytest.raises(CommandError):
        read_span(text)


def test_a_span_at_the_end_is_split_from_what_it_is_about() -> None:
    assert split_span("nato 3 days") == ("nato", timedelta(days=3))
    assert split_span("nato") == ("nato", None)
    assert split_span("https://x.example/a2d 8h") == ("https://x.example/a2d", timedelta(hours=8))
    assert split_span("https://x.example/a2d") == ("https://x.example/a2d", None)


@given(st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for read in (lambda: read_quiet(text, PLAIN), lambda: read_digest(text, PLAIN), lambda: read_time(text)):
        with suppress(CommandError):
            read()
    with suppress(CommandError):
        split_span(text)
