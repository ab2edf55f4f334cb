"""Try a rule on what is stored already: what it would have told, what it just missed, and why.

Bounded: it looks at what it is given, and stops when its time is up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.explain import Clause, explain
from bot.domain.matcher import Evidence, Matcher
from bot.domain.models import MatchResult
from bot.domain.rule_tree import All, Node, Rule, Some
from bot.domain.salience import best_of
from bot.domain.stories import StoryWindow
from bot.services.ingest import document_of, report_of
from bot.store.items import StoredItem

DAY = timedelta(days=1)
GROUPED = 400
"""So many of the newest hits are grouped into stories, which takes a millisecond or two each."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An item and the clauses of the rule that made it hold, or that failed.

    `alert` says that a message would have been sent for it, and not for an earlier report of its story.
    """

    stored: StoredItem
    clauses: tuple[Clause, ...]
    salience: float = 0.0
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the items. `hits` and `near` are the newest first.

    Args:
        looked_at: how many items were judged; fewer than given when the time was up.
        hits: the items for which the rule holds.
        near: items for which it does not hold although a part of it does.
        days: how long a time alerts were counted over, at least one day.
    """

    looked_at: int
    hits: tuple[Judged, ...]
    near: tuple[Judged, ...]
    days: float

    @property
    def alerts(self) -> int:
        """How many messages would have been sent."""
        return sum(hit.alert for hit in self.hits)

    @property
    def alerts_a_day(self) -> float:
        """Messages a day."""
        return self.alerts / self.days


def try_rule(
    rule: Rule,
    matcher: Matcher,
    items: Sequence[StoredItem],
    window: StoryWindow,
    threshold: float,
    out_of_time: Callable[[], bool],
) -> Trial:
    """Judge items by a rule.

    Args:
        rule: the rule.
        matcher: sees what is in an item; its own rules do not matter.
        items: the newest first.
        window: an empty one, to count one alert for each story.
        threshold: how much an item must be about what the rule names, 0..1.
        out_of_time: asked before each item.
    """
    hits: list[tuple[Judged, Evidence]] = []
    near: list[Judged] = []
    looked_at = 0
    leaves = _leaves(rule.root)
    for stored in items:
        if out_of_time():
            break
        looked_at += 1
        evidence = matcher.evidence(document_of(stored.item))
        told = explain(rule, evidence, matcher.catalog)
        judged = Judged(stored, told.clauses, best_of(evidence.salience, rule.entities))
        if told.holds:
            hits.append((judged, evidence))
        elif _is_near(told.clauses, leaves):
            near.append(judged)
    alerts = _alerts(hits[:GROUPED], window, threshold)
    # Of a rule with more hits than are grouped, the rate is that of the newest ones.
    oldest = hits[GROUPED - 1][0].stored if len(hits) > GROUPED else None
    seen = [stored.item.seen_at for stored in items[:looked_at] if oldest is None or stored.id >= oldest.id]
    shown = tuple(Judged(hit.stored, hit.clauses, hit.salience, hit.stored.id in alerts) for hit, _ in hits)
    return Trial(looked_at, shown, tuple(near), _days(seen))


def _alerts(hits: Sequence[tuple[Judged, Evidence]], window: StoryWindow, threshold: float) -> set[int]:
    """The items that would have been told: in each story the first that is enough about it."""
    told: set[int] = set()
    stories: set[int] = set()
    for number, (hit, evidence) in enumerate(reversed(hits)):
        result = MatchResult(evidence.language, (), evidence.salience, ())
        report = report_of(hit.stored.id, hit.stored.item, result)
        decision = window.decide(report)
        story = number if decision.story is None else decision.story
        window.add(story, report)
        if hit.salience >= threshold and story not in stories:
            stories.add(story)
            told.add(hit.stored.id)
    return told


def _leaves(node: Node) -> int:
    """How many clauses a rule asks for."""
    return sum(map(_leaves, node.children)) if isinstance(node, All | Some) else 1


def _is_near(failed: Sequence[Clause], leaves: int) -> bool:
    """Whether something of the rule is there: a clause holds, or words stand there that mean another."""
    return len(failed) < leaves or any(clause.why.startswith("“") for clause in failed)


def _days(seen: Sequence[datetime]) -> float:
    return max((max(seen) - min(seen)) / DAY, 1.0) if seen else 1.0
