"""Whom to tell of a story, when, and what is noted about those who are not told.

It works through the listeners page by page, in the transaction of the story.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.alerts import News, Verdict, judge
from bot.domain.identity import published_or_seen
from bot.domain.models import Chat, DeliveryKind, Priority, Story, Subscription
from bot.domain.quiet import HOUR, telling
from bot.services.following import tell_followers
from bot.store import books, chats, owing, stories
from bot.store.database import Transaction
from bot.store.owing import Owed


@dataclass(frozen=True, slots=True)
class Telling:
    """What there is to tell.

    Args:
        story_id: the story.
        news: what the decision reads of the item.
        salience: how much the item is about each rule it satisfies, by rule key.
        owners: how many independent sources told the story shortly after each other.
        max_age: older items are history.
        expire: how long an alert stays news.
    """

    story_id: int
    news: News
    salience: Mapping[str, float]
    owners: int
    max_age: timedelta
    expire: timedelta


@dataclass(slots=True)
class _Page:
    """What one page of listeners comes to, by chat id."""

    owed: dict[int, Owed] = field(default_factory=dict)
    breaking: set[int] = field(default_factory=set)
    refused: dict[int, str] = field(default_factory=dict)


async def tell(tx: Transaction, what: Telling, now: datetime) -> int:
    """Owe an alert to every chat that asked for it and has none yet; returns how many that are."""
    told = 0
    mutes = await chats.story_mutes(tx, what.story_id, now)
    async for listeners in chats.listeners(tx, tuple(what.salience)):
        page = _Page()
        for chat, lane, wish in listeners:
            verdict = _judged(what, chat, wish, mutes, now)
            if not verdict.tell:
                if not verdict.passing:
                    page.refused[chat.id] = verdict.why
            elif chat.id not in page.owed or (page.owed[chat.id].gather and not wish.digest):
                await _owe(tx, page, what, chat, lane, wish, now)
        told += await owing.owe(tx, page.owed.values(), now)
        await owing.escalate(tx, what.story_id, page.breaking, now)
        reasons = {chat: why for chat, why in page.refused.items() if chat not in page.owed}
        await books.hold_back(tx, what.story_id, reasons, now)
    if now - published_or_seen(what.news.published, what.news.seen_at) > what.max_age:
        return told
    return told + await tell_followers(tx, what.story_id, what.owners, what.expire, mutes, now)


async def story_of(tx: Transaction, story_id: int) -> Story:
    """A story as it stands in this transaction, which holds it."""
    return (await stories.load(tx, [story_id]))[story_id]


def _judged(what: Telling, chat: Chat, wish: Subscription, mutes: set[int], now: datetime) -> Verdict:
    if chat.id in mutes:
        return Verdict(False, "this story is muted here")
    return judge(what.news, chat, wish, what.salience[wish.rule_key], now, what.max_age)


async def _owe(
    tx: Transaction, page: _Page, what: Telling, chat: Chat, lane: str, wish: Subscription, now: datetime
) -> None:
    told = await books.told_since(tx, chat.id, now - HOUR) if chat.manner.hourly_cap else 0
    manner = replace(chat.manner, digest_only=chat.manner.digest_only or wish.digest)
    how = telling(manner, chat.timezone, what.owners, told, now)
    if how.priority == Priority.BREAKING:
        page.breaking.add(chat.id)
    page.owed[chat.id] = Owed(
        lane,
        chat.id,
        DeliveryKind.ALERT,
        how.priority,
        what.story_id,
        not_before=how.not_before,
        # What waits until it is told with others does not grow stale meanwhile.
        expires_at=None if how.gather else (how.not_before or now) + what.expire,
        gather=how.gather,
        detail=how.why,
    )
