"""What is owed and no longer wanted: dropped, with its reason, when a chat unsubscribes or mutes.

Only alerts that no other wish of the chat asks for, and only while they wait: what is under way goes out.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select, update

from bot.domain.models import DeliveryKind, DeliveryState
from bot.store.database import Transaction
from bot.store.schema import deliveries, story_follows, story_rules, subscriptions


async def drop_asked_by(
    tx: Transaction, chat_id: int, rule_keys: Collection[str], why: str, now: datetime
) -> int:
    """Drop what these rules alone asked for; returns how many alerts that were."""
    of_story = story_rules.c.story_id == deliveries.c.story_id
    asked = exists().where(of_story, story_rules.c.rule_key.in_(list(rule_keys)))
    still_asked = exists().where(
        of_story,
        subscriptions.c.chat_id == chat_id,
        subscriptions.c.rule_key == story_rules.c.rule_key,
        subscriptions.c.threshold <= story_rules.c.salience,
        or_(subscriptions.c.muted_until.is_(None), subscriptions.c.muted_until <= now),
        ~subscriptions.c.paused,
    )
    followed = exists().where(
        story_follows.c.chat_id == chat_id,
        story_follows.c.story_id == deliveries.c.story_id,
        story_follows.c.until > now,
    )
    return await _drop(tx, chat_id, and_(asked, ~still_asked, ~followed), why, now)


async def drop_story(tx: Transaction, chat_id: int, story_id: int, why: str, now: datetime) -> int:
    """Drop the alert of a story; returns how many that were."""
    return await _drop(tx, chat_id, deliveries.c.story_id == story_id, why, now)


async def _drop(tx: Transaction, chat_id: int, which: Any, why: str, now: datetime) -> int:
    digest = deliveries.alias()
    untold = select(digest.c.id).where(
        digest.c.chat_id == chat_id,
        digest.c.kind == DeliveryKind.DIGEST,
        digest.c.state == DeliveryState.PENDING,
        digest.c.payload.is_(None),
    )
    waiting = deliveries.c.state == DeliveryState.PENDING
    in_digest = and_(deliveries.c.state == DeliveryState.FOLDED, deliveries.c.folded_into.in_(untold))
    done = await tx.execute(
        update(deliveries)
        .where(deliveries.c.chat_id == chat_id, deliveries.c.kind == DeliveryKind.ALERT)
        .where(or_(waiting, in_digest), which)
        .values(state=DeliveryState.DROPPED, held=False, detail=why[:500], updated_at=now)
    )
    return done.rowcount
