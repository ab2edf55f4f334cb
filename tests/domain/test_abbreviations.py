"""The lists of abbreviations hold together: written as they are looked up, each in one list."""

from itertools import combinations

import pytest

from bot.domain import abbreviations
from bot.domain.abbreviations import (
    AFTER_HOURS,
    CAPITALISED,
    HOURS,
    NEVER_LAST,
    NUMBERED,
    PARTICLES,
    SELDOM_LAST,
    STARTERS,
)


@pytest.mark.parametrize("name", ["NEVER_LAST", "NUMBERED", "SELDOM_LAST", "CAPITALISED", "HOURS"])
def test_abbreviations_are_small_and_without_their_last_stop(name: str) -> None:
    words: frozenset[str] = getattr(abbreviations, name)
    assert words
    assert all(word == word.lower() and not word.endswith(".") for word in words)


def test_what_never_ends_a_sentence_is_in_no_other_list() -> None:
    lists = (NEVER_LAST, HOURS, CAPITALISED)
    assert not [one & other for one, other in combinations(lists, 2) if one & other]
    assert not NEVER_LAST & (SELDOM_LAST | NUMBERED)


def test_sentences_begin_with_a_capital() -> None:
    assert all(word[0].isupper() for word in STARTERS | AFTER_HOURS)
    assert PARTICLES & STARTERS
