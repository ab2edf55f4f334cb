"""What is told of an item: the best of its teaser, its feed's text and its page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.brief import brief_of, source_of, title_of
from bot.domain.models import Brief, Item, Match, MatchResult, Outlet

NOW = datetime(2031, 3, 3, tzinfo=UTC)
TEASER = "Het bondgenootschap reageert."
LEAD = "De NAVO stuurt deze week zes schepen naar de Oostzee, zegt secretaris-generaal Mark Rutte in Brussel."
SECOND = "De schepen bewaken kabels en leidingen op de zeebodem tussen Finland en Estland."
ITEM = Item(
    "k",
    1,
    Outlet("Proefkrant", "proef"),
    "https://proef.example/1",
    "NAVO stuurt schepen naar de Oostzee",
    TEASER,
    TEASER,
    "nl",
    NOW,
    NOW,
)
RESULT = MatchResult("nl", (Match("nato", "NAVO", "title", 0, 4, "name"),), {"nato": 0.8}, ("topic:nato",))


def test_without_more_the_teaser_is_told() -> None:
    assert brief_of(ITEM, RESULT) == Brief(TEASER)


def test_an_article_that_says_more_is_told() -> None:
    assert brief_of(ITEM, RESULT, f"{LEAD}\n{SECOND}") == Brief(f"{LEAD} {SECOND}")


def test_the_text_of_the_feed_is_told_when_it_says_more() -> None:
    assert brief_of(replace(ITEM, text=f"{LEAD}\n{SECOND}"), RESULT).text == f"{LEAD} {SECOND}"


def test_a_good_teaser_stays_beside_a_poor_article() -> None:
    item = replace(ITEM, summary=f"{LEAD} {SECOND}")
    assert brief_of(item, RESULT, "NAVO-schepen. Oostzee. Dat is zo.").text == item.summary


def test_a_wall_before_the_article_is_not_told() -> None:
    assert (
        brief_of(ITEM, RESULT, "Wij en onze partners verwerken uw gegevens. Dat doen wij graag.").text
        == TEASER
    )


def test_a_mention_in_passing_does_not_choose_the_sentences() -> None:
    matches = (*RESULT.matches, Match("trump", "Trump", "text", 200, 205, "name"))
    result = replace(RESULT, matches=matches, salience={"nato": 0.8, "trump": 0.1})
    text = f"{LEAD} {SECOND} " + "Vissers blijven thuis. " * 9 + "Bij Trump bleef het stil."
    assert "Trump" not in brief_of(ITEM, result, text).text


def test_a_paywall_is_known_from_the_page_or_from_the_feed() -> None:
    assert brief_of(ITEM, RESULT, LEAD, paywalled=True).paywalled
    assert brief_of(replace(ITEM, text=f"{TEASER} Dit artikel is alleen voor abonnees."), RESULT).paywalled
    assert not brief_of(ITEM, RESULT).paywalled


def test_the_source_is_the_fullest_text() -> None:
    assert source_of(ITEM) == TEASER
    assert source_of(replace(ITEM, text=LEAD)) == LEAD
    assert source_of(ITEM, f"{LEAD}\n{SECOND}") == f"{LEAD}\n{SECOND}"
    assert source_of(replace(ITEM, summary="", text="")) == ""


@pytest.mark.parametrize(
    ("title", "summary", "headline"),
    [
        ("Sluis open", "De sluis is open.", "Sluis open"),
        ("", "De sluis is open. De dijk is dicht.", "De sluis is open."),
        ("", "Sluis " * 30, "Sluis " * 15 + "Sluis…"),
        ("", "x" * 300, "x" * 100 + "…"),
        ("", "", ""),
    ],
)
def test_an_item_without_a_headline_has_its_first_words(title: str, summary: str, headline: str) -> None:
    assert title_of(title, summary) == headline
