"""Texts with their matches marked."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Match
from bot.web.highlight import Piece, excerpts, marked

TEXT = "Rutte sprak met de NAVO-top over Oekraïne."
spans = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=8)


def found(start: int, end: int, why: str = "a name") -> Match:
    return Match("x", TEXT[max(start, 0) : end], "text", start, end, why)


def test_a_match_is_cut_out_of_its_text() -> None:
    assert marked(TEXT, [found(19, 27, "NATO")]) == [
        Piece("Rutte sprak met de "),
        Piece("NAVO-top", "NATO"),
        Piece(" over Oekraïne."),
    ]


def test_of_two_matches_at_one_place_the_longest_is_marked() -> None:
    shown = marked(TEXT, [found(19, 23, "short"), found(19, 27, "long"), found(24, 27, "inside")])
    assert [piece.why for piece in shown if piece.why] == ["long"]


@given(st.text(max_size=60), spans)
def test_whatever_the_offsets_say_the_text_stays_whole(text: str, places: list[tuple[int, int]]) -> None:
    shown = marked(text, [found(start, end) for start, end in places])
    assert "".join(piece.text for piece in shown) == text


def test_a_long_text_is_shown_around_its_matches_only() -> None:
    text = "woord " * 100 + "de NAVO beslist " + "woord " * 100
    at = text.index("NAVO")
    [window] = excerpts(text, [found(at, at + 4)], around=20)
    assert Piece("NAVO", "a name") in window
    assert window[0] == Piece("… ")
    assert window[-1] == Piece(" …")
    assert len("".join(piece.text for piece in window)) < 60


def test_matches_close_together_share_a_place_and_only_so_many_places_are_shown() -> None:
    text = ("de NAVO en de NAVO " + "woord " * 60) * 9
    places = [at for at in range(len(text)) if text.startswith("NAVO", at)]
    windows = excerpts(text, [found(at, at + 4) for at in places], most=3)
    assert len(windows) == 3
    assert all(sum(piece.text == "NAVO" for piece in window) == 2 for window in windows)


@given(st.text(alphabet="ab ", max_size=200), spans)
def test_an_excerpt_is_never_longer_than_what_it_comes_from(text: str, places: list[tuple[int, int]]) -> None:
    windows = excerpts(text, [found(start, end) for start, end in places], around=10)
    assert sum(len(piece.text) for window in windows for piece in window) <= len(text) + 4 * len(windows)
