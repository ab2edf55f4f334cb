"""Whom to tell of an item: the decision, with its reason, for every chat that listens to one of its rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.identity import is_news, published_or_seen
from bot.domain.models import Chat, ChatState, Story, Subscription

LONGEST_PAUSE = timedelta(minutes=30)
"""Edits of a message are never further apart for lack of patience."""


@dataclass(frozen=True, slots=True)
class News:
    """What the decision reads of an item.

    Args:
        published: the feed's own date, None when it gave none.
        seen_at: when we saw the item first.
        first_poll: whether it stood in the first document ever read of its feed.
        feed_since: when the feed was added.
    """

    published: datetime | None
    seen_at: datetime
    first_poll: bool
    feed_since: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to tell, and why. `passing` is for what is only mentioned, which `/why` can see by itself."""

    tell: bool
    why: str
    passing: bool = False


def edit_pause(edits: int, first: timedelta) -> timedelta:
    """How long the changes of a story are gathered before its message is edited.

    A story that grows by the minute would otherwise never let its chats rest, so the pauses double.

    Args:
        edits: how often the message was edited already.
        first: the pause before the first edit.
    """
    doubled: int = 2 ** min(edits, 16)
    return min(first * doubled, max(first, LONGEST_PAUSE))


def shows(story: Story, item_id: int, *, corrected: bool) -> bool:
    """Whether what happened to a report is to be seen in the message of its story.

    Args:
        story: the story, with the report.
        item_id: the report.
        corrected: its headline was; else it has just joined.
    """
    report = next((item for item in story.items if item.item_id == item_id), None)
    if report is None:
        return False
    first = story.items[0]
    if corrected:
        return report is first
    return report.outlet not in {item.outlet for item in story.items if item is not report}


def judge(
    news: News, chat: Chat, wish: Subscription, salience: float, now: datetime, max_age: timedelta
) -> Verdict:
    """Decide whether a chat hears of an item that satisfies one of its subscriptions.

    Args:
        news: the item.
        chat: the chat that listens.
        wish: its subscription.
        salience: how much the item is about what the subscription asks for, 0..1.
        now: the time of the decision.
        max_age: older items are history, not news.
    """
    if chat.state is not ChatState.ACTIVE:
        return Verdict(False, f"the chat is paused: {chat.paused_why}")
    if salience < wish.threshold:
        return Verdict(
            False,
            f"mentioned in passing: {salience:.2f} is below the threshold {wish.threshold:.2f}",
            passing=True,
        )
    if wish.paused:
        return Verdict(False, "this subscription is paused")
    if wish.muted_until is not None and now < wish.muted_until:
        return Verdict(False, f"muted until {wish.muted_until:%Y-%m-%d %H:%M} UTC")
    since = max(news.feed_since, wish.created_at) if news.first_poll else wish.created_at
    since = min(since, now)  # later than now is what a clock wrote that was set back since
    if not is_news(news.published, news.seen_at, since, news.first_poll):
        return Verdict(False, "it is older than the subscription")
    if now - published_or_seen(news.published, news.seen_at) > max_age:
        return Verdict(False, f"it is older than {max_age.total_seconds() / 3600:g} hours")
    return Verdict(True, f"asked for by {wish.value}")
