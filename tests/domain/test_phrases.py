"""The phrases around a word that may mean something else in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phrases import phrases


@pytest.mark.parametrize(
    ("text", "word", "first"),
    [
        ("Arno Rutte opent een winkel", "Rutte", "Arno Rutte"),
        ("Wethouder bezoekt Rutte Kozijnen in Ede", "Rutte", "Rutte Kozijnen"),
        ("Jan van der Rutte wint de koers", "Rutte", "Jan van der Rutte"),
        ("Buurt wil bomen in NAVO-straat", "NAVO", "NAVO-straat"),
        ("De haven van Rutte ligt er mooi bij", "Rutte", "van Rutte"),
        ("Nieuwe haven. Rutte is blij", "Rutte", "Rutte is"),
    ],
)
def test_the_likeliest_phrase_is_the_whole_name(text: str, word: str, first: str) -> None:
    start = text.index(word)
    assert phrases(text, start, start + len(word))[0] == first


def test_a_word_that_stands_alone_has_no_phrase() -> None:
    assert phrases("Rutte", 0, 5) == []
    assert phrases("Rutte: winst.", 0, 5) == []


def test_no_phrase_reaches_over_the_end_of_a_sentence() -> None:
    text = "Winst voor Arno. Rutte verliest"
    assert all("Arno" not in each for each in phrases(text, 17, 22))


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_every_phrase_holds_the_word_whatever_the_text(text: str, start: int, length: int) -> None:
    for each in phrases(text, start, min(start + length, len(text))):
        assert each
        assert set("".join(each.split())) <= set("".join(text.split()))
