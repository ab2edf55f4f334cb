import pytest

from tests.support.packs import named


@pytest.mark.parametrize(
    ("day", "holder"),
    [("2012-05-01", None), ("2020-05-01", "stoltenberg"), ("2024-10-01", "rutte"), ("", "rutte")],
)
def test_a_title_means_who_held_it_on_the_day(day: str, holder: str | None) -> None:
    assert named("NAVO-chef waarschuwt voor vertraging", day=day) - {"nato"} == (
        {holder} if holder else set()
    )


@pytest.mark.parametrize(
    "title", ["secretaris-generaal van de NAVO", "Secretaris generaal van de Navo", "navo-chef"]
)
def test_hyphens_and_case_do_not_matter_in_a_title(title: str) -> None:
    assert named(f"Bezoek van de {title} aan Goes") == {"nato", "rutte"}


@pytest.mark.parametrize(
    "title",
    [
        "Oud-NAVO-chef schrijft boek",
        "De voormalige NAVO-chef schrijft boek",
        "Former NATO chief writes book",
        "Ex-NATO chief writes book",
        "Deputy NATO Secretary General visits Oslo",
        "NATO chief candidate visits Oslo",
        "The next NATO chief visits Oslo",
        "The 11th NATO Secretary General visits Oslo",
        "NATO chief of staff visits Oslo",
        "NAVO-chef Anders Fogh Rasmussen is vertrokken",
        "NATO chief Jens Stoltenberg signs book",
    ],
)
def test_a_title_that_is_not_its_holders_still_implies_the_alliance(title: str) -> None:
    assert named(title) >= {"nato"}
    assert "rutte" not in named(title)


@pytest.mark.parametrize(
    "title",
    [
        "Outgoing NATO chief visits Oslo",
        "Demissionaire NAVO-chef bezoekt Oslo",
        "NATO chief Mark Rutte visits Oslo",
        "NATO chief, in a speech, warns Oslo",
        "NATO chief: Europe must pay",
        "NATO Chief Warns Of Long Winter In The North",
        "NATO chief’s visit to Oslo",
        "NATO chief Thursday visits Oslo",
    ],
)
def test_a_title_with_other_words_around_it_stays_its_holders(title: str) -> None:
    assert named(title) >= {"rutte", "nato"}


def test_a_title_whose_holder_has_no_pack_names_nobody() -> None:
    assert named("Nederlandse premier bezoekt Oslo", day="2025-01-10") == set()
    assert named("Nederlandse premier bezoekt Oslo", day="2023-01-10") == {"rutte"}


def test_after_a_comma_only_another_holder_of_the_office_is_meant() -> None:
    assert "rutte" not in named("The NATO chief, Jens Stoltenberg, signs book")
    assert "rutte" in named("The daughter of the NATO chief, Fred Jansen and other guests")
