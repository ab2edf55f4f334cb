"""How a sentence reads on its own."""

import pytest

from bot.domain.readable import flaws, is_prose, is_whole, leans

FINE = "De dijk bij Wessem hield vannacht stand, zegt het waterschap."


@pytest.mark.parametrize(
    "sentence",
    [
        "Hij zei dat de dijk hield.",
        "Dat meldt het waterschap.",
        "„Die dijk is oud”, zei ze.",
        "Volgens hem is er geen gevaar.",
        "Daarom blijft de weg dicht.",
        "De deadline voor die steun loopt af.",
        "Er blijft dus weinig over.",
        "She left.",
        "But the bridge held.",
        "The former won.",
        "A spokesman for this group denied it.",
    ],
)
def test_some_sentences_lean_on_the_one_before(sentence: str) -> None:
    assert leans(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        FINE,
        "Er zijn drie gewonden.",
        "In the end the bridge held.",
        "Thessaloniki is flooded.",
        "Sheikh Omar spoke.",
        "De minister spreekt later deze week met boeren.",
        "Enschede krijgt een tram.",
        "Hijmans stapt op.",
    ],
)
def test_others_stand_alone(sentence: str) -> None:
    assert not leans(sentence)


def test_a_sentence_is_whole_when_it_has_its_end() -> None:
    assert is_whole(FINE)
    assert is_whole('Hij zei: "Nee!"')
    assert not is_whole("De dijk bij Wessem hield…")
    assert not is_whole("De dijk bij Wessem hield [...]")
    assert not is_whole("Dijk houdt stand")


def test_alone_a_sentence_may_lack_its_stop() -> None:
    assert is_whole(FINE.rstrip("."), alone=True)
    assert not is_whole("De dijk bij Wessem hield vannacht stand volgens het", alone=True)
    assert not is_whole("Dijk houdt stand", alone=True)


@pytest.mark.parametrize(
    "text", ["1 2 3 4 5 6 7 8.", "http://a.example http://b.example x.", "Ja.", "Lees ook: iets anders."]
)
def test_numbers_links_and_boilerplate_are_no_prose(text: str) -> None:
    assert not is_prose(text)
    assert is_prose(FINE)


@pytest.mark.parametrize(
    "sentence",
    [
        "Houdt de dijk bij Wessem het deze nacht?",
        "Dit is waarom de dijk bij Wessem stand hield.",
        "Ik woon al mijn hele leven achter de dijk.",
        "Dat heeft het waterschap dinsdag laten weten.",
        "„De dijk houdt het wel”, zei een bewoner.",
        "Hoog water De dijk bij Wessem hield vannacht stand.",
        "bij Wessem hield de dijk vannacht stand.",
    ],
)
def test_what_reads_badly_costs(sentence: str) -> None:
    assert flaws(sentence) > flaws(FINE) == 0
