import pytest

from tests.support.packs import catalog, named, read, surfaces


@pytest.mark.parametrize(
    "title",
    [
        "De winnaar heet Piet Rutte",
        "Gisteren won Wopkje Rutte goud",
        "Gisteren won J. Rutte goud",
        "Fred Rutte wint goud",
    ],
)
def test_a_surname_behind_another_first_name_is_somebody_else(title: str) -> None:
    text = f"{title} in de regen."
    assert "rutte" not in named("Sport kort", text)


@pytest.mark.parametrize(
    "title",
    [
        "Waarom Rutte zwijgt",
        "Volgens Rutte is het gas op",
        "VVD-leider Rutte zwijgt",
        "Dr. Rutte zwijgt",
        "Trump: Rutte zwijgt",
        "Trump, Rutte en Stoltenberg zwijgen",
        "Premier Mark Rutte zwijgt",
        "De NAVO Rutte ten voeten uit",
    ],
)
def test_words_that_are_no_first_names_leave_a_surname_alone(title: str) -> None:
    assert "rutte" in named(title)


def test_a_headline_in_capitals_says_nothing_about_names() -> None:
    assert "trump" in named("Supreme Court Sides With Farmers as Judge Blocks Trump Order", language="en")
    assert "trump" not in named(
        "Supreme Court Sides With Farmers as Judge Blocks Fred Trump Order", language="en"
    )


def test_an_initial_between_the_own_first_name_and_surname_is_fine() -> None:
    assert "trump" in named("A letter to Donald K. Trump arrived")
    assert "trump" not in named("A letter to Fred K. Trump arrived")


def test_a_bare_surname_belongs_to_the_namesake_whom_the_text_introduces() -> None:
    assert named("Rutte wint quiz", "De 43-jarige Piet Rutte won. Rutte was blij.") == set()
    assert (
        named("Rutte wint quiz", "In Goes heeft Wopkje Rutte gewonnen. Wopkje Rutte: leuk! Rutte lachte.")
        == set()
    )


def test_a_bare_surname_stays_when_the_namesake_comes_later() -> None:
    result = read("Rutte opent museum", "Rutte sprak kort. Ook gids Piet Rutte was er.")

    assert surfaces(result)["rutte"] == ["Rutte", "Rutte"]


def test_a_bare_surname_stays_when_the_entity_is_named_in_full() -> None:
    text = "Piet Rutte is geen familie van Mark Rutte. Rutte lachte erom."

    assert surfaces(read("Naamgenoten", text))["rutte"] == ["Mark Rutte", "Rutte"]


def test_a_listed_namesake_takes_over_wherever_he_stands() -> None:
    assert named("Rutte verlaat Kamer", "Rutte stopt ermee. Arno Rutte zat er zes jaar.") == set()


def test_a_relative_does_not_take_over() -> None:
    result = read("Melania Trump in Londen", "Melania Trump kwam aan. Trump volgde later.", language="nl")

    assert surfaces(result)["trump"] == ["Trump"]


def test_a_relative_alone_is_not_the_entity() -> None:
    assert "trump" not in named("Melania Trump in Londen")
    assert "trump" not in named("Donald Trump Jr. in Londen")


def test_a_couple_shares_its_surname() -> None:
    assert "trump" in named("Donald and Melania Trump land in London", language="en")
    assert "trump" in named("Donald en Melania Trump in Londen")
    assert "trump" not in named("Fred en Melania Trump in Londen")


def test_a_personal_title_outweighs_a_namesake() -> None:
    assert surfaces(read("Kort", "Piet Rutte sprak met premier Rutte."))["rutte"] == ["Rutte"]


def test_names_of_other_entities_are_no_first_names() -> None:
    assert "Rutte" not in catalog().given_names
    assert "rutte" in named("Sport", "Gisteren gaf Trump Rutte een hand.")


@pytest.mark.parametrize(
    "title",
    ["Bakker Rutte bakt brood", "Bakkerij Rutte bestaat honderd jaar", "De winst was voor schaatser Rutte"],
)
def test_a_calling_outside_this_news_makes_a_namesake(title: str) -> None:
    assert "rutte" not in named(title)
    assert "rutte" in named(title, "Mark Rutte keek toe.")
