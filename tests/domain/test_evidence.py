import pytest

from bot.domain.evidence import Genre, evidence_of, genre_of, headline_of
from bot.domain.vocabulary import Vocabulary, read_words

VOCABULARY = Vocabulary(
    read_words("[places]\nukraine: oekraine | ukraine\n[x]\ndrone: drones | drones\n"),
    {"the": 0.6, "de": 0.9},
)


@pytest.mark.parametrize(
    "title",
    [
        "Wekdienst 3 maart: top in Den Haag en zon",
        "Met het Oog op Morgen 03-03-2026",
        "Liveblog: debat over de munitieaffaire",
        "Iran live updates: talks resume",
        "News in brief: summit, strike, storm",
        "Ukraine war briefing: another long night",
        "Trump in Rome | Storm op zee",
        "Het nieuws van maandag: van alles wat",
        "Iran war live: talks resume in Doha",
        "Russia-Ukraine war: list of key events, day 1,409",
    ],
)
def test_round_ups_and_liveblogs_are_told_by_their_headlines(title: str) -> None:
    assert genre_of(title) is Genre.ROUND_UP


@pytest.mark.parametrize(
    "title",
    [
        "Analyse: waarom Rutte zwijgt",
        "Waarom Trump Groenland wil",
        "What does Rutte want?",
        "'Wij laten ons niet wegjagen van deze akker'",
        "Trump's tariff is a gift | Opinion",
        "Interview: de man achter de kaart",
        "Brief 2 Meer munitie helpt niet",
    ],
)
def test_comment_is_told_by_its_headline(title: str) -> None:
    assert genre_of(title) is Genre.COMMENT


@pytest.mark.parametrize(
    "title",
    [
        "Rutte belt Trump over Groenland",
        "Live ammunition found at Eindhoven airport",
        "Rutte: bondgenoten moeten sneller leveren",
        "Trump 'zeer teleurgesteld' in Poetin",
        "Watchdog fines bank",
    ],
)
def test_a_report_is_news(title: str) -> None:
    assert genre_of(title) is Genre.NEWS


@pytest.mark.parametrize("credit", [" - Reuters", " — BBC News", " | The Guardian", " – NU.nl"])
def test_the_outlet_behind_a_headline_is_no_part_of_it(credit: str) -> None:
    assert headline_of("Rutte phones Trump" + credit) == "Rutte phones Trump"


def test_a_headline_with_a_dash_of_its_own_stays_whole() -> None:
    title = "Trump - who else could it be on this stormy night in Rome - spoke first"
    assert headline_of(title) == title


def test_what_the_headline_says_is_not_said_again_by_the_lead() -> None:
    found = evidence_of("Drones boven Oekraïne", "De drones kwamen uit het oosten.", "nl", VOCABULARY)
    assert "drone" in found.title
    assert "drone" not in found.lead
    assert set(found.keys) == set(found.title) | set(found.lead)


def test_words_that_most_reports_have_say_nothing() -> None:
    assert "de" not in evidence_of("De drones", "de drones", "nl", VOCABULARY).keys


def test_places_of_the_headline_are_known_as_such() -> None:
    assert evidence_of("Drones boven Oekraïne", "", "nl", VOCABULARY).places == ("ukraine",)
    assert evidence_of("Drones", "Ze vlogen boven Oekraïne.", "nl", VOCABULARY).places == ()


def test_an_article_is_read_no_further_than_its_lead() -> None:
    text = "x " * 200 + "Zeeuwse mosselen"
    assert "mosel" not in evidence_of("Kop", text, "nl", VOCABULARY).keys
