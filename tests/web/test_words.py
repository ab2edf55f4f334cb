"""Words and ages of the pages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.web
from bot.web.dutch import DUTCH
from bot.web.words import age, preferred, words
from tests.support.clock import NOON

WEB = Path(bot.web.__file__).parent


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


def test_every_phrase_of_the_pages_has_dutch_words() -> None:
    used = {
        phrase
        for template in (WEB / "templates").glob("*.html")
        for phrase in re.findall(r"""(?:_|word)\(["']([^"']+)["']\)""", template.read_text(encoding="utf8"))
    }
    assert len(used) > 10
    assert used <= DUTCH.keys()
