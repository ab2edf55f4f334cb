from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.evidence import evidence_of, headline_of
from bot.domain.likeness import LEXICAL, SEMANTIC, Account, Comparison, Signs
from bot.domain.vocabulary import Vocabulary, read_words

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
VOCABULARY = Vocabulary(
    read_words("[places]\nmoldova: moldavie | moldova\narmenia: armenie | armenia\n"),
    dict.fromkeys(["in", "to", "the", "a", "de", "het", "op", "over", "on"], 0.5),
)
TITLE = "Moldova to hold referendum on fishing rights"


def account(
    title: str,
    text: str = "",
    *,
    outlet: str = "",
    url: str = "",
    language: str = "en",
    hours: float = 0,
) -> Account:
    headline = headline_of(title)
    evidence = evidence_of(title, text, language, VOCABULARY)
    return Account(evidence, headline, text, language, outlet, url, NOON + timedelta(hours=hours))


def signs(one: Account, other: Account) -> Signs:
    weights = defaultdict[str, float](lambda: 6.0)
    return Comparison(one, weights).signs(other)


def lexical(one: Account, other: Account) -> float:
    return signs(one, other).score(LEXICAL)


def test_the_same_headline_is_the_same_event() -> None:
    assert lexical(account(TITLE), account(TITLE)) > 3


def test_reports_that_share_nothing_are_of_two_events() -> None:
    assert lexical(account(TITLE), account("Ajax verliest van Heerenveen")) < -3


def test_the_later_the_less_likely() -> None:
    scores = [lexical(account(TITLE), account(TITLE, hours=hours)) for hours in (0, 1, 12, 60)]
    assert scores == sorted(scores, reverse=True)


def test_time_runs_both_ways() -> None:
    early, late = account(TITLE), account("Moldova plans referendum", hours=5)
    assert lexical(early, late) == pytest.approx(lexical(late, early))


def test_another_place_makes_another_event_of_the_same_words() -> None:
    here, there = account(TITLE), account(TITLE.replace("Moldova", "Armenia"))
    elsewhere = signs(here, there)
    assert elsewhere.elsewhere > 0
    assert elsewhere.score(LEXICAL) < lexical(here, account(TITLE.replace("Moldova", "Chisinau")))


def test_a_place_that_only_one_names_tells_nothing() -> None:
    assert signs(account(TITLE), account("Referendum on fishing rights announced")).elsewhere == 0


def test_a_place_that_the_lead_names_is_not_elsewhere() -> None:
    lead = account("Armenia watches vote on fishing rights", "The referendum in Moldova is in June.")
    assert signs(account(TITLE), lead).elsewhere == 0


def test_a_short_headline_that_a_long_one_contains_is_crossed_whole() -> None:
    short, long = (
        account("Fishing vote in Moldova"),
        account("Moldova fishing vote splits coalition in Chisinau"),
    )
    apart = account("Fishing fleet in Moldova")
    assert signs(short, long).crossed == signs(long, short).crossed == 1
    assert signs(apart, long).crossed < 1


def test_a_number_that_both_headlines_name_speaks_for_one_event() -> None:
    dead = account("Ferry sinks, 34 dead")
    same, other = account("34 killed as boat capsizes"), account("12 killed as boat capsizes")
    assert signs(dead, same).number
    assert not signs(dead, other).number
    assert LEXICAL.number > 0
    assert SEMANTIC.number > 0


def test_a_number_below_a_headline_is_not_of_the_headline() -> None:
    assert not signs(account("Ferry sinks, 34 dead"), account("Boat capsizes", "34 were killed.")).number


def test_what_only_stands_below_both_headlines_is_background() -> None:
    text = "The ministry of fisheries in Chisinau had asked for it."
    vote, protest = account(TITLE, text), account("Trawler crews block harbour", text)
    assert signs(vote, protest).background == pytest.approx(1)
    assert signs(vote, account("Ministry of fisheries in Chisinau asked")).background == 0


def test_background_alone_makes_no_meaning_sure() -> None:
    shared, unshared = ("The ministry in Chisinau had asked.", "Crews met on Sunday.")
    vote, other = account(TITLE, shared), "Trawler crews block harbour"
    one, two = (signs(vote, account(other, text)) for text in (shared, unshared))
    assert one._replace(lead=0, rarest=0).score(SEMANTIC) < two._replace(lead=0, rarest=0).score(SEMANTIC)


def test_two_articles_of_one_outlet_are_less_likely_one_event() -> None:
    one = account(TITLE, outlet="Gazette")
    same, other = (account("Moldova fishing vote in June", outlet=name) for name in ("Gazette", "Herald"))
    assert lexical(one, same) < lexical(one, other)


def test_an_unknown_outlet_is_nobodys() -> None:
    assert signs(account(TITLE), account("Moldova fishing vote")).outlet == 0


def test_a_comment_is_less_likely_the_event() -> None:
    comment = account("Analysis: " + TITLE)
    assert signs(account(TITLE), comment).comment
    assert lexical(account(TITLE), comment) < lexical(account(TITLE), account(TITLE))


def test_two_languages_share_less_and_are_allowed_to() -> None:
    dutch = account("Referendum over visserij in Moldavië", language="nl")
    found = signs(account(TITLE), dutch)
    assert found.languages
    assert LEXICAL.languages > 0


def test_meaning_decides_where_words_do_not() -> None:
    found = signs(account(TITLE), account("Moldovan voters get say about trawlers", hours=1))
    assert found.score(SEMANTIC, meaning=0.9) > found.score(SEMANTIC, meaning=0.1)


def test_one_address_is_one_article() -> None:
    one = account(TITLE, url="https://gazette.example/1")
    comparison = Comparison(one, defaultdict(float))
    assert comparison.certain(account("Anything else", url="https://gazette.example/1")) is True
    assert comparison.certain(account("Anything else", url="")) is None


def test_a_round_up_is_joined_by_nothing_but_itself() -> None:
    round_up = account("News in brief: Moldova to hold referendum on fishing rights", outlet="Gazette")
    comparison = Comparison(round_up, defaultdict(float))
    assert comparison.certain(account(TITLE, outlet="Gazette")) is False
    assert comparison.certain(round_up) is True
