"""A feed's own rhythm."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.rhythm import Rhythm, overflowed

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def back(*hours: float) -> list[datetime]:
    return [NOW - HOUR * ago for ago in hours]


def rhythm(*hours: float) -> Rhythm:
    return Rhythm.of(back(*hours), NOW)


def test_the_gap_is_the_median_whatever_the_order() -> None:
    assert rhythm(0, 1, 9, 2, 3).typical_gap() == HOUR


def test_a_batch_counts_as_one_moment() -> None:
    assert rhythm(0, 0, 0, 24, 24, 48, 72, 72).typical_gap() == 24 * HOUR


def test_dates_in_the_future_do_not_count() -> None:
    assert rhythm(-500, -100, 0, 2, 4, 6).typical_gap() == 2 * HOUR


def test_only_recent_items_count() -> None:
    assert rhythm(*range(30), *range(1000, 9000, 100)).typical_gap() == HOUR


@pytest.mark.parametrize("hours", [(), (1,), (1, 1, 1, 1), (-1, -2, -3, -4, -5)])
def test_too_little_gives_no_rhythm(hours: tuple[int, ...]) -> None:
    found = rhythm(*hours)
    assert found.typical_gap() is None
    assert found.silence_limit() is None
    assert found.silent_after() is None


def test_the_newest_item_that_is_no_promise_is_the_last() -> None:
    assert rhythm(3, -2, 1).last == NOW - HOUR
    assert rhythm(-2).last is None


def test_a_feed_may_be_silent_for_twice_its_longest_pause() -> None:
    assert rhythm(*(24 * 7 * week for week in range(10))).silence_limit() == timedelta(days=14)


def test_one_night_is_no_alarm_for_a_feed_whose_nights_are_unknown() -> None:
    busy_day = rhythm(*(1 + step / 4 for step in range(40)))
    assert busy_day.silence_limit() == timedelta(hours=12)
    assert busy_day.silent_after() == NOW + 11 * HOUR


def test_it_is_known_beforehand_when_a_silence_becomes_an_alarm() -> None:
    assert rhythm(*range(12)).silent_after() == NOW + 12 * HOUR
    assert rhythm(*range(3)).silent_after() is None


def test_windows_that_share_no_item_overflowed() -> None:
    assert overflowed(new=back(1, 2, 3), known=[], newest_before=NOW - 4 * HOUR)


def test_windows_that_share_items_did_not_overflow() -> None:
    assert not overflowed(new=back(1, 2), known=back(4, 5, 6), newest_before=NOW - 4 * HOUR)


def test_a_pinned_item_proves_no_overlap() -> None:
    assert overflowed(new=back(1, 2, 3), known=back(900), newest_before=NOW - 4 * HOUR)


def test_more_than_two_known_items_are_not_pinned_but_overlap() -> None:
    """The newest of before was taken offline; the others still stand in the window."""
    assert not overflowed(new=back(1, 2, 3), known=back(5, 6, 7), newest_before=NOW - 4 * HOUR)


def test_the_newest_item_of_the_poll_before_proves_overlap() -> None:
    assert not overflowed(new=back(1, 2, 3), known=back(4), newest_before=NOW - 4 * HOUR)


def test_new_names_for_old_items_are_no_overflow() -> None:
    assert not overflowed(new=back(1, 4, 5, 6), known=[], newest_before=NOW - 4 * HOUR)


def test_an_item_that_is_dated_back_does_not_hide_a_gap() -> None:
    assert overflowed(new=back(1, 2, 3, 30), known=[], newest_before=NOW - 4 * HOUR)
    assert not overflowed(new=back(1, 2, 30, 31), known=[], newest_before=NOW - 4 * HOUR)


def test_items_without_a_date_do_not_hide_a_gap_either() -> None:
    assert overflowed(new=[*back(1, 2), None, None, None], known=[], newest_before=NOW - 4 * HOUR)


def test_a_first_poll_cannot_overflow() -> None:
    assert not overflowed(new=back(1, 2), known=[], newest_before=None)


def test_an_unchanged_window_did_not_overflow() -> None:
    assert not overflowed(new=[], known=back(1), newest_before=NOW)


def test_items_without_dates_are_judged_by_overlap_alone() -> None:
    assert overflowed(new=[None, None], known=[], newest_before=NOW)
    assert not overflowed(new=[None, None], known=[None], newest_before=NOW)
