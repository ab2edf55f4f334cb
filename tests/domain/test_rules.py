from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rule_tree import All, EntityRef, Field, FieldIs, Near, Not, Some, Words
from bot.domain.rules import MAX_DEPTH, MAX_LENGTH, parse_rule
from bot.errors import RuleError

ENTITIES = ("nato", "rutte", "trump")


def parsed(text: str) -> object:
    return parse_rule(text, ENTITIES).root


def refused(text: str) -> RuleError:
    with pytest.raises(RuleError) as error:
        parse_rule(text, ENTITIES)
    return error.value


def test_a_word_is_folded_and_knows_where_it_stands() -> None:
    assert parsed("  Oekraïne") == Words(2, 10, "oekraine")


def test_a_prefix_and_a_phrase_may_end_in_a_star() -> None:
    assert parsed("defensie*") == Words(0, 9, "defensie", prefix=True)
    assert parsed('"defence spend*"') == Words(0, 16, "defence spend", prefix=True)
    assert parsed('"defence spend"*') == Words(0, 16, "defence spend", prefix=True)


def test_hyphens_and_curly_quotes_are_as_good_as_spaces_and_straight_ones() -> None:
    assert parsed("“NAVO-top”") == Words(0, 10, "navo top")


def test_or_binds_less_than_and_which_binds_less_than_not() -> None:
    root = parsed("een OR twee AND drie NOT vier")

    assert isinstance(root, Some)
    assert isinstance(root.children[1], All)
    assert [type(child) for child in root.children[1].children] == [Words, Words, Not]


def test_words_side_by_side_are_joined_by_and() -> None:
    assert isinstance(parsed("een twee"), All)
    assert parsed("een AND twee").children == (Words(0, 3, "een"), Words(8, 12, "twee"))  # type: ignore[attr-defined]  # All


def test_parentheses_group() -> None:
    root = parsed("(@rutte OR @nato) AND defensie* NOT sport")

    assert isinstance(root, All)
    assert isinstance(root.children[0], Some)


def test_fields_say_where_to_look() -> None:
    assert parsed("title:@nato") == EntityRef(0, 11, "nato", in_title=True)
    assert parsed('title:"grote top"') == Words(0, 17, "grote top", in_title=True)
    assert parsed("about:@rutte") == EntityRef(0, 12, "rutte", about=True)
    assert parsed("source:NOS.nl") == FieldIs(0, 13, Field.SOURCE, "nos nl")
    assert parsed("lang:nl x") == All(0, 9, (FieldIs(0, 7, Field.LANG, "nl"), Words(8, 9, "x")))


def test_near_takes_words_entities_and_alternatives() -> None:
    root = parsed('(raket OR "F-16") NEAR/5 @nato')

    assert isinstance(root, Near)
    assert root.distance == 5


def test_a_rule_lists_its_entities_once() -> None:
    assert parse_rule("@nato (@rutte OR about:@nato) NOT @trump", ENTITIES).entities == (
        "nato",
        "rutte",
        "trump",
    )


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("*", 0, "letters before"),
        ("x AND a*", 6, "at least 2 letters"),
        ("def*nsie", 0, "only stand at the end"),
        ("(a OR b", 0, "never closed"),
        ("a OR b)", 6, "without a ("),
        ("a ()", 2, "empty"),
        ("a AND", 5, "ends where"),
        ("OR a", 0, "without a word"),
        ("a OR OR b", 5, "without a word"),
        ('"a b', 0, "never closed"),
        ("@ruttte", 0, "did you mean @rutte?"),
        ("@", 0, "needs a name"),
        ("titel:x", 0, "did you mean title?"),
        ("about:rutte", 6, "takes an entity"),
        ("lang:dutch", 5, "two letters"),
        ("title:(a)", 6, "takes a word"),
        ("a NEAR b", 2, "distance"),
        ("a NEAR/0 b", 2, "distance"),
        ("a NEAR/999999999 b", 2, "distance"),
        ("(a b) NEAR/3 c", 1, "beside NEAR"),
        ("a NEAR/3 NOT b", 9, "without a word"),
        ("rutte and trump", 6, "write AND in capitals"),
        ("rutte of trump", 6, "write OR in capitals"),
        ("rutte near/3 trump", 6, "write NEAR/5 in capitals"),
        ("a -b", 2, "write NOT b"),
        ("NOT NOT a", 4, "twice"),
        ("NOT sport", 0, "lacks something"),
        ("@nato OR NOT sport", 9, "lacks something"),
        ("a NOT (b OR NOT c)", 2, "undoes another NOT"),
        ("?!", 0, "no letter"),
        ("a\x07b", 1, "control character"),
        ("a \ud800", 2, "control character"),
    ],
)
def test_a_mistake_is_named_with_its_position_and_a_hint(text: str, position: int, says: str) -> None:
    error = refused(text)

    assert error.position == position
    assert says in str(error)
    assert error.hint


def test_a_rule_of_more_than_ten_thousand_characters_is_refused() -> None:
    assert "10000 characters" in str(refused("a" * (MAX_LENGTH + 1)))
    assert parse_rule("a" * MAX_LENGTH, ENTITIES)


def test_a_thousand_parentheses_are_refused_without_a_crash() -> None:
    assert "deeper" in str(refused("(" * 1000 + "a" + ")" * 1000))
    assert parse_rule("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, ENTITIES)


def place_of(text: str) -> int:
    """Where a rule starts, or where its mistake stands."""
    try:
        return parse_rule(text, ENTITIES).root.start
    except RuleError as error:
        return error.position


@given(st.text(st.sampled_from('abé*@:()"“ -/5ANDORTENnlato\n'), max_size=60))
def test_whatever_is_typed_parses_or_is_refused_inside_the_text(text: str) -> None:
    assert 0 <= place_of(text) <= len(text)


@given(st.text(max_size=200))
def test_any_text_at_all_parses_or_is_refused(text: str) -> None:
    assert 0 <= place_of(text) <= len(text)


def test_the_examples_in_the_manual_parse() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    examples = manual.split("```\n")[1].strip().splitlines()

    assert len(examples) == 4
    for example in examples:
        assert parse_rule(example, (*ENTITIES, "ukraine", "zelensky")).entities
