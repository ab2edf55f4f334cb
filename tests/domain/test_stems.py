"""Stems: forms of one word meet, other words do not, and no word is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.stems import stem, stemmed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("verkiezing", "verkiezingen"),
        ("haven", "havens"),
        ("wapen", "wapens"),
        ("huis", "huizen"),
        ("stad", "steden"),
        ("oorlog", "oorlogen"),
        ("brief", "brieven"),
        ("mens", "mensen"),
        ("grens", "grenzen"),
    ],
)
def test_dutch_forms_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one, "nl") == stem(other, "nl")


@pytest.mark.parametrize(("one", "other"), [("election", "elections"), ("soldier", "soldiers")])
def test_english_forms_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one, "en") == stem(other, "en")


@pytest.mark.parametrize(("one", "other"), [("haven", "haver"), ("mens", "mening"), ("raad", "raket")])
def test_other_words_keep_other_stems(one: str, other: str) -> None:
    assert stem(one, "nl") != stem(other, "nl")


def test_accents_and_capitals_make_no_difference() -> None:
    assert stemmed("OEKRAÏNE", "nl") == stemmed("oekraine", "nl")


def test_words_of_another_language_are_folded_and_left() -> None:
    assert stemmed("Les élections françaises", "fr") == ["les", "elections", "francaises"]


@given(st.text(max_size=80), st.sampled_from(["nl", "en", "fr"]))
def test_every_word_of_any_text_has_a_stem_of_letters_and_digits(text: str, language: str) -> None:
    assert all(word and word.replace("_", "").isalnum() for word in stemmed(text, language))
