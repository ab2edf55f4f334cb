from datetime import timedelta

from bot.domain.withdrawal import Listed, unlisted
from tests.support.clock import NOON

HOUR = timedelta(hours=1)


def listed(*hours_ago: int) -> list[Listed]:
    return [Listed(frozenset({f"k{hours}", f"alias{hours}"}), NOON - hours * HOUR) for hours in hours_ago]


def test_an_article_missing_among_older_ones_is_unlisted() -> None:
    assert unlisted({"k2"}, NOON - 2 * HOUR, listed(0, 1, 3, 4, 5))


def test_an_article_that_is_listed_under_any_of_its_keys_is_there() -> None:
    assert not unlisted({"old", "alias2"}, NOON - 2 * HOUR, listed(0, 1, 2, 3, 4, 5))


def test_the_oldest_articles_leave_a_feed_by_themselves() -> None:
    assert not unlisted({"k6"}, NOON - 6 * HOUR, listed(0, 1, 2, 3, 4, 5))
    assert not unlisted({"k4"}, NOON - 4 * HOUR, listed(0, 1, 2, 3, 5))


def test_articles_without_a_date_prove_nothing() -> None:
    undated = [Listed(frozenset({f"u{number}"}), None) for number in range(9)]
    assert not unlisted({"k2"}, NOON - 2 * HOUR, undated)


def test_an_empty_document_takes_nothing_down() -> None:
    assert not unlisted({"k2"}, NOON, [])
