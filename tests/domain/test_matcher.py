from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.models import Document
from bot.domain.rules import parse_rule
from tests.support.packs import catalog, matcher

RULES = {"topic:nato": "@nato", "rule:gas": "gas* NOT wind", "rule:near": "@rutte NEAR/5 gas"}
MATCHER = matcher(**RULES)

STRANGE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "NAVO",
                "Rutte",
                "Tr\u200bump",
                "Oekrai\u0308ne",
                "NAVO-chef",
                " ",
                "'s",
                "gas",
                "\u202eסער",
                "\u0301",
                "Piet ",
            ]
        ),
        st.text(max_size=6),
        st.sampled_from(["\ud800", "\x00", "\x01", "\ufeff", "ﬁ", "İ", "ß", "한", "𝔑𝔄𝔗𝔒"]),
    ),
    max_size=25,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(STRANGE, STRANGE)
def test_whatever_the_text_offsets_point_at_the_surface(title: str, text: str) -> None:
    result = MATCHER.match(Document(title, text, published=datetime(2025, 3, 1, tzinfo=UTC)))

    for match in result.matches:
        field = title if match.field == "title" else text
        assert 0 <= match.start < match.end <= len(field)
        assert field[match.start : match.end] == match.surface
    assert set(result.salience) == {match.entity for match in result.matches}
    assert all(0.0 < value <= 1.0 for value in result.salience.values())


@pytest.mark.slow
def test_a_megabyte_of_text_is_matched() -> None:
    text = "De NAVO en Mark Rutte spraken over gas. " * 27_000
    result = MATCHER.match(Document("Groot nieuws", text, language="nl"))

    assert len(text) > 1_000_000
    assert len(result.matches) == 2 * 27_000
    assert result.rules == ("topic:nato", "rule:gas", "rule:near")


def test_a_megabyte_of_one_character_is_no_trouble() -> None:
    for text in ("a" * 1_000_000, " " * 1_000_000, "Rutte" * 200_000, "\u0301" * 200_000):
        assert MATCHER.match(Document("", text)).rules == ()


def test_a_result_names_language_matches_salience_and_rules() -> None:
    result = MATCHER.match(Document("NAVO-top in Goes", "Rutte sprak over gas.", language="nl"))

    assert result.language == "nl"
    assert [(match.entity, match.field, match.start, match.end) for match in result.matches] == [
        ("nato", "title", 0, 4),
        ("rutte", "text", 0, 5),
    ]
    assert result.rules == ("topic:nato", "rule:gas", "rule:near")


def test_the_salience_of_a_rule_is_its_best_entitys() -> None:
    result = MATCHER.match(Document("NAVO-top in Goes", "Aan het slot sprak Rutte over gas.", language="nl"))

    assert MATCHER.rule_salience(result, "topic:nato") == result.salience["nato"]
    assert MATCHER.rule_salience(result, "rule:near") == result.salience["rutte"]
    assert MATCHER.rule_salience(result, "rule:gas") == 1.0
    assert MATCHER.rule_salience(result, "rule:gone") == 1.0


def test_a_matcher_without_packs_and_rules_finds_nothing() -> None:
    result = Matcher.build(Catalog(), {}).match(Document("NAVO", "Rutte", language="nl"))

    assert (result.matches, result.rules) == ((), ())


def test_many_rules_find_exactly_their_own_words() -> None:
    rules = {f"w{number}": parse_rule(f"woord{number} OR x{number}y", ()) for number in range(5000)}
    found = Matcher.build(catalog(), rules).match(
        Document("woord17", "x4999y woord5000 woord 42", language="nl")
    )

    assert found.rules == ("w17", "w4999")
