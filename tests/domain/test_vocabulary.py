import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.vocabulary import RAREST, Vocabulary, number, read_rates, read_words, sound

LIST = """
# a comment
[places]
ukraine: oekraine oekraiense | ukraine ukrainian
usa: verenigde-staten VS | united-states US

[events]
ceasefire: staakt-het-vuren bestand | ceasefire truce
election: verkiezing verkiezingen | election elections
president: presidenten | president presidential
ammunition: munitie | ammunition
reject: wijst~af verwerpt | rejects
withdraw: wijst~terug | withdraws
4: vier | four
"""
VOCABULARY = Vocabulary(read_words(LIST), read_rates("# of 100,000\nthe 60000\nukraine 4000\n"))


def keys(text: str, language: str = "nl") -> list[str]:
    return VOCABULARY.keys(text, language)


@pytest.mark.parametrize(
    ("dutch", "english"),
    [
        ("Oekraïense", "Ukrainian"),
        ("staakt-het-vuren", "truce"),
        ("Poetin", "Putin"),
        ("Soerkov", "Surkov"),
        ("Porosjenko", "Poroshenko"),
        ("vier", "four"),
        ("7,5", "7.5"),
        ("1.000", "1,000"),
        ("Verenigde Staten", "United States"),
    ],
)
def test_a_word_and_its_translation_are_one_key(dutch: str, english: str) -> None:
    assert keys(dutch) == keys(english, "en")


@pytest.mark.parametrize(
    "pair",
    [("Zelenskyy", "Zelenski"), ("Zelensky", "Zelenskiy"), ("Kharkiv", "Charkiv"), ("Gaza", "gaza")],
)
def test_spellings_of_one_name_are_one_key(pair: tuple[str, str]) -> None:
    assert keys(pair[0], "en") == keys(pair[1])


def test_words_in_capitals_count_only_in_capitals() -> None:
    assert keys("US", "en") == ["usa"]
    assert keys("us", "en") != ["usa"]


def test_inflections_that_nobody_listed_share_the_stem() -> None:
    assert keys("ceasefires", "en") == ["ceasefire"]


def test_a_word_list_is_of_its_language() -> None:
    assert keys("bestand", "en") != ["ceasefire"]


def test_an_unknown_language_is_read_with_both_lists() -> None:
    assert keys("bestand", "de") == keys("truce", "fr") == ["ceasefire"]


def test_a_compound_has_the_keys_of_its_parts() -> None:
    assert {"election", "president"} <= set(keys("presidentsverkiezingen"))
    assert "ammunition" in keys("munitiedepot")


def test_a_verb_and_its_particle_are_one_word_though_they_stand_apart() -> None:
    assert keys("Poetin wijst het bestand af")[1] == "reject"
    assert keys("Poetin wijst de gezant terug")[1] == "withdraw"


def test_a_verb_without_its_particle_is_itself() -> None:
    assert "reject" not in keys("Poetin wijst naar de kaart")


def test_words_are_read_as_they_are_written() -> None:
    words = [word for word, _ in VOCABULARY.read("De Verenigde Staten en Oekraïne", "nl")]
    assert words == ["De", "Verenigde Staten", "en", "Oekraïne"]


def test_places_are_the_section_of_that_name() -> None:
    assert VOCABULARY.places == {"ukraine", "usa"}


def test_a_key_without_a_rate_is_rare() -> None:
    assert VOCABULARY.rate("the") == 0.6
    assert VOCABULARY.rate("zwolle") == RAREST


@pytest.mark.parametrize("line", ["no colon | here", "key: only one column", ": a | b", "k: a | b | c"])
def test_a_line_of_another_form_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_words(f"ok: a | b\n{line}")


def test_thousands_and_decimals_are_told_apart() -> None:
    assert number("1.250.000") == "1250000"
    assert number("3,75") == "3.75"


@given(st.text(max_size=200), st.sampled_from(["nl", "en", "de", ""]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    assert all(isinstance(key, str) and key for key in VOCABULARY.keys(text, language))


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_sound_is_never_longer_than_its_word(word: str) -> None:
    assert 0 < len(sound(word)) <= len(word)
