"""The languages there are."""

import pytest

from bot.services.tongues import language_named, languages, own_name, spoken_names, tongue_of


def test_english_comes_first_and_dutch_is_there() -> None:
    assert languages()[0] == "en"
    assert "nl" in languages()


@pytest.mark.parametrize("code", ["nl", "NL", "nl-BE", "nl_NL"])
def test_a_language_is_known_by_its_code_of_any_region(code: str) -> None:
    assert tongue_of(code)("Help") == "Hulp"


@pytest.mark.parametrize("code", ["", "xx", "de", "../nl", "zh-hans", "nl.po", "é"])
def test_a_language_that_we_lack_is_english(code: str) -> None:
    assert tongue_of(code).language == "en"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nl", "nl"),
        ("Nederlands", "nl"),
        (" dutch ", "nl"),
        ("ENGELS", "en"),
        ("English", "en"),
        ("Klingon", None),
        ("", None),
    ],
)
def test_a_language_is_called_by_its_name_in_any_of_ours(text: str, code: str | None) -> None:
    assert language_named(text) == code


def test_languages_call_themselves_by_their_own_name() -> None:
    assert own_name("nl") == "Nederlands"
    assert spoken_names().startswith("English, ")


def test_a_text_that_looks_like_a_template_with_hardly_a_word_stays_as_it_is() -> None:
    assert tongue_of("nl").recall("no such address at all") == "no such address at all"
    assert tongue_of("nl").recall("is Mark Rutte now") != "is Mark Rutte now"
