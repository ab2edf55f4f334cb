import pytest

from bot.domain.language import _OWN_WORDS, _OWNERS, LanguageGuesser, _speaks

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


def test_no_word_is_the_own_word_of_two_languages() -> None:
    words = [word for own in _OWN_WORDS.values() for word in own.split()]
    assert len(words) == len(set(words)) == len(_OWNERS)
