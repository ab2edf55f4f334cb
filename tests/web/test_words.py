"""Words and ages of the pages."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.words import age, preferred, words
from tests.support.clock import NOON


@pytest.mark.parametrize(
    ("passed", "dutch", "english"),
    [
        (timedelta(seconds=-5), "zojuist", "just now"),
        (timedelta(seconds=59), "zojuist", "just now"),
        (timedelta(minutes=1), "1 minuut geleden", "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minuten geleden", "59 minutes ago"),
        (timedelta(hours=1), "1 uur geleden", "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 uur geleden", "23 hours ago"),
        (timedelta(days=1), "1 dag geleden", "1 day ago"),
        (timedelta(days=6, hours=23), "6 dagen geleden", "6 days ago"),
        (timedelta(days=7), "23 feb 2026", "23 Feb 2026"),
    ],
)
def test_an_age_is_said_in_whole_units_rounded_down(passed: timedelta, dutch: str, english: str) -> None:
    assert age(NOON - passed, NOON, "nl") == dutch
    assert age(NOON - passed, NOON, "en") == english


def test_an_unknown_language_is_answered_in_english() -> None:
    assert age(NOON - timedelta(hours=2), NOON, "xx") == "2 hours ago"
    assert words("xx")("Send") == "Send"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-GB,nl;q=0.9", "en"),
        ("de,fr;q=0.9,nl;q=0.5,en;q=0.4", "nl"),
        ("en;q=0.1,nl;q=0.2", "nl"),
        ("*", "en"),
        ("nl;q=broken", "en"),
    ],
)
def test_the_language_a_browser_likes_best_is_chosen(header: str, language: str) -> None:
    assert preferred(header) == language


@given(st.text())
def test_no_header_breaks_the_choice(header: str) -> None:
    assert preferred(header) in ("en", "nl")


def test_a_phrase_that_stands_for_another_is_said_in_words() -> None:
    assert (words("en")("state sent"), words("nl")("state sent")) == ("sent", "verstuurd")


def test_a_reason_from_the_ledger_is_said_in_the_language_of_the_page() -> None:
    reason = "asked to wait 5 s"
    assert (words("en")(reason), words("nl")(reason)) == (reason, "gevraagd om 5 s te wachten")
