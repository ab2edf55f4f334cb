from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.explain import explain
from bot.domain.matcher import Matcher
from bot.domain.models import Document
from bot.domain.program import Program
from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.errors import RuleError
from tests.support.packs import catalog, matcher

CATALOG = catalog()

WORDS = st.sampled_from(["gas", "olie", "gas*", '"gas olie"', "@nato", "@rutte", "title:gas", "title:@nato"])
CLAUSES = WORDS | st.sampled_from(
    ["about:@nato", "lang:nl", "source:krant", "gas NEAR/2 olie", "@nato NEAR/3 gas"]
)
RULES = st.recursive(
    CLAUSES,
    lambda inner: (
        st.builds("({} AND {})".format, inner, inner)
        | st.builds("({} OR {})".format, inner, inner)
        | st.builds("({} AND NOT {})".format, inner, inner)
    ),
    max_leaves=8,
)
TEXTS = st.lists(
    st.sampled_from(["gas", "olie", "gasprijs", "NAVO", "Rutte", "en", "wind.", "water"]), max_size=9
).map(" ".join)


def parse_or_none(text: str) -> Rule | None:
    """A rule made by chance, None for one that would hold on everything."""
    with suppress(RuleError):
        return parse_rule(text, CATALOG.entities)
    return None


def keys(text: str, title: str = "", **rules: str) -> tuple[str, ...]:
    return matcher(**rules).match(Document(title, text, language="nl", source="de krant", owner="dpg")).rules


@settings(max_examples=300, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=4), TEXTS, TEXTS)
def test_the_fast_answer_is_the_explained_answer(texts: list[str], title: str, text: str) -> None:
    rules = {str(number): parsed for number, rule in enumerate(texts) if (parsed := parse_or_none(rule))}
    matcher = Matcher.build(CATALOG, rules)
    document = Document(title, text, language="nl", source="De Krant")
    evidence = matcher.evidence(document)
    slow = [key for key, rule in rules.items() if explain(rule, evidence, CATALOG).holds]

    assert list(matcher.match(document).rules) == slow


def test_rules_come_in_the_order_they_were_registered() -> None:
    assert keys("gas en olie", b="olie", a="gas", c="wind") == ("b", "a")


def test_a_word_is_the_whole_word_and_a_prefix_its_beginning() -> None:
    assert keys("de gasprijs stijgt", whole="gas", prefix="gas*", phrase='"de gasprijs"', cut='"de gas"') == (
        "prefix",
        "phrase",
    )


def test_near_counts_words_in_either_order_but_not_across_fields() -> None:
    text = "olie een twee gas"

    assert keys(text, near="gas NEAR/3 olie", nearer="gas NEAR/2 olie") == ("near",)
    assert keys("gas", title="olie", near="gas NEAR/9 olie") == ()


def test_near_takes_entities_and_alternatives() -> None:
    text = "Vandaag zei Rutte dat het gas op is"

    assert keys(text, yes="(olie OR gas) NEAR/4 @rutte", no="(olie OR wind) NEAR/4 @rutte") == ("yes",)


def test_fields_limit_where_a_rule_looks() -> None:
    rules = {"headline": "title:gas", "entity": "title:@nato", "about": "about:@nato"}

    assert keys("Over gas sprak vandaag de NAVO", title="Energie", **rules) == ()
    assert keys("tekst", title="NAVO koopt gas", **rules) == ("headline", "entity", "about")


def test_properties_of_the_item_can_be_asked_for() -> None:
    rules = {"source": "source:krant", "owner": "owner:dpg gas", "lang": "lang:nl", "other": "source:blad"}

    assert keys("gas", **rules) == ("source", "owner", "lang")


def test_nothing_is_true_of_an_empty_document() -> None:
    assert keys("", a="gas", b="@nato", c="gas NOT olie") == ()


def test_entities_of_a_rule_are_those_it_asks_for() -> None:
    rules = {"rule": parse_rule("(@nato OR gas NEAR/3 @rutte) NOT @trump", CATALOG.entities)}
    program, literals = Program.build(rules)

    assert program.entities_of("rule") == ["nato", "rutte"]
    assert program.entities_of("unknown") == []
    assert literals == [" gas "]


def test_a_literal_shared_by_many_rules_is_looked_for_once() -> None:
    rules = {f"r{number}": parse_rule(f"gas OR w{number}", ()) for number in range(100)}
    program, literals = Program.build(rules)

    assert len(literals) == 101
    assert len(program.keys) == 100
