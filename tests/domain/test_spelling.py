import pytest

from bot.domain.aliases import Alias, aliases_of
from bot.domain.models import Document
from bot.domain.reading import Reading
from bot.domain.spelling import Seen, verify
from tests.support.packs import catalog

ALIASES = {alias.text: alias for alias in aliases_of(catalog())}


def seen(name: str, text: str, language: str = "nl") -> Seen | None:
    reading, alias = Reading(Document("", text)), ALIASES[name]
    at = reading.words.index(alias.literal)
    return verify(reading, language, alias, at + 1, at + len(alias.literal))


def written(name: str, text: str, language: str = "nl") -> str:
    """What of `text` is taken for `name`; "" when it is not written there."""
    found = seen(name, text, language)
    return Reading(Document("", text)).span(found.start, found.end).surface if found else ""


@pytest.mark.parametrize(
    ("name", "text", "surface"),
    [
        ("NAVO", "De NAVO’s top", "NAVO’s"),
        ("NAVO", "De navo's top in Goes", ""),
        ("NAVO", "Veel navolging in Goes", ""),
        ("NAVO-chef", "De navo chef in Goes", "navo chef"),
        ("NAVO-chef", "De NAVO. Chef in Goes", ""),
        ("Rutte", "Ruttes plan", "Ruttes"),
        ("Rutte", "Rutten plant", ""),
        ("Oekraïens", "Oekraiense boeren", "Oekraiense"),
        ("Oekraïens", "oekraiense boeren in Goes", ""),
        ("NATO ball", "NATO ballpoints", "NATO ballpoints"),
        ("trump card", "Trump Cards", "Trump Cards"),
    ],
)
def test_endings_signs_and_capitals_decide(name: str, text: str, surface: str) -> None:
    reading = Reading(Document("", text))
    if ALIASES[name].literal not in reading.words:
        assert surface == ""
        return
    assert written(name, text) == surface


def test_a_name_that_is_also_a_word_needs_a_noun_before_its_s() -> None:
    assert written("Trump", "Trumps plan", "nl") == "Trumps"
    assert written("Trump", "The Trumps arrive", "en") == "Trumps"
    assert written("Trump", "Good Health Trumps Great Wealth", "en") == ""


def test_missing_accents_are_fine_and_foreign_ones_are_not() -> None:
    assert written("Oekraïne", "in Oekraine") == "Oekraine"
    assert written("Rutte", "in Rütte") == ""


def test_a_hashtag_needs_no_capital() -> None:
    assert written("Rutte", "Leve #rutte hoor") == "rutte"


def test_a_strict_name_needs_its_language() -> None:
    alias = next(alias for alias in ALIASES.values() if alias.strict)
    assert isinstance(alias, Alias)
    assert written(alias.text, "Naar de VS toe", "nl") == "VS"
    assert written(alias.text, "Cats VS dogs", "en") == ""
