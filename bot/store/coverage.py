"""How much was written about what: reports per day and per outlet, counted by the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from bot.store.database import Transaction
from bot.store.schema import items, story_items, story_rules


@dataclass(frozen=True, slots=True)
class Coverage:
    """Reports in stories that satisfy a rule. Days are UTC days; those without a report are left out."""

    days: Mapping[date, int]
    outlets: Mapping[str, int]

    @property
    def total(self) -> int:
        """All reports."""
        return sum(self.days.values())


async def of_rule(tx: Transaction, rule_key: str, since: datetime, outlets: int = 20) -> Coverage:
    """The coverage of one rule since a moment, with the outlets that wrote most."""
    day = _day(tx)
    days = await tx.execute(_counted(since, day).where(story_rules.c.rule_key == rule_key).group_by(day))
    busiest = (
        _counted(since, items.c.outlet)
        .where(story_rules.c.rule_key == rule_key)
        .group_by(items.c.outlet)
        .order_by(func.count().desc(), items.c.outlet)
        .limit(outlets)
    )
    names = await tx.execute(busiest)
    return Coverage({_date(row[0]): row.n for row in days}, {row[0]: row.n for row in names})


@dataclass(frozen=True, slots=True)
class Busy:
    """An outlet with its owner, and how many reports it brought."""

    outlet: str
    owner: str
    reports: int


async def busiest(tx: Transaction, since: datetime, rule_key: str = "", limit: int = 100) -> list[Busy]:
    """The outlets with the most reports since a moment, those first.

    Args:
        tx: any transaction.
        since: reports published from then on.
        rule_key: only reports in stories that satisfy this rule; "" for all items.
        limit: how many at most.
    """
    columns = (items.c.outlet, items.c.owner)
    if rule_key:
        counted = _counted(since, *columns).where(story_rules.c.rule_key == rule_key)
    else:
        counted = select(*columns, func.count().label("n")).where(items.c.published >= since)
    most = counted.group_by(*columns).order_by(func.count().desc(), *columns).limit(limit)
    return [Busy(row.outlet, row.owner, row.n) for row in await tx.execute(most)]


async def of_all(tx: Transaction, since: datetime) -> dict[str, dict[date, int]]:
    """Reports per day of every rule that is satisfied by anything, by rule key."""
    day = _day(tx)
    rows = await tx.execute(
        _counted(since, story_rules.c.rule_key, day).group_by(story_rules.c.rule_key, day)
    )
    found: dict[str, dict[date, int]] = {}
    for row in rows:
        found.setdefault(row[0], {})[_date(row[1])] = row.n
    return found


def _counted(since: datetime, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns, func.count().label("n"))
        .select_from(story_rules)
        .join(story_items, story_items.c.story_id == story_rules.c.story_id)
        .join(items, items.c.id == story_items.c.item_id)
        .where(items.c.published >= since)
    )


def _day(tx: Transaction) -> ColumnElement[Any]:
    if tx.dialect.name == "sqlite":
        return func.date(items.c.published)
    # A bound value would differ between SELECT and GROUP BY, which PostgreSQL refuses.
    return func.date(func.timezone(literal_column("'UTC'"), items.c.published))


def _date(value: Any) -> date:
    """SQLite gives a text, PostgreSQL a date."""
    return value if isinstance(value, date) else date.fromisoformat(value)
