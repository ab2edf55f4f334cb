"""Trying a rule on stored items."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.explain import explain
from bot.domain.matcher import Matcher
from bot.domain.models import Item, Outlet
from bot.domain.rules import parse_rule
from bot.domain.stories import StoryWindow
from bot.services.ingest import document_of
from bot.services.rulelab import GROUPED, Trial, try_rule
from bot.store.items import StoredItem
from tests.support.clock import NOON
from tests.support.newsroom import CATALOG

MATCHER = Matcher.build(CATALOG, {})
TITLES = (
    "Rutte belooft Oekraïne meer luchtafweer op NAVO-top in Den Haag",
    "NAVO-top Den Haag: Rutte belooft Oekraïne extra luchtafweer",
    "Rutte opent tentoonstelling over schaatsen in Heerenveen",
    "Arno Rutte stopt als wethouder",
    "Haven van Rotterdam sluit kade na brand",
)


def stored(titles: Sequence[str]) -> list[StoredItem]:
    """Items an hour apart, the last title the oldest."""
    return [
        StoredItem(
            100 - number,
            Item(
                key=str(number),
                feed_id=1,
                outlet=Outlet("Kustbode", "kust"),
                url=f"https://kust.example/{number}",
                title=title,
                summary="",
                text="",
                language="nl",
                published=NOON - timedelta(hours=number),
                seen_at=NOON - timedelta(hours=number),
            ),
            None,
        )
        for number, title in enumerate(titles)
    ]


def tried(rule: str, titles: Sequence[str] = TITLES, seconds: int = 99, threshold: float = 0.25) -> Trial:
    left = iter(range(seconds))
    parsed = parse_rule(rule, CATALOG.entities)
    return try_rule(
        parsed, MATCHER, stored(titles), StoryWindow(), threshold, lambda: next(left, None) is None
    )


def titles(judged: Sequence[object]) -> list[str]:
    return [each.stored.item.title for each in judged]  # type: ignore[attr-defined]  # Judged


def test_hits_are_the_items_for_which_the_rule_holds_with_reasons() -> None:
    trial = tried("@rutte AND luchtafweer")
    assert titles(trial.hits) == list(TITLES[:2])
    assert [clause.text for clause in trial.hits[0].clauses] == ["@rutte", "luchtafweer"]
    assert all("“" in clause.why for clause in trial.hits[0].clauses)


def test_a_near_miss_says_what_is_lacking() -> None:
    near = {each.stored.item.title: each.clauses for each in tried("@rutte AND luchtafweer").near}
    assert TITLES[2] in near
    assert [clause.text for clause in near[TITLES[2]]] == ["luchtafweer"]
    assert TITLES[4] not in near


def test_a_name_that_means_somebody_else_is_a_near_miss() -> None:
    [near] = [each for each in tried("@rutte").near if each.stored.item.title == TITLES[3]]
    assert "does not mean Mark Rutte" in near.clauses[0].why


def test_two_reports_of_one_event_would_have_been_one_alert() -> None:
    trial = tried("@rutte AND luchtafweer")
    assert [hit.alert for hit in trial.hits] == [False, True]
    assert trial.alerts == 1


def test_what_is_said_in_passing_is_a_hit_without_an_alert() -> None:
    assert tried("@rutte AND luchtafweer", threshold=1.1).alerts == 0
    assert len(tried("@rutte AND luchtafweer", threshold=1.1).hits) == 2


def test_alerts_a_day_are_counted_over_the_time_that_was_looked_at() -> None:
    week = [
        "Haven van Delfzijl krijgt nieuwe sluis",
        "Zeehond gered uit haven Vlissingen",
        "Staking legt haven Antwerpen stil",
        "Museum in oude haven Harlingen opent deuren",
    ]
    trial = tried("haven", [*week, *["Weer"] * 93])
    assert trial.alerts == 4
    assert round(trial.days, 1) == 4.0
    assert round(trial.alerts_a_day, 1) == 1.0
    assert tried("haven", []).alerts_a_day == 0


def test_of_very_many_hits_the_newest_tell_the_rate() -> None:
    words = ("brand", "staking", "sluis", "zeehond", "museum", "diefstal", "veerboot", "storm")
    many = [f"Haven: {words[number % 8]} {number * 7919} {words[number // 8 % 8]}" for number in range(600)]
    trial = tried("haven", many, seconds=1000)
    assert len(trial.hits) == 600
    assert round(trial.days, 1) == round((GROUPED - 1) / 24, 1)
    assert not any(hit.alert for hit in trial.hits[GROUPED:])


def test_it_stops_when_its_time_is_up() -> None:
    trial = tried("@rutte", seconds=2)
    assert trial.looked_at == 2
    assert titles(trial.hits) == list(TITLES[:2])


def test_the_lab_agrees_with_what_the_service_would_match() -> None:
    for text in ("@rutte", "@nato NOT luchtafweer", "haven* OR schaatsen", "title:rutte lang:nl"):
        rule = parse_rule(text, CATALOG.entities)
        matcher = Matcher.build(CATALOG, {"lab": rule})
        wanted = [each.item.title for each in stored(TITLES) if matcher.match(document_of(each.item)).rules]
        assert titles(tried(text).hits) == wanted, text
        assert all(
            explain(rule, matcher.evidence(document_of(each.stored.item)), CATALOG).holds
            for each in tried(text).hits
        )
