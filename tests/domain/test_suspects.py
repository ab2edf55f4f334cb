"""The words of an item that made a rule true."""

from bot.domain.matcher import Matcher
from bot.domain.models import Document
from bot.domain.rules import parse_rule
from bot.domain.suspects import MOST, Word, words_for
from tests.support.newsroom import CATALOG, new_book


def found(rule: str, title: str, text: str = "") -> list[Word]:
    parsed = parse_rule(rule, CATALOG.entities)
    document = Document(title, text, "nl")
    return words_for(document, new_book().current.match(document), parsed)


def test_a_name_is_found_with_what_stands_around_it() -> None:
    assert found("@nato", "Buurt tegen NAVO-straat") == [
        Word("NAVO", "nato", ("NAVO-straat", "tegen NAVO-straat"))
    ]


def test_names_that_the_rule_does_not_ask_for_are_left_out() -> None:
    assert [word.entity for word in found("@nato", "Trump spreekt met de NAVO")] == ["nato"]


def test_words_of_the_rule_are_found_in_title_and_text_with_accents_and_case() -> None:
    words = found('haven* OR "extra schepen"', "Havens vol", "Er komen EXTRA  schepen; de háven is klaar.")
    assert [word.surface for word in words] == ["Havens", "EXTRA  schepen", "háven"]


def test_what_must_not_be_there_is_no_suspect() -> None:
    assert [word.surface for word in found("haven NOT sport", "De haven", "Geen sport.")] == ["haven"]


def test_a_word_inside_another_is_none() -> None:
    assert found("haven", "Thuishaven gezocht") == []


def test_very_many_words_are_cut_off() -> None:
    assert len(found("haven", "haven " * 500)) == MOST


def test_a_blocked_phrase_no_longer_names_the_entity() -> None:
    document = Document("Opening van de Rutte Kozijnen in Ede door Mark Rutte", "", "nl")
    matcher = Matcher.build(CATALOG.blocking([("rutte", "Rutte Kozijnen"), ("nobody", "x y")]), {})
    assert [match.surface for match in matcher.match(document).matches] == ["Mark Rutte"]
