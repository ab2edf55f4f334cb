"""What the load measures with: news that is the same each time, and sums that can be checked by hand."""

from dataclasses import replace

import pytest

from bot.feeds.parse import parse_feed
from tests.bench.load import legs, parse_arguments
from tests.bench.loadnews import FIRST, Load, article, document, read_address
from tests.bench.loadreport import Done, Leg, growth, speed_up, worst
from tests.bench.loadrun import Alerts, Cost, Seen, alerts_of
from tests.bench.loadserver import Served, Told

LOAD = Load(feeds=300, changed=0.2, rules=50, chats=500, interval=60.0, hot=5, epoch=1_780_000_000.0)
NOW = LOAD.epoch + FIRST * LOAD.interval


def followers(rule: int) -> list[int]:
    return [rule * 10, rule * 10 + 1]


def seen(polls: int, cpu: float, memory: float = 100.0, name: str = "worker 1") -> Seen:
    return Seen(10.0, polls, polls // 5, [Cost(name, cpu, memory)], [Cost("PostgreSQL", 1.0, 50.0)])


def done(section: str, feeds: int, found: Seen, workers: int = 0) -> Done:
    return Done(Leg(section, "Heraut", replace(LOAD, feeds=feeds), workers=workers), found, 1.0)


def test_as_many_feeds_change_in_a_turn_as_was_asked_for() -> None:
    brought = sum(LOAD.brings(feed, turn) for feed in range(300) for turn in range(50))
    assert 0.19 <= brought / (300 * 50) <= 0.21


def test_a_feed_is_read_as_it_was_written() -> None:
    turn = LOAD.latest(7, LOAD.turn_at(7, NOW))
    parsed = parse_feed(document(LOAD, 7, turn), "application/rss+xml", "https://krant7.example/feed")
    assert list(parsed.items) == [article(LOAD, 7, each).parsed() for each in LOAD.last(7, turn)]
    assert len(parsed.items) == LOAD.entries


def test_nothing_is_published_before_its_time() -> None:
    for feed in range(50):
        turn = LOAD.turn_at(feed, NOW)
        assert LOAD.published(feed, turn) <= NOW < LOAD.published(feed, turn + 1)


def test_a_group_reports_one_event_under_several_headlines_and_no_two_events_are_one() -> None:
    told = [
        article(LOAD, feed, turn)
        for feed in range(300)
        for turn in range(FIRST, FIRST + 20)
        if LOAD.brings(feed, turn)
    ]
    events: dict[str, set[str]] = {}
    for each in told:
        events.setdefault(each.event, set()).add(each.title)
    assert any(len(titles) > 1 for titles in events.values())
    assert len(set().union(*events.values())) == sum(map(len, events.values()))


def test_only_what_somebody_follows_is_owed_to_anybody() -> None:
    followed = [each for turn in range(500) if (each := article(LOAD, 1, turn)).rule is not None]
    assert 60 <= len(followed) <= 140
    assert read_address(followed[0].address) is not None
    assert read_address("https://elders.example/artikel/12") is None


def test_alerts_are_counted_from_the_first_report_of_an_event() -> None:
    served = [Served("storm", 1, 95.0, 100.0), Served("storm", 1, 90.0, 104.0), Served("oud", 2, 1.0, 50.0)]
    told = [Told(10, "storm", 101.0), Told(11, "storm", 103.0), Told(11, "storm", 110.0)]
    found = alerts_of(served, told, followers, began=99.0, ended=120.0)
    assert found == Alerts(2, missing=0, twice=1, since_published=[6.0, 8.0], since_read=[1.0, 3.0])


def test_an_event_that_was_told_as_another_one_is_not_missing_but_merged() -> None:
    served = [Served("storm", 1, 95.0, 100.0)]
    told = [Told(10, "brand", 101.0), Told(11, "brand", 99.5)]
    found = alerts_of(served, told, followers, began=99.0, ended=120.0)
    assert (found.owed, found.missing, found.merged) == (2, 1, 1)


@pytest.mark.parametrize(("count", "found"), [(1, 1), (99, 99), (100, 99), (200, 198), (1000, 990)])
def test_the_99th_percentile_is_the_nearest_rank(count: int, found: int) -> None:
    assert worst(list(range(1, count + 1))) == found


def test_growth_faster_than_the_feeds_is_called_so() -> None:
    few, many = seen(100, 1.0), seen(1000, 9.0)
    assert "linear or better" in growth([done("growth", 100, few), done("growth", 1000, many)])
    grown = seen(1000, 11.0)
    assert "WORSE THAN LINEAR" in growth([done("growth", 100, few), done("growth", 1000, grown)])


def test_speed_up_tells_what_was_run_from_what_was_computed() -> None:
    one, two = seen(1000, 8.0), seen(1200, 9.6)
    text = speed_up([done("parse", 100, one, 1), done("parse", 100, two, 2)])
    assert "1 to 2 workers: 1.20 x the polls in a second" in text
    assert "1.00 x the polls" in text
    assert "2.00 x (computed, not run)" in text


def test_the_whole_load_has_all_its_sections_and_alerts_stay_below_what_telegram_allows() -> None:
    planned = list(legs(parse_arguments([])))
    assert [each.section for each in planned].count("growth") == 6
    assert {each.section for each in planned} == {"steady", "pace", "growth", "parse"}
    for leg in planned:
        if not leg.load.by_request:
            events = leg.load.feeds * leg.load.changed / leg.load.interval / leg.load.hot
            assert events * leg.load.chats / leg.load.rules < 30


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--only", "steady,fast"])
