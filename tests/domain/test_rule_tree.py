import pytest

from bot.domain.rule_tree import All, EntityRef, Near, Not, Some, Words, holds_on_nothing, walk

GAS, OIL, NATO = Words(0, 3, "gas"), Words(4, 8, "olie"), EntityRef(0, 5, "nato")


def test_walking_a_tree_meets_every_node_once() -> None:
    tree = All(0, 9, (Some(0, 9, (GAS, OIL)), Not(0, 9, NATO), Near(0, 9, 3, GAS, NATO)))

    assert [type(node).__name__ for node in walk(tree)] == [
        *("All", "Some", "Words", "Words", "Not", "EntityRef", "Near", "Words", "EntityRef"),
    ]


@pytest.mark.parametrize("tree", [GAS, NATO, All(0, 9, (Not(0, 9, GAS), OIL)), Some(0, 9, (GAS, OIL))])
def test_a_sound_rule_needs_something(tree: Words | EntityRef | All | Some) -> None:
    assert holds_on_nothing(tree) is None


def test_the_part_that_holds_on_nothing_is_named() -> None:
    no_oil = Not(4, 8, OIL)

    assert holds_on_nothing(no_oil) is no_oil
    assert holds_on_nothing(Some(0, 9, (GAS, no_oil))) is no_oil
    assert holds_on_nothing(All(0, 9, (no_oil, Not(0, 3, GAS)))) is no_oil
