"""HTTP headers that matter to polling."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from bot.domain.models import PollState
from bot.feeds.headers import conditions, freshness, http_date, retry_after, split_login

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LATER = "Mon, 15 Jun 2026 12:10:00 GMT"


def headers(**values: str) -> CIMultiDict[str]:
    return CIMultiDict({name.replace("_", "-"): value for name, value in values.items()})


def test_each_known_validator_is_sent() -> None:
    assert conditions(PollState()) == {}
    assert conditions(PollState(etag='W/"1"')) == {"If-None-Match": 'W/"1"'}
    assert conditions(PollState(last_modified=LATER)) == {"If-Modified-Since": LATER}


def test_an_etag_that_apache_does_not_know_again_is_sent_both_ways() -> None:
    assert conditions(PollState(etag='"5f-gzip"')) == {"If-None-Match": '"5f-gzip", "5f"'}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        (LATER, 600),
        ("Monday, 15-Jun-26 12:10:00 GMT", 600),
        ("Mon Jun 15 12:10:00 2026", 600),
        ("Sun, 14 Jun 2026 12:00:00 GMT", 0),
        ("99999999999999999999", 999_999_999),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(headers(Retry_After=value), NOW) == seconds


def test_a_missing_retry_after_is_none() -> None:
    assert retry_after(headers(), NOW) is None


def test_a_retry_date_is_compared_with_the_servers_own_clock() -> None:
    sent = headers(Retry_After=LATER, Date="Mon, 15 Jun 2026 12:09:00 GMT")
    assert retry_after(sent, NOW - timedelta(days=300)) == 60


@pytest.mark.parametrize(
    ("sent", "minutes"),
    [
        (headers(Cache_Control="public, max-age=300"), 5),
        (headers(Cache_Control='MAX-AGE="300"'), 5),
        (headers(Cache_Control="max-age=300", Age="240"), 1),
        (headers(Cache_Control="max-age=300", Age="900"), 0),
        (headers(Cache_Control="max-age=300", Expires="0"), 5),
        (headers(Cache_Control="no-cache, max-age=300"), None),
        (headers(Cache_Control="no-store"), None),
        (headers(Cache_Control="max-age=soon"), None),
        (headers(Cache_Control="x-max-age=300, private"), None),
        (headers(Cache_Control="no-transform, max-age = 60"), 1),
        (headers(Expires=LATER), 10),
        (headers(Expires=LATER, Date="Mon, 15 Jun 2026 12:08:00 GMT"), 2),
        (headers(Expires="0"), None),
        (headers(Expires="Thu, 01 Jan 1970 00:00:00 GMT"), 0),
        (headers(), None),
    ],
)
def test_how_long_an_answer_stays_fresh(sent: CIMultiDict[str], minutes: int | None) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert freshness(sent, NOW) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_garbage_in_headers_is_survived(first: str, second: str) -> None:
    sent = CIMultiDict({"Retry-After": first, "Expires": second, "Date": first, "Cache-Control": second})
    seconds = retry_after(sent, NOW)
    assert seconds is None or seconds >= 0
    fresh = freshness(sent, NOW)
    assert fresh is None or fresh >= timedelta(0)
    assert http_date(first) is None or http_date(first).tzinfo is UTC  # type: ignore[union-attr]  # checked


def test_a_login_is_taken_out_of_the_url() -> None:
    url, login = split_login(URL("https://editor:ge%40heim@krant.example/feed?x=1"))
    assert str(url) == "https://krant.example/feed?x=1"
    assert login == "Basic ZWRpdG9yOmdlQGhlaW0="


def test_a_url_without_login_stays_as_it_is() -> None:
    url = URL("https://krant.example/feed")
    assert split_login(url) == (url, None)


def test_a_user_without_password_is_a_login_too() -> None:
    url, login = split_login(URL("https://token@krant.example/"))
    assert (str(url), login) == ("https://krant.example/", "Basic dG9rZW46")
