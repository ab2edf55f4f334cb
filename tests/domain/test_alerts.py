"""Whom to tell of an item, and why not."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.alerts import News, Verdict, edit_pause, judge, shows
from bot.domain.models import (
    Address,
    Chat,
    ChatState,
    Outlet,
    Story,
    StoryItem,
    Subscription,
    Target,
)
from tests.support.clock import NOON

DAY = timedelta(days=1)
CHAT = Chat(1, Address("paper", "anna"))
WISH = Subscription(1, 1, Target.TOPIC, "nato", 0.25, NOON - DAY)
NEWS = News(NOON, NOON, first_poll=False, feed_since=NOON - 2 * DAY)


def judged(news: News = NEWS, chat: Chat = CHAT, wish: Subscription = WISH, salience: float = 0.5) -> Verdict:
    return judge(news, chat, wish, salience, NOON, DAY)


def test_fresh_news_about_what_is_followed_is_told() -> None:
    assert judged() == Verdict(True, "asked for by nato")


def test_a_paused_chat_is_not_told_and_the_reason_is_named() -> None:
    verdict = judged(chat=replace(CHAT, state=ChatState.PAUSED, paused_why="blocked"))
    assert verdict == Verdict(False, "the chat is paused: blocked")


def test_what_is_mentioned_in_passing_is_not_told() -> None:
    verdict = judged(salience=0.1)
    assert not verdict.tell
    assert verdict.passing


def test_what_rests_is_not_told_until_it_wakes() -> None:
    assert "muted until" in judged(wish=replace(WISH, muted_until=NOON + DAY)).why
    assert judged(wish=replace(WISH, muted_until=NOON)).tell


def test_what_the_first_poll_finds_from_before_the_subscription_is_history() -> None:
    older = replace(NEWS, published=NOON - timedelta(hours=2), first_poll=True)
    verdict = judged(older, wish=replace(WISH, created_at=NOON - timedelta(hours=1)))
    assert verdict == Verdict(False, "it is older than the subscription")


def test_what_is_older_than_the_age_of_news_is_not_told() -> None:
    long_known = replace(WISH, created_at=NOON - 9 * DAY)
    assert "older than 24 hours" in judged(replace(NEWS, published=NOON - 2 * DAY), wish=long_known).why


def test_a_subscription_of_the_future_hears_news_because_the_clock_was_set_back() -> None:
    assert judged(wish=replace(WISH, created_at=NOON + timedelta(hours=1))).tell


def story(*outlets: str) -> Story:
    items = [
        StoryItem(number, Outlet(outlet, outlet.lower()), "", f"{outlet} reports", "", "en", NOON)
        for number, outlet in enumerate(outlets)
    ]
    return Story(1, tuple(items), (), NOON)


def test_a_further_outlet_is_seen_in_the_message() -> None:
    assert shows(story("NOS", "BBC"), 1, corrected=False)


def test_a_second_report_of_an_outlet_is_not_seen() -> None:
    assert not shows(story("NOS", "BBC", "BBC"), 2, corrected=False)
    assert not shows(story("NOS", "NOS"), 1, corrected=False)


def test_only_a_correction_of_the_first_report_is_seen() -> None:
    assert shows(story("NOS", "BBC"), 0, corrected=True)
    assert not shows(story("NOS", "BBC"), 1, corrected=True)


def test_a_report_that_is_not_in_the_story_shows_nothing() -> None:
    assert not shows(story("NOS"), 9, corrected=True)


def test_pauses_between_edits_double_up_to_half_an_hour() -> None:
    first = timedelta(seconds=30)
    assert [edit_pause(edits, first) for edits in range(4)] == [first, 2 * first, 4 * first, 8 * first]
    assert edit_pause(40, first) == timedelta(minutes=30)


def test_a_first_pause_that_is_longer_stays_as_it_is() -> None:
    assert edit_pause(5, timedelta(hours=1)) == timedelta(hours=1)
