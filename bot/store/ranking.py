"""The stories of a stretch of time that most independent owners report."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from bot.domain.models import Subscription
from bot.store.database import Transaction
from bot.store.schema import items, stories, story_items, story_rules


async def top(
    tx: Transaction, wishes: Collection[Subscription], since: datetime, until: datetime, limit: int
) -> list[int]:
    """The ids of stories that began between two moments and satisfy a wish, the widest covered first."""
    if not wishes:
        return []
    asked = [
        and_(story_rules.c.rule_key == wish.rule_key, story_rules.c.salience >= wish.threshold)
        for wish in wishes
    ]
    owners = func.count(items.c.owner.distinct())
    rows = await tx.execute(
        select(stories.c.id)
        .join(story_rules, story_rules.c.story_id == stories.c.id)
        .join(story_items, story_items.c.story_id == stories.c.id)
        .join(items, items.c.id == story_items.c.item_id)
        .where(stories.c.created_at > since, stories.c.created_at <= until, or_(*asked))
        .group_by(stories.c.id)
        .order_by(owners.desc(), stories.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


async def daily_rate(tx: Transaction, rule_key: str, threshold: float, since: datetime, days: float) -> float:
    """How many stories a day satisfied a rule since a moment; 0 for a rule that is new."""
    number = await tx.scalar(
        select(func.count())
        .select_from(story_rules)
        .join(stories, stories.c.id == story_rules.c.story_id)
        .where(
            story_rules.c.rule_key == rule_key,
            story_rules.c.salience >= threshold,
            stories.c.created_at > since,
        )
    )
    return (number or 0) / days


async def newest(
    tx: Transaction, rule_keys: Mapping[str, float], since: datetime, limit: int
) -> tuple[list[int], int]:
    """The stories that began since a moment and satisfy a rule enough, the newest first.

    Args:
        tx: a transaction.
        rule_keys: the least salience for each rule.
        since: older stories do not count.
        limit: how many ids at most.

    Returns:
        Their ids, and how many there are in all.
    """
    if not rule_keys:
        return [], 0
    asked = [
        and_(story_rules.c.rule_key == key, story_rules.c.salience >= least)
        for key, least in rule_keys.items()
    ]
    found = (
        select(stories.c.id)
        .join(story_rules, story_rules.c.story_id == stories.c.id)
        .where(stories.c.created_at > since, or_(*asked))
        .group_by(stories.c.id)
    )
    total = await tx.scalar(select(func.count()).select_from(found.subquery()))
    rows = await tx.execute(found.order_by(stories.c.id.desc()).limit(limit))
    return [row.id for row in rows], total or 0


async def first_since(tx: Transaction, moment: datetime) -> datetime | None:
    """When the first story since a moment began."""
    first = select(stories.c.created_at).where(stories.c.created_at > moment)
    return await tx.scalar(first.order_by(stories.c.created_at).limit(1))
