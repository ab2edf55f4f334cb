from bot.domain.aliases import Alias, Role, aliases_of
from tests.support.packs import catalog

ALIASES = list(aliases_of(catalog()))


def alias(text: str) -> Alias:
    return next(found for found in ALIASES if found.text == text)


def test_a_literal_is_the_name_in_word_form_behind_a_space() -> None:
    assert alias("NAVO-chef").literal == " navo chef"
    assert alias("Oekraïne").literal == " oekraine"


def test_signs_and_capitals_keep_their_places() -> None:
    assert alias("NAVO-chef").signs == ((4, "-"),)
    assert alias("Donald J. Trump").capitals == (0, 7, 10)


def test_signs_at_the_ends_of_a_name_are_not_looked_for() -> None:
    assert alias("U.S").literal == " u s"
    assert alias("Donald Trump Jr").role is Role.RELATIVE


def test_endings_follow_the_language_of_a_name() -> None:
    assert alias("Oekraïne").endings == {"s"}
    assert "e" in alias("Oekraïens").endings
    assert {"e", "en", "er"} <= alias("ukrainisch").endings


def test_closed_compounds_are_for_one_word_names() -> None:
    assert alias("NAVO").open_tails == ("land",)
    assert alias("Donald Trump").tails == frozenset()
    assert alias("Trump").tails == {"isme"}


def test_a_star_leaves_a_blocker_open() -> None:
    assert alias("NATO ball").open_end
    assert not alias("trump card").open_end
