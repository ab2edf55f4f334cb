from datetime import UTC, datetime

import pytest

from bot.domain.explain import Explanation, explain
from bot.domain.models import Document
from bot.domain.rules import parse_rule
from tests.support.packs import catalog, matcher

CATALOG = catalog()
MATCHER = matcher()
DAY = datetime(2025, 3, 1, tzinfo=UTC)


def explained(rule: str, title: str, text: str = "") -> Explanation:
    document = Document(title, text, "nl", DAY, source="De Krant", owner="dpg")
    return explain(parse_rule(rule, CATALOG.entities), MATCHER.evidence(document), CATALOG)


def reasons(rule: str, title: str, text: str = "") -> list[tuple[str, str]]:
    return [(clause.text, clause.why) for clause in explained(rule, title, text).clauses]


def test_a_hit_says_which_clauses_made_it() -> None:
    found = explained("(@rutte OR wind) defensie* NOT sport", "NAVO-chef wil defensiegeld")

    assert found.holds
    assert [clause.text for clause in found.clauses] == ["@rutte", "defensie*", "NOT sport"]
    assert "Secretary General of NATO on 2025-03-01" in found.clauses[0].why
    assert found.clauses[1].why == "“defensiegeld” stands in the title"


def test_a_miss_says_only_which_clauses_failed() -> None:
    found = explained("@nato wind gas", "NAVO koopt gas")

    assert not found.holds
    assert [(clause.text, clause.start, clause.end) for clause in found.clauses] == [("wind", 6, 10)]


@pytest.mark.parametrize(
    ("rule", "title", "text", "why"),
    [
        ("wind", "Gas", "", "does not stand in the item"),
        ("wind", "Windmolens", "", "write wind* to take those too"),
        ("title:wind", "Gas", "wind", "stands in the text, but not in the title"),
        ("title:wind", "Gas", "", "does not stand in the title"),
        ("@rutte", "Gas", "", "Mark Rutte is not named"),
        ("@rutte", "Piet Rutte wint", "", "“Rutte” stands in it, but does not mean Mark Rutte there"),
        ("title:@rutte", "Gas", "Mark Rutte lacht", "is named in the text, but not in the title"),
        ("about:@rutte", "Gas", "Dag Rutte", "about Mark Rutte for 0.40, less than 0.5"),
        ("gas NEAR/2 wind", "Gas is geen mooie wind", "", "nowhere within 2 words"),
        ("gas NEAR/2 wind", "Gas", "", "wind does not stand in the item"),
        ("gas NOT wind", "Gas en wind", "", "must not be, but “wind” stands in the title"),
        ("lang:en", "Het gas is op en de wind ligt", "", "the item's language is nl"),
        ("source:blad", "Gas", "", "the item's source is De Krant"),
    ],
)
def test_each_kind_of_miss_has_its_reason(rule: str, title: str, text: str, why: str) -> None:
    found = explained(rule, title, text)

    assert not found.holds
    assert why in found.clauses[0].why


@pytest.mark.parametrize(
    ("rule", "title", "why"),
    [
        ('"groot nieuws"', "Groot nieuws uit Goes", "“Groot nieuws” stands in the title"),
        ("about:@rutte", "Rutte lacht", "the item is about Mark Rutte: 1.00, at least 0.5"),
        ("gas NEAR/4 wind", "Gas uit wind", "both stand within 4 words"),
        ("owner:dpg", "Gas", "the item's owner is dpg"),
    ],
)
def test_each_kind_of_hit_has_its_reason(rule: str, title: str, why: str) -> None:
    found = explained(rule, title)

    assert found.holds
    assert why in found.clauses[0].why


def test_of_failed_alternatives_all_are_named() -> None:
    assert [text for text, _ in reasons("@nato OR @rutte", "Gas")] == ["@nato", "@rutte"]


def test_of_alternatives_that_hold_only_those_are_named() -> None:
    assert [text for text, _ in reasons("gas OR wind", "Gas")] == ["gas"]
