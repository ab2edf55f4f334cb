"""What would be told of items, decided as in the service but without chats, clock or database.

For previews and replays. Every item is judged as if it had just appeared: age is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.brief import brief_of
from bot.domain.entities import Catalog
from bot.domain.explain import explain
from bot.domain.matcher import Matcher
from bot.domain.models import Document, Item, MatchResult, StoryDecision, Target
from bot.domain.rule_tree import Rule
from bot.domain.stories import StoryWindow
from bot.services.grouping import story_window
from bot.services.ingest import document_of, report_of

TOPIC = f"{Target.TOPIC}:"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of an item.

    `story` is the key of the story's first item; "" when the item matches nothing. `alert` says that a
    message would be sent, `update` that an earlier one would be edited.
    """

    item: Item
    story: str
    alert: bool
    update: bool
    why: str
    summary: str
    topics: tuple[str, ...]


class Rehearsal:
    """One imagined chat that follows all the given rules.

    Args:
        catalog: the entities that rules may name.
        rules: what the chat follows, by key (``topic:nato``, ``rule:…``).
        threshold: how much an item must be about what is followed, 0..1.
        window: groups items into stories.
    """

    def __init__(
        self, catalog: Catalog, rules: Mapping[str, Rule], threshold: float, window: StoryWindow | None = None
    ) -> None:
        self._catalog = catalog
        self._rules = rules
        self._threshold = threshold
        self._matcher = Matcher.build(catalog, rules)
        self._window = window or story_window()
        self._firsts: list[str] = []
        self._story_of: dict[str, int] = {}
        self._told: set[int] = set()

    def judge(self, item: Item) -> Rehearsed:
        """What would become of an item seen now; call it once per item, in the order of arrival."""
        document = document_of(item)
        result = self._matcher.match(document)
        if not result.rules:
            return self._rehearsed(item, result, None, alert=False, update=False, why=self._missed(document))
        number, decision = self._place(item, result)
        key, salience = max(
            ((key, self._matcher.rule_salience(result, key)) for key in result.rules),
            key=lambda pair: pair[1],
        )
        if number in self._told:
            why = f"reports what was told already: {decision.why}"
            return self._rehearsed(
                item, result, number, alert=False, update=decision.story is not None, why=why
            )
        if salience < self._threshold:
            why = f"mentioned in passing: {salience:.2f} is below the threshold {self._threshold:.2f}"
            return self._rehearsed(item, result, number, alert=False, update=False, why=why)
        self._told.add(number)
        return self._rehearsed(item, result, number, alert=True, update=False, why=self._matched(result, key))

    def _place(self, item: Item, result: MatchResult) -> tuple[int, StoryDecision]:
        """The story of an item. An edited item stays where it is."""
        if item.key in self._story_of:
            number = self._story_of[item.key]
            return number, StoryDecision(number, "the same article, edited")
        report = report_of(len(self._story_of), item, result)
        decision = self._window.decide(report)
        number = decision.story if decision.story is not None else len(self._firsts)
        if decision.story is None:
            self._firsts.append(item.key)
        self._window.add(number, report)
        self._story_of[item.key] = number
        return number, decision

    def _matched(self, result: MatchResult, key: str) -> str:
        """The first of the reasons that concern this rule, in one line."""
        wanted = self._rules[key].entities
        reasons = [match.why for match in result.matches if match.entity in wanted]
        return f"{key.partition(':')[2]}: {reasons[0] if reasons else 'its words stand in it'}"

    def _missed(self, document: Document) -> str:
        """Why nothing matched: for one rule, the clauses that failed."""
        if len(self._rules) != 1:
            return "none of the topics is named in it"
        (rule,) = self._rules.values()
        told = explain(rule, self._matcher.evidence(document), self._catalog)
        return "; ".join(f"{clause.text}: {clause.why}" for clause in told.clauses)

    def _rehearsed(
        self, item: Item, result: MatchResult, number: int | None, *, alert: bool, update: bool, why: str
    ) -> Rehearsed:
        return Rehearsed(
            item=item,
            story=self._firsts[number] if number is not None else "",
            alert=alert,
            update=update,
            why=why,
            summary=brief_of(item, result).text,
            topics=topics_of(result.rules),
        )


def topics_of(keys: Iterable[str]) -> tuple[str, ...]:
    """The topics among rule keys, as slugs."""
    return tuple(key.removeprefix(TOPIC) for key in keys if key.startswith(TOPIC))
