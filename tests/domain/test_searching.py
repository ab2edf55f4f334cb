"""What somebody searches for: words, phrases and a language, and never an error."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.searching import MOST_WORDS, Search, best, read_search, worth
from tests.support.clock import NOON


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Haven Rotterdam", Search(("haven", "rotterdam"))),
        ('staking "haven van Rotterdam"', Search(("staking",), ("haven van rotterdam",))),
        ("“open haven”", Search((), ("open haven",))),
        ('"nooit dicht', Search((), ("nooit dicht",))),
        ("lang:nl haven", Search(("haven",), (), "nl")),
        ("taal:EN harbour", Search(("harbour",), (), "en")),
        ("lang:fr port", Search(("port",), ("lang fr",))),
        ("e-mail", Search((), ("e mail",))),
        ("haven Haven HAVEN", Search(("haven",))),
        ("(haven) AND* NEAR:", Search(("haven", "and", "near"))),
    ],
)
def test_a_search_is_read(typed: str, read: Search) -> None:
    assert read_search(typed) == read


@pytest.mark.parametrize("typed", ["", "   ", '""', "!!! *** ---", '"', "lang:nl"])
def test_signs_alone_are_an_empty_search(typed: str) -> None:
    assert read_search(typed).empty


def test_a_language_from_outside_counts_where_the_text_names_none() -> None:
    assert read_search("haven", "nl").language == "nl"
    assert read_search("haven lang:en", "nl").language == "en"
    assert read_search("haven", "xx").language is None


@given(st.text(max_size=2000))
def test_any_text_can_be_read_and_stays_bounded(typed: str) -> None:
    read = read_search(typed)
    assert len(read.words) + len(read.phrases) <= MOST_WORDS + 1


def test_of_equal_relevance_the_fresh_one_is_worth_more_and_never_more_than_double() -> None:
    old, fresh = worth(1, NOON - timedelta(days=30), NOON), worth(1, NOON, NOON)
    assert 1 < old < fresh <= 2
    assert worth(1, NOON + timedelta(days=9), NOON) == fresh


def test_the_best_come_first_once_each_and_no_more_than_asked() -> None:
    hits = [("a", 1.0, NOON), ("b", 3.0, NOON), ("a", 1.0, NOON), ("c", 2.0, NOON)]
    assert best(hits, NOON, 2) == ["b", "c"]
