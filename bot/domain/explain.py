"""Why a rule holds for a document, or which of its clauses fails: in words, for people.

Reads the rule's tree directly and slowly; `program` decides the same things fast, and a property test
holds the two to each other.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from bot.domain.entities import Catalog, Entity
from bot.domain.matcher import Evidence, property_is
from bot.domain.program import literal_of
from bot.domain.rule_tree import All, EntityRef, Field, FieldIs, Near, Node, Not, Rule, Some, Words
from bot.domain.salience import ABOUT
from bot.domain.text import fold, words_only
from bot.errors import Phrase


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a rule, where it stands in the rule's text, and why it holds or fails."""

    text: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a rule holds. `clauses` are those that made it hold, or those that made it fail."""

    holds: bool
    clauses: tuple[Clause, ...]


def explain(rule: Rule, evidence: Evidence, catalog: Catalog) -> Explanation:
    """Judge `rule` by `evidence`, with reasons.

    Args:
        rule: the rule.
        evidence: what `Matcher.evidence` found in the document.
        catalog: the packs that the matcher was built with.
    """
    judge = _Judge(rule, evidence, catalog)
    holds = judge.holds(rule.root)
    return Explanation(holds, tuple(judge.reasons(rule.root, wanted=holds)))


class _Judge:
    def __init__(self, rule: Rule, evidence: Evidence, catalog: Catalog) -> None:
        self._rule = rule
        self._evidence = evidence
        self._reading = evidence.reading
        self._catalog = catalog

    def holds(self, node: Node) -> bool:
        match node:
            case All():
                return all(map(self.holds, node.children))
            case Some():
                return any(map(self.holds, node.children))
            case Not():
                return not self.holds(node.child)
            case EntityRef(about=True):
                return self._salience(node) >= ABOUT
            case Words() | EntityRef():
                return any(True for _ in self._offsets(node))
            case FieldIs():
                return property_is(self._evidence, node.field, node.value)
            case Near():
                return self._is_near(node)

    def reasons(self, node: Node, *, wanted: bool) -> Iterator[Clause]:
        """The clauses below `node` that make it `wanted`."""
        match node:
            case All() | Some():
                for child in node.children:
                    if self.holds(child) == wanted:
                        yield from self.reasons(child, wanted=wanted)
            case Not() if not wanted:
                for clause in self.reasons(node.child, wanted=True):
                    yield self._clause(node, Phrase("must not be, but {why}", why=clause.why))
            case Not():
                yield self._clause(node, Phrase("is not in the item, as it should be"))
            case _:
                yield self._clause(node, self._met(node) if wanted else self._missing(node))

    def _clause(self, node: Node, why: str) -> Clause:
        return Clause(self._rule.text[node.start : node.end], node.start, node.end, why)

    def _met(self, node: Node) -> str:
        match node:
            case Words():
                start = next(self._offsets(node))
                span = self._reading.span(start, self._reading.word_end(start + len(node.text)))
                if span.field == "title":
                    return Phrase("“{words}” stands in the title", words=span.surface)
                return Phrase("“{words}” stands in the text", words=span.surface)
            case EntityRef(about=True):
                return Phrase(
                    "the item is about {name}: {salience:.2f}, at least {least}",
                    name=self._name(node),
                    salience=self._salience(node),
                    least=ABOUT,
                )
            case EntityRef():
                place = next(self._offsets(node))
                return next(
                    hit.why for hit in self._evidence.hits if (hit.entity, hit.start) == (node.entity, place)
                )
            case Near():
                return Phrase("both stand within {n} words", n=node.distance)
            case FieldIs():
                return self._property_why(node)
            case _:
                return Phrase("it holds")

    def _missing(self, node: Node) -> str:
        match node:
            case Words():
                return self._missing_words(node)
            case EntityRef(about=True):
                return Phrase(
                    "the item is about {name} for {salience:.2f}, less than {least}",
                    name=self._name(node),
                    salience=self._salience(node),
                    least=ABOUT,
                )
            case EntityRef():
                return self._missing_entity(node)
            case Near():
                return self._not_near(node)
            case FieldIs():
                return self._property_why(node)
            case _:
                return Phrase("it does not hold")

    def _missing_words(self, node: Words) -> str:
        if node.in_title and literal_of(node) in self._reading.words:
            return Phrase("stands in the text, but not in the title")
        if not node.prefix and literal_of(node).rstrip() in self._reading.words:
            return Phrase(
                "stands in it only with more letters behind; write {word}* to take those too", word=node.text
            )
        if node.in_title:
            return Phrase("does not stand in the title")
        return Phrase("does not stand in the item")

    def _missing_entity(self, node: EntityRef) -> str:
        if node.in_title and node.entity in self._evidence.salience:
            return Phrase("{name} is named in the text, but not in the title", name=self._name(node))
        tempting = self._tempting(self._catalog.entities[node.entity])
        if tempting:
            return Phrase(
                "“{words}” stands in it, but does not mean {name} there",
                words=tempting,
                name=self._name(node),
            )
        return Phrase("{name} is not named", name=self._name(node))

    def _tempting(self, entity: Entity) -> str:
        """A name of `entity` that stands in the document and yet was not taken for it."""
        names = chain(entity.sure_names(), *(group.names for group in entity.ambiguous))
        for name in names:
            at = self._reading.words.find(f" {words_only(fold(name.text).text).strip(' ')}")
            if at >= 0:
                return self._reading.span(at + 1, self._reading.word_end(at + 1 + len(name.text))).surface
        return ""

    def _not_near(self, node: Near) -> str:
        for side in (node.left, node.right):
            if not self.holds(side):
                return Phrase(
                    "{words} does not stand in the item", words=self._rule.text[side.start : side.end]
                )
        return Phrase("both stand in the item, but nowhere within {n} words", n=node.distance)

    def _offsets(self, node: Node) -> Iterator[int]:
        """Where a word, phrase or entity stands."""
        reading = self._reading
        match node:
            case Words():
                literal = re.escape(literal_of(node))
                found = (place.start() + 1 for place in re.finditer(f"(?={literal})", reading.words))
                return (at for at in found if not node.in_title or reading.in_title(at))
            case EntityRef():
                hits = (hit.start for hit in self._evidence.hits if hit.entity == node.entity)
                return (at for at in hits if not node.in_title or reading.in_title(at))
            case Some():
                return chain.from_iterable(map(self._offsets, node.children))
            case _:
                return iter(())

    def _is_near(self, node: Near) -> bool:
        there = sorted(self._reading.word_number(at) for at in self._offsets(node.right))
        for at in self._offsets(node.left):
            here = self._reading.word_number(at)
            nearest = bisect_left(there, here - node.distance)
            if nearest < len(there) and there[nearest] <= here + node.distance:
                return True
        return False

    def _salience(self, node: EntityRef) -> float:
        return self._evidence.salience.get(node.entity, 0.0)

    def _name(self, node: EntityRef) -> str:
        return self._catalog.entities[node.entity].name

    def _property_why(self, node: FieldIs) -> str:
        known = self._property(node.field) or Phrase("unknown")
        return Phrase("the item's {property} is {value}", property=_PROPERTY[node.field], value=known)

    def _property(self, field: Field) -> str:
        document = self._reading.document
        values = {
            Field.LANG: self._evidence.language,
            Field.SOURCE: document.source,
            Field.OWNER: document.owner,
        }
        return values[field]


_PROPERTY = {Field.LANG: Phrase("language"), Field.SOURCE: Phrase("source"), Field.OWNER: Phrase("owner")}
