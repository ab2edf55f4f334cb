from bot.domain.models import Document
from bot.domain.salience import ABOUT, DEFAULT_THRESHOLD, best_of
from tests.support.packs import matcher

MATCHER = matcher()
FILLER = "Verder ging het gesprek over het weer en over de oogst van dit jaar in de polder. " * 8


def salience(title: str, text: str) -> dict[str, float]:
    return dict(MATCHER.match(Document(title, text, language="nl")).salience)


def test_who_opens_the_headline_and_the_lead_is_what_an_item_is_about() -> None:
    assert salience("Rutte wil meer gas", "Mark Rutte zei dat in Goes. Rutte wil meer.")["rutte"] == 1.0


def test_a_headline_weighs_more_than_a_lead_and_a_lead_more_than_the_rest() -> None:
    headline = salience("Het gas van Rutte", FILLER)["rutte"]
    lead = salience("Het gas", "Rutte sprak. " + FILLER)["rutte"]
    rest = salience("Het gas", FILLER + "Rutte sprak.")["rutte"]

    assert headline >= ABOUT > lead > rest


def test_a_lone_mention_deep_in_a_text_about_others_is_below_the_default_threshold() -> None:
    text = "De NAVO sprak. De NAVO koos. De NAVO zweeg. De NAVO wacht. " + FILLER + "Ook Rutte was er."

    assert salience("NAVO kiest", text)["rutte"] < DEFAULT_THRESHOLD < salience("NAVO kiest", text)["nato"]


def test_a_lone_mention_in_a_short_text_is_above_it() -> None:
    assert salience("Gas", "Het was stil, zei Rutte.")["rutte"] > DEFAULT_THRESHOLD


def test_an_implied_entity_counts_for_less_than_a_named_one() -> None:
    found = salience("NAVO-chef bezoekt Goes", "")

    assert found["nato"] < found["rutte"] == 1.0


def test_a_text_without_headline_is_judged_by_what_there_is() -> None:
    assert salience("", "Rutte wil gas.")["rutte"] == 1.0
    assert salience("Rutte wil gas", "")["rutte"] == 1.0


def test_the_best_of_several_counts_and_words_alone_are_fully_salient() -> None:
    assert best_of({"a": 0.2, "b": 0.7}, ["a", "b", "c"]) == 0.7
    assert best_of({"a": 0.2}, ["c"]) == 1.0
    assert best_of({"a": 0.2}, []) == 1.0
