import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.domain.language import (
    _OWN_WORDS,
    _OWNERS,
    DEFAULT_LANGUAGES,
    LanguageGuesser,
    _identifier,
    _speaks,
)

GUESSER = LanguageGuesser()

DUTCH = "Het kabinet trekt volgend jaar meer geld uit voor de krijgsmacht en de bewaking van de Noordzee."
ENGLISH = "The cabinet will spend more money on the armed forces and on guarding the North Sea next year."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (DUTCH, "nl"),
        (ENGLISH, "en"),
        ("Das Kabinett gibt im nächsten Jahr mehr Geld für die Streitkräfte und die Nordsee aus.", "de"),
        (
            "Le gouvernement consacrera l'an prochain plus d'argent aux forces armées et à la mer du Nord.",
            "fr",
        ),
    ],
)
def test_a_sentence_shows_its_language(text: str, language: str) -> None:
    assert GUESSER.language_of(text) == language


def test_a_feed_that_claims_the_wrong_language_is_overruled() -> None:
    assert GUESSER.language_of(ENGLISH, "nl") == "en"


def test_a_short_headline_keeps_the_language_of_its_feed() -> None:
    assert GUESSER.language_of("Trump in Davos", "nl") == "nl"
    assert GUESSER.language_of("Trump in Davos", "en-GB") == "en"
    assert GUESSER.language_of("Trump in Davos", "nl_NL") == "nl"


def test_a_language_we_cannot_check_is_believed() -> None:
    assert (
        GUESSER.language_of("Il governo spenderà più soldi per le forze armate nel prossimo anno.", "it")
        == "it"
    )


def test_without_letters_the_claim_or_the_first_language_stands() -> None:
    assert GUESSER.language_of("", "de") == "de"
    assert GUESSER.language_of("2026 — 3:1", None) == "nl"
    assert LanguageGuesser(("en", "nl")).language_of("") == "en"


def test_only_the_configured_languages_are_guessed() -> None:
    guesser = LanguageGuesser(("nl", "en"))

    assert guesser.language_of("Das Kabinett gibt im nächsten Jahr mehr Geld aus.") in {"nl", "en"}


def test_garbage_gets_some_language() -> None:
    assert GUESSER.language_of("\ud800\udfff ערב \u202e x" * 30) in {"nl", "en", "de", "fr"}


def test_a_text_in_the_plain_words_of_its_language_is_believed_and_nothing_is_guessed() -> None:
    assert _speaks("nl", "Het kabinet wil niet wachten op een besluit van de Kamer.")
    assert _speaks("en", "The cabinet has said that it will not wait for the vote.")
    assert not _speaks("nl", "The cabinet has said that it will not wait for the vote.")
    assert not _speaks("nl", "Kabinet presenteert miljoenennota")


def test_a_text_with_words_of_two_languages_is_looked_at_closely() -> None:
    assert not _speaks("nl", "Het kabinet wil niet wachten op een besluit, and they said so.")


def test_half_a_word_at_the_end_of_what_is_read_says_nothing() -> None:
    text = "Het kabinet wil niet wachten op een besluit van de Kamer. ".ljust(297, "x") + " Herhaling"
    assert text[:300].endswith(" He")
    assert _speaks("nl", text[:300])
    assert not _speaks("nl", text[1:300])


def test_no_word_is_the_own_word_of_two_languages() -> None:
    words = [word for own in _OWN_WORDS.values() for word in own.split()]
    assert len(words) == len(set(words)) == len(_OWNERS)


@pytest.fixture(scope="module")
def whole() -> LanguageIdentifier:
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(DEFAULT_LANGUAGES)
    return model


LATIN = st.characters(max_codepoint=0x17F) | st.sampled_from("‘’“”–—…€")


@pytest.mark.slow
@given(text=st.text(LATIN, max_size=80) | st.sampled_from([DUTCH, ENGLISH, f"{DUTCH} {ENGLISH}"]))
def test_of_text_in_latin_letters_the_part_of_the_model_says_what_the_whole_does(
    whole: LanguageIdentifier, text: str
) -> None:
    assert _identifier(DEFAULT_LANGUAGES).rank(text) == whole.rank(text)


@pytest.mark.parametrize(
    "text", ["Правительство выделит больше денег на оборону", "政府将增加国防开支", "🚢🇳🇱"]
)
def test_text_in_another_script_is_believed_to_be_what_its_feed_says_or_anything_we_know(text: str) -> None:
    assert GUESSER.language_of(text, "uk") == "uk"
    assert GUESSER.language_of(text) in DEFAULT_LANGUAGES
