"""When a feed is polled next, and who hears of its troubles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Fetched, PollState
from bot.domain.schedule import (
    NOTICE_AFTER,
    LineWatch,
    Notice,
    Pace,
    Polled,
    PollOutcome,
    Reading,
    after_answer,
    after_failure,
)
from bot.errors import (
    FeedError,
    FeedGone,
    FeedHeld,
    FeedRefused,
    FeedTooLarge,
    FeedUnreachable,
    FeedUnreadable,
)

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PACE = Pace()
KNOWN = PollState(etag='"1"', interval=10 * MINUTE, last_success_at=NOW - 10 * MINUTE)
SILENT = FeedUnreachable("no answer within 30 s")


def fetched(max_age: timedelta | None = None) -> Fetched:
    return Fetched("https://krant.example/rss", b"", "", '"2"', None, b"hash", max_age=max_age)


def answered(
    state: PollState = KNOWN,
    reading: Reading | None = None,
    *,
    max_age: timedelta | None = None,
    now: datetime = NOW,
    jitter: float = 0.5,
    hot: bool = False,
) -> Polled:
    return after_answer(state, fetched(max_age), reading, now=now, pace=PACE, jitter=jitter, hot=hot)


def failed(
    state: PollState = KNOWN, error: FeedError = SILENT, *, jitter: float = 0.0, line_down: bool = False
) -> Polled:
    return after_failure(state, error, now=NOW, pace=PACE, jitter=jitter, line_down=line_down)


def every(gap: timedelta, count: int = 10) -> tuple[datetime, ...]:
    return tuple(NOW - gap * step for step in range(count))


def test_an_answer_is_remembered_and_the_feed_comes_back_after_its_interval() -> None:
    polled = answered(KNOWN, Reading(every(HOUR)))
    assert polled.state == PollState(
        etag='"2"',
        body_hash=b"hash",
        interval=10 * MINUTE,
        last_success_at=NOW,
        silent_after=NOW + 12 * HOUR,
    )
    assert polled.next_poll_at == NOW + 10 * MINUTE
    assert polled.notice is None


@pytest.mark.parametrize(
    ("gap", "interval"),
    [(MINUTE, 2 * MINUTE), (30 * MINUTE, 5 * MINUTE), (6 * HOUR, HOUR), (90 * HOUR, 6 * HOUR)],
)
def test_the_interval_follows_the_rhythm_of_the_feed(gap: timedelta, interval: timedelta) -> None:
    assert answered(KNOWN, Reading(every(gap))).state.interval == interval


def test_a_feed_that_falls_silent_is_told_once() -> None:
    state, told = answered(KNOWN, Reading(every(HOUR))).state, []
    for hour in range(40):
        polled = answered(state, now=NOW + hour * HOUR)
        state = polled.state
        told += [hour] if polled.notice is Notice.SILENT else []
    assert told == [13]


def test_a_feed_that_has_news_again_after_we_were_away_is_not_called_silent() -> None:
    state = answered(KNOWN, Reading(every(HOUR))).state
    later = NOW + 30 * HOUR
    published = [later - HOUR * step for step in range(10)]
    assert answered(state, Reading(published), now=later).notice is None


def test_unchanged_polls_stretch_the_interval_up_to_the_longest() -> None:
    state = answered().state
    assert 10 * MINUTE < state.interval < 11 * MINUTE
    for _ in range(200):
        state = answered(state).state
    assert state.interval == 6 * HOUR


def test_a_fast_feed_that_slept_for_a_night_is_polled_within_half_an_hour() -> None:
    state, now = replace(KNOWN, interval=2 * MINUTE), NOW
    while now < NOW + 8 * HOUR:
        polled = answered(state, now=now)
        state, now = polled.state, polled.next_poll_at
    assert state.interval < 30 * MINUTE


def test_a_feed_without_dates_is_polled_faster_each_time_it_changed() -> None:
    assert answered(KNOWN, Reading()).state.interval == 7 * MINUTE


def test_a_first_poll_without_dates_keeps_the_interval_it_began_with() -> None:
    assert answered(PollState(interval=10 * MINUTE), Reading()).state.interval == 10 * MINUTE


@pytest.mark.parametrize(
    ("ttl", "max_age", "interval"),
    [
        (15 * MINUTE, None, 15 * MINUTE),
        (None, 20 * MINUTE, 20 * MINUTE),
        (15 * MINUTE, 20 * MINUTE, 20 * MINUTE),
        (30 * HOUR, None, HOUR),
        (None, timedelta(days=365), HOUR),
    ],
)
def test_a_publishers_wish_is_respected_within_reason(
    ttl: timedelta | None, max_age: timedelta | None, interval: timedelta
) -> None:
    assert answered(KNOWN, Reading(every(MINUTE), ttl=ttl), max_age=max_age).state.interval == interval


def test_a_hot_story_brings_the_feed_back_at_once_but_leaves_its_interval() -> None:
    polled = answered(KNOWN, Reading(every(6 * HOUR), ttl=HOUR), hot=True)
    assert polled.next_poll_at == NOW + 2 * MINUTE
    assert polled.state.interval == HOUR
    assert answered(KNOWN, hot=True, max_age=5 * MINUTE).next_poll_at == NOW + 5 * MINUTE


def test_a_window_that_overflowed_is_polled_faster_whatever_the_ttl() -> None:
    reading = Reading(every(2 * HOUR), ttl=HOUR, overflowed=True)
    assert answered(KNOWN, reading).state.interval == 5 * MINUTE
    assert answered(KNOWN, reading, max_age=8 * MINUTE).state.interval == 8 * MINUTE


def test_hours_without_news_are_skipped_and_remembered() -> None:
    polled = answered(KNOWN, Reading(every(HOUR), skip_hours=frozenset({12, 13})))
    assert polled.next_poll_at == NOW + 2 * HOUR + MINUTE
    again = answered(polled.state, now=NOW.replace(hour=11, minute=55))
    assert again.next_poll_at.hour == 14


def test_skipping_every_hour_skips_none() -> None:
    polled = answered(KNOWN, Reading(every(HOUR), skip_hours=frozenset(range(24))))
    assert polled.next_poll_at == NOW + 10 * MINUTE


def test_jitter_spreads_feeds_that_were_polled_together() -> None:
    times = {answered(jitter=step / 10).next_poll_at for step in range(10)}
    assert len(times) == 10
    assert max(times) - min(times) < 3 * MINUTE


def test_failures_back_off_and_never_stop() -> None:
    state, waits = KNOWN, []
    for _ in range(100):
        polled = failed(state)
        waits.append(polled.next_poll_at - NOW)
        state = polled.state
        assert not state.retired
    assert waits[:6] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 160 * MINUTE, 320 * MINUTE]
    assert set(waits[6:]) == {6 * HOUR}
    assert state.last_error == "no answer within 30 s"
    assert (state.etag, state.last_success_at) == (KNOWN.etag, KNOWN.last_success_at)


def test_a_slow_feed_is_tried_again_soon_after_its_first_failure() -> None:
    assert failed(replace(KNOWN, interval=6 * HOUR)).next_poll_at == NOW + 15 * MINUTE


def test_retry_after_is_a_minimum() -> None:
    for jitter in (0.0, 0.9):
        asked = failed(error=FeedUnreachable("429", 3600, 429), jitter=jitter)
        assert HOUR <= asked.next_poll_at - NOW < 1.2 * HOUR
    assert failed(error=FeedUnreachable("429", 1, 429)).next_poll_at == NOW + 10 * MINUTE


def test_retry_after_of_years_is_a_day() -> None:
    assert failed(error=FeedUnreachable("503", 1e9, 503)).next_poll_at == NOW + timedelta(days=1)


def test_a_feed_that_was_not_asked_is_not_blamed() -> None:
    polled = failed(error=FeedHeld("krant.example asked for a pause", 600))
    assert polled.state == KNOWN
    assert polled.next_poll_at == NOW + 10 * MINUTE


def test_a_broken_feed_gives_one_notice_and_one_when_it_is_back() -> None:
    state, notices = KNOWN, []
    for _ in range(30):
        polled = failed(state)
        state = polled.state
        notices.append(polled.notice)
    assert [at for at, notice in enumerate(notices, 1) if notice] == [NOTICE_AFTER]
    assert notices[NOTICE_AFTER - 1] is Notice.BROKEN
    back = answered(state)
    assert back.notice is Notice.BACK
    assert (back.state.failures, back.state.last_error) == (0, None)
    assert answered(back.state).notice is None


def test_a_hiccup_gives_no_notice() -> None:
    polled = failed()
    assert (polled.notice, answered(polled.state).notice) == (None, None)


def test_410_retires_a_feed_with_one_notice() -> None:
    polled = failed(error=FeedGone("410: the publisher retired it", status=410))
    assert polled.state.retired
    assert polled.notice is Notice.RETIRED
    assert failed(polled.state, FeedGone("410", status=410)).notice is None


def outcome(domain: str, error: FeedError | None = SILENT, failures: int = 0) -> PollOutcome:
    return PollOutcome(domain, failures, error)


def test_everything_failing_at_once_is_our_own_line() -> None:
    watch = LineWatch().after([outcome("a.example"), outcome("b.example"), outcome("c.example")])
    assert watch.down
    polled = failed(line_down=watch.down)
    assert polled.state == KNOWN
    assert polled.notice is None
    assert polled.next_poll_at == NOW + 5 * MINUTE


def test_a_day_without_a_line_blames_no_feed_and_ends_with_the_first_answer() -> None:
    watch = LineWatch()
    domains = ["a.example", "b.example", "c.example", "d.example"]
    for tick in range(300):
        watch = watch.after([outcome(domains[tick % 4])])
    assert watch.down
    assert not watch.after([outcome("a.example"), outcome("b.example", None)]).down


def test_one_domain_with_many_feeds_is_not_our_line() -> None:
    assert not LineWatch().after([outcome("a.example")] * 50).down


def test_feeds_known_to_be_broken_prove_nothing() -> None:
    broken = [outcome(f"{name}.example", failures=NOTICE_AFTER) for name in "abcde"]
    assert not LineWatch().after(broken).down


@pytest.mark.parametrize(
    "error", [FeedUnreachable("500", None, 500), FeedTooLarge("large"), FeedGone("410", status=410)]
)
def test_an_answer_of_any_kind_proves_our_line(error: FeedError) -> None:
    outcomes = [outcome(f"{name}.example") for name in "abc"]
    assert not LineWatch().after([*outcomes, outcome("d.example", error)]).down


def test_a_log_in_page_for_every_address_is_our_line() -> None:
    outcomes = [outcome(f"{name}.example", FeedUnreadable("not a feed")) for name in "abc"]
    assert LineWatch().after(outcomes).down


@pytest.mark.parametrize("error", [FeedHeld("held", 60), FeedRefused("private")])
def test_what_was_not_asked_proves_nothing(error: FeedError) -> None:
    outcomes = [outcome(f"{name}.example", error) for name in "abcd"]
    assert not LineWatch().after(outcomes).down


def test_an_error_status_is_blamed_even_while_the_line_is_down() -> None:
    assert failed(error=FeedUnreachable("404", None, 404), line_down=True).state.failures == 1


durations = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000))


@given(
    interval=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=30)),
    ages=st.lists(st.timedeltas(min_value=-timedelta(days=400), max_value=timedelta(days=9000)), max_size=40),
    ttl=st.none() | durations,
    max_age=st.none() | durations,
    skip_hours=st.frozensets(st.integers(0, 23)),
    flags=st.tuples(st.booleans(), st.booleans()),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_whatever_a_feed_says_it_is_polled_within_bounds(
    interval: timedelta,
    ages: list[timedelta],
    ttl: timedelta | None,
    max_age: timedelta | None,
    skip_hours: frozenset[int],
    flags: tuple[bool, bool],
    jitter: float,
) -> None:
    reading = Reading(tuple(NOW - age for age in ages), ttl, skip_hours, overflowed=flags[0])
    state = replace(KNOWN, interval=interval)
    polled = answered(state, reading, max_age=max_age, jitter=jitter, hot=flags[1])
    assert PACE.shortest <= polled.state.interval <= PACE.longest
    assert 0.9 * PACE.shortest <= polled.next_poll_at - NOW <= 1.1 * PACE.longest + 24 * HOUR


@given(
    failures=st.integers(0, 10**6),
    interval=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=30)),
    retry_after=st.none() | st.floats(0, 1e9),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_however_often_it_failed_a_feed_is_tried_again(
    failures: int, interval: timedelta, retry_after: float | None, jitter: float
) -> None:
    state = replace(KNOWN, failures=failures, interval=interval)
    polled = failed(state, FeedUnreachable("503", retry_after, 503), jitter=jitter)
    assert PACE.shortest <= polled.next_poll_at - NOW <= timedelta(days=1.2)
