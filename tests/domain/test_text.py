import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.text import fold, tokens, words_only

ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aeïéøßİ\u0308\u200b\u200d\u202e\ufeff\u00ad \t\n\u00a0-–’“”…€\ud800\udfffאع中"),
    ),
    max_size=80,
)


def test_case_accents_and_quotes_fold_away() -> None:
    assert fold("Oekraïne’s “Één” — ÅØß").text == 'oekraine\'s "een" - aos'


def test_a_decomposed_name_folds_like_a_composed_one() -> None:
    composed = "Oekraïne"
    decomposed = unicodedata.normalize("NFD", composed)

    assert fold(decomposed).text == fold(composed).text == "oekraine"


def test_common_text_keeps_its_length_and_needs_no_table() -> None:
    folded = fold("Premier Rutte’s plán – één “deal”…")

    assert folded.origins is None
    assert len(folded.text) == len(folded.original)


def test_zero_width_characters_inside_a_word_vanish_and_offsets_lead_around_them() -> None:
    folded = fold("de Tr\u200bum\u2060p zei")
    start = folded.text.index("trump")

    assert folded.original_span(start, start + 5) == (3, 10)
    assert folded.original[3:10] == "Tr\u200bum\u2060p"


def test_a_combining_mark_at_the_end_belongs_to_the_span() -> None:
    folded = fold("Zelensky\u0301  spreekt")
    start, end = folded.original_span(0, len("zelensky"))

    assert folded.original[start:end] == "Zelensky\u0301"


def test_repeated_spaces_count_as_one() -> None:
    assert fold("Mark \n\t Rutte\u00a0 zegt").text == "mark rutte zegt"


def test_the_capital_i_with_dot_does_not_shift_what_follows() -> None:
    folded = fold("İzmir NAVO")

    assert folded.original[slice(*folded.original_span(6, 10))] == "NAVO"


def test_other_scripts_keep_their_letters() -> None:
    assert fold("Київ 中文 한국").text == "киів 中文 한국"


def test_signs_become_spaces_without_moving_anything() -> None:
    assert words_only("rutte's navo-top, f_16!") == "rutte s navo top  f 16 "
    assert words_only("київ-x, ok") == "київ x  ok"


def test_tokens_know_their_places() -> None:
    found = tokens("de navo en de navo-top")

    assert found.words == ("de", "navo", "en", "de", "navo", "top")
    assert found.places["navo"] == [1, 4]
    assert found.index_at(4) == 1
    assert found.index_at(7) == 2
    assert found.index_at(99) == 6


@given(ODD)
def test_whatever_the_text_offsets_stay_inside_and_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.cased) == len(folded.text) == len(words_only(folded.text))
    folded.text.encode("utf-8")
    before = 0
    for at in range(len(folded.text)):
        start, end = folded.original_span(at, at + 1)
        assert before <= start < end <= len(text)
        before = start
    assert folded.original_span(len(folded.text), len(folded.text))[1] <= len(text)


@given(ODD)
@example(" \u00ad ")
@example("a\u00ad \u00ad b")
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text

    assert fold(once).text == once
