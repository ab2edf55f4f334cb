"""What the last poll left: entries that are as they were are passed over, all others are looked at."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.models import FeedDue, FeedSpec, Outlet, ParsedFeed, PollState
from bot.services.recall import Recall
from tests.support.clock import StoppedClock
from tests.support.newsroom import report

NOW = StoppedClock().now()
ONE, TWO, THREE = (report(f"Bericht nummer {number}", number, NOW) for number in (1, 2, 3))


def due(body_hash: bytes | None = None) -> FeedDue:
    spec = FeedSpec("https://krant.example/rss", Outlet("Krant", "krant"))
    return FeedDue(7, spec, PollState(body_hash=body_hash), NOW, NOW)


def document(*items: object) -> ParsedFeed:
    return ParsedFeed("", "https://krant.example/rss", None, items)  # type: ignore[arg-type]  # items of a test


def after(*items: object) -> Recall:
    """A memory after a poll with these items."""
    recall = Recall()
    prints = recall.seen(due(), document(*items)).prints
    recall.keep(due(), b"one", {mark: (mark, 1, 2, 3) for mark in prints}, [NOW, NOW - timedelta(hours=1)])
    return recall


def test_of_a_feed_that_was_never_read_every_entry_is_looked_at() -> None:
    seen = Recall().seen(due(), document(ONE, TWO))
    assert list(seen.fresh) == [0, 1]
    assert not seen.steady
    assert seen.times is None


def test_only_what_is_new_or_changed_is_looked_at() -> None:
    seen = after(ONE, TWO).seen(due(b"one"), document(THREE, replace(ONE, title="Ander bericht"), TWO))
    assert list(seen.fresh) == [0, 1]
    assert list(seen.steady) == [TWO.fingerprint()]


def test_the_marks_of_entries_come_back_with_them_and_go_when_they_go() -> None:
    seen = after(ONE, TWO).seen(due(b"one"), document(THREE, TWO))
    assert seen.others == {TWO.fingerprint(), 1, 2, 3}


def test_the_times_of_the_newest_items_are_remembered_to_the_microsecond() -> None:
    seen = after(ONE).seen(due(b"one"), document(ONE))
    assert seen.times == [NOW, NOW - timedelta(hours=1)]


def test_when_somebody_else_polled_the_feed_the_database_is_asked_for_the_times() -> None:
    seen = after(ONE).seen(due(b"another"), document(ONE))
    assert seen.times is None
    assert not seen.fresh


def test_items_stored_beside_the_polls_make_the_times_unknown() -> None:
    recall = after(ONE)
    recall.forget_times(due())
    assert recall.seen(due(b"one"), document(ONE)).times is None
    assert not recall.seen(due(b"one"), document(ONE)).fresh


def test_a_poll_of_nothing_leaves_nothing() -> None:
    recall = after()
    assert list(recall.seen(due(b"one"), document(ONE)).fresh) == [0]
