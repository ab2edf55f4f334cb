import pytest

from tests.support.packs import named, read, surfaces


@pytest.mark.parametrize(
    ("title", "surface"),
    [
        ("De NAVO vergadert", "NAVO"),
        ("Navo vergadert", "Navo"),
        ("NATO’s plan ligt klaar", "NATO’s"),
        ("Extra geld voor de NAVO-top", "NAVO"),
        ("Duizenden bij anti-NAVO-betoging", "NAVO"),
        ("Overleg van NAVO-landen in Brussel", "NAVO"),
        ("Ook NAVOlanden zijn bezorgd", "NAVOlanden"),
        ("Protest tegen #navo in Den Haag", "navo"),
    ],
)
def test_the_alliance_is_found_however_it_is_written(title: str, surface: str) -> None:
    assert surfaces(read(title, language="nl"))["nato"] == [surface]


@pytest.mark.parametrize(
    "title",
    [
        "Senator stapt op na kritiek",
        "Vanavond regen in het zuiden",
        "Donatoren vergaderen in Genève",
        "In navolging van Rotterdam",
        "Er is een nieuwe nato geboren in het Italiaans",
        "How to spell your name in the NATO phonetic alphabet",
        "NATO ballpoints are collector's items",
    ],
)
def test_what_only_looks_like_the_alliance_is_not(title: str) -> None:
    assert "nato" not in named(title)


@pytest.mark.parametrize(
    "title",
    [
        "Ruttes plannen voor het voorjaar",
        "Rutte's plannen voor het voorjaar",
        "Kritiek op het kabinet-Rutte",
        "Premier Rutte spreekt de Kamer toe",
        "M. Rutte spreekt de Kamer toe",
        "RUTTE SPREEKT DE KAMER TOE",
    ],
)
def test_a_surname_is_found_with_its_endings_and_titles(title: str) -> None:
    assert "rutte" in named(title, language="nl")


@pytest.mark.parametrize(
    "title",
    ["Rutten wint de koers", "Ruttelaar geopend", "Grutters gaan langer open", "Familie Rütte viert feest"],
)
def test_longer_and_other_words_are_no_surname(title: str) -> None:
    assert "rutte" not in named(title, language="nl")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Oekraiense boeren krijgen steun", "Oekraiense"),
        ("OEKRAÏENSE BOEREN KRIJGEN STEUN", "OEKRAÏENSE"),
        ("Oekraïners vieren feest in Utrecht", "Oekraïners"),
        ("Debat over de Oekraïneoorlog", "Oekraïneoorlog"),
        ("Ukrainians celebrate in Utrecht", "Ukrainians"),
        ("Eine ukrainische Delegation reist an", "ukrainische"),
    ],
)
def test_adjectives_and_inhabitants_carry_their_endings(title: str, expected: str) -> None:
    assert surfaces(read(title))["ukraine"] == [expected]


def test_the_verb_is_not_the_man() -> None:
    assert "trump" not in named("How comfort trumps style this winter")
    assert "trump" not in named("Health Trumps Wealth in Every Survey, Doctors Find", language="en")
    assert "trump" not in named("why health may trump wealth for many of us", language="en")


def test_a_family_and_a_dutch_genitive_are_the_man() -> None:
    assert "trump" in named("A quiet winter for the Trumps in Florida", language="en")
    assert "trump" in named("Trumps plannen voor Groenland", language="nl")


def test_an_ism_is_formed_from_its_man() -> None:
    assert surfaces(read("Trumpisme zonder einde", language="nl"))["trump"] == ["Trumpisme"]


def test_blockers_hide_only_what_they_cover() -> None:
    assert "trump" not in named("His trump cards are on the table")
    assert "trump" not in named("Guests left Trump Tower at noon")
    assert surfaces(read("Donald Trump met guests in Trump Tower"))["trump"] == ["Donald Trump"]


def test_abbreviations_need_their_capitals() -> None:
    assert "united-states" in named("US and Japan sign a deal", language="en")
    assert "united-states" in named("U.S. troops arrive", language="en")
    assert "united-states" not in named("They told us to wait", language="en")
    assert "united-states" not in named("GIVE US A BREAK, SAY TEACHERS", language="en")


def test_a_strict_name_counts_only_in_its_language() -> None:
    assert "united-states" in named("Handel met de VS loopt terug, zegt het kabinet", language="nl")
    assert "united-states" not in named("Cats VS dogs: the debate that never really ends", language="en")


def test_an_item_without_capitals_is_read_all_the_same() -> None:
    assert "rutte" in named("rutte praat met de kamer over gas", language="nl")
    assert "trump" not in named("hearts trump diamonds in this game", language="en")


def test_a_name_split_over_headline_and_text_is_no_name() -> None:
    assert surfaces(read("Een dag met Mark", "Rutten bloeien in mei. Jens Stoltenberg sprak.")) == {
        "stoltenberg": ["Jens Stoltenberg"]
    }


def test_a_name_implies_what_is_true_in_every_item() -> None:
    result = read("Allies invoke the collective defence clause", language="en")

    assert {match.entity for match in result.matches} == {"article-5", "nato"}
    assert "also names NATO" in next(match.why for match in result.matches if match.entity == "nato")


def test_every_match_says_why() -> None:
    result = read("NAVO-chef Rutte bezoekt Oekraïense troepen")
    why = {(match.entity, match.surface): match.why for match in result.matches}

    assert (
        why["rutte", "NAVO-chef"]
        == "“NAVO-chef” is Mark Rutte, who was Secretary General of NATO on 2025-03-01"
    )
    assert why["rutte", "Rutte"].startswith("“Rutte” is the surname of Mark Rutte")
    assert why["ukraine", "Oekraïense"] == "“Oekraïense” is formed from Ukraine"


def test_one_mention_is_one_match() -> None:
    assert surfaces(read("Mark Rutte en nog eens Mark Rutte"))["rutte"] == ["Mark Rutte", "Mark Rutte"]


def test_offsets_point_into_the_original_field() -> None:
    title, text = "“Één” vraag aan  Oekrai\u0308ne", "Vandaag  sprak Mark\u00a0Ru\u200btte."
    for match in read(title, text).matches:
        field = title if match.field == "title" else text
        assert field[match.start : match.end] == match.surface
    assert surfaces(read(title, text)) == {"ukraine": ["Oekrai\u0308ne"], "rutte": ["Mark\u00a0Ru\u200btte"]}
