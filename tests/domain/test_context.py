import pytest

from tests.support.packs import named


@pytest.mark.parametrize(
    "text",
    [
        "Rusland en Kiev spraken over gas.",
        "In Kiev is gesproken over gas met Rusland.",
        "Kiev wil praten. Oekraïne is er klaar voor.",
    ],
)
def test_an_ambiguous_name_counts_with_what_it_needs_nearby(text: str) -> None:
    assert "ukraine" in named("Gas", text)


def test_what_it_needs_must_stand_near_enough() -> None:
    padding = "en nog een woord " * 5

    assert "ukraine" not in named("Gas", f"In Kiev sprak men {padding} over Rusland.")


@pytest.mark.parametrize(
    "text", ["Rusland at kip Kiev.", "Dynamo Kiev won in Rusland.", "Kiev Chicken in Rusland."]
)
def test_a_neighbour_can_make_it_something_else(text: str) -> None:
    assert "ukraine" not in named("Gas", text)


def test_a_prefix_or_another_entity_can_be_what_it_needs() -> None:
    assert "nato" in named("Oefening", "Het bondgenootschap oefent militaire taken.", language="nl")
    assert "nato" in named("Rutte spreekt", "Het bondgenootschap luistert.", language="nl")
    assert "nato" not in named("Feest", "Het bondgenootschap luistert.", language="nl")


def test_what_must_not_stand_anywhere_rules_it_out() -> None:
    assert "nato" not in named("Huwelijk", "Het bondgenootschap van Rutte duurt lang.", language="nl")
