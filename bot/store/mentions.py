"""Which roles an alert mentions: those of the subscriptions that it is told for."""

from collections.abc import Collection

from sqlalchemy import and_, select

from bot.store.database import Transaction
from bot.store.schema import story_rules, subscriptions


async def of(tx: Transaction, told: Collection[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, ...]]:
    """The roles for each of these alerts, as (chat, story); alerts that mention nobody are left out."""
    if not told:
        return {}
    found = await tx.execute(
        select(subscriptions.c.chat_id, story_rules.c.story_id, subscriptions.c.mention)
        .join(
            story_rules,
            and_(
                story_rules.c.rule_key == subscriptions.c.rule_key,
                story_rules.c.salience >= subscriptions.c.threshold,
            ),
        )
        .where(
            subscriptions.c.mention != "",
            subscriptions.c.paused.is_(False),
            subscriptions.c.chat_id.in_({chat for chat, _ in told}),
            story_rules.c.story_id.in_({story for _, story in told}),
        )
        .order_by(subscriptions.c.id)
    )
    roles: dict[tuple[int, int], list[str]] = {}
    for row in found:
        mine = roles.setdefault((row.chat_id, row.story_id), [])
        if row.mention not in mine:
            mine.append(row.mention)
    return {key: tuple(roles[key]) for key in told if key in roles}
