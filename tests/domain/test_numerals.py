"""Numbers in words."""

import pytest

from bot.domain.numerals import number_of


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("nul", 0),
        ("twee", 2),
        ("twaalf", 12),
        ("veertig", 40),
        ("drieentwintig", 23),
        ("eenennegentig", 91),
        ("tweehonderd", 200),
        ("honderdentwee", 102),
        ("driehonderdvijftig", 350),
        ("vijftienhonderd", 1500),
        ("achtduizend", 8000),
        ("veertigduizend", 40_000),
        ("tweeduizendvierentwintig", 2024),
        ("fifty", 50),
        ("nineteen", 19),
    ],
)
def test_a_number_in_a_word(word: str, number: int) -> None:
    assert number_of(word) == number


@pytest.mark.parametrize(
    "word", ["", "een", "one", "honderd", "duizend", "duizendpoot", "achter", "honderden", "tweede", "en"]
)
def test_what_is_no_number(word: str) -> None:
    assert number_of(word) is None
