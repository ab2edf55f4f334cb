"""Rules made ready for many documents: one number array for all, and an index from literals to rules.

A rule is looked at only when a literal it cannot do without was seen; of several, the one that is
likely rarest. Rules that one literal settles are not even evaluated. Must not look for literals itself.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.rule_tree import All, EntityRef, Field, FieldIs, Near, Node, Not, Rule, Some, Words

LITERAL, TITLE_LITERAL, ENTITY, TITLE_ENTITY, ABOUT, PROPERTY, ALL, SOME, NOT, NEAR, LITERALS = range(11)

_LEAF_SIZE = 2
_COMMON = frozenset(
    (  # the words that stand in nearly every Dutch or English item
        *("de", "het", "een", "en", "van", "in", "op", "te", "is", "dat", "die", "voor", "met", "zijn"),
        *("the", "a", "of", "to", "and", "for", "on", "at", "by", "as", "it", "be", "an", "or"),
    )
)


class Evidence(Protocol):
    """What a document offers to rules."""

    def has(self, literal: int, *, in_title: bool) -> bool: ...

    def has_all(self, literals: "array[int]") -> bool: ...

    def names(self, entity: int, *, in_title: bool) -> bool: ...

    def is_about(self, entity: int) -> bool: ...

    def is_property(self, number: int) -> bool: ...

    def places(self, opcode: int, operand: int) -> Sequence[int]: ...


@dataclass(slots=True)
class _Pairs:
    """(key, rule) pairs as two arrays, as a tuple per pair would cost 20 times as much."""

    keys: "array[int]" = field(default_factory=lambda: array("i"))
    rules: "array[int]" = field(default_factory=lambda: array("i"))

    def add(self, key: int, rule: int) -> None:
        self.keys.append(key)
        self.rules.append(rule)


@dataclass(slots=True)
class _Index:
    """From a key (literal, entity, property) to its rules: those of `key` start at ``starts[key]``."""

    starts: "array[int]"
    rules: "array[int]"

    @classmethod
    def of(cls, pairs: _Pairs, size: int) -> "_Index":
        """Counting sort of `pairs`, whose keys are below `size`."""
        starts = array("i", bytes(4 * (size + 1)))
        for key in pairs.keys:
            starts[key + 1] += 1
        for key in range(size):
            starts[key + 1] += starts[key]
        free, rules = starts[:], array("i", bytes(4 * len(pairs.rules)))
        for key, rule in zip(pairs.keys, pairs.rules, strict=True):
            rules[free[key]] = rule
            free[key] += 1
        return cls(starts, rules)

    def get(self, key: int) -> "array[int] | tuple[()]":
        """The rules of `key`."""
        start, end = self.starts[key], self.starts[key + 1]
        return self.rules[start:end] if end > start else ()


@dataclass(slots=True)
class _Numbers:
    """From a rule's key to its number, in 12 bytes a rule: hashes in order, and whose they are."""

    keys: tuple[str, ...]
    hashes: "array[int]"
    order: "array[int]"

    @classmethod
    def of(cls, keys: tuple[str, ...]) -> "_Numbers":
        order = array("i", sorted(range(len(keys)), key=lambda number: hash(keys[number])))
        return cls(keys, array("q", [hash(keys[number]) for number in order]), order)

    def get(self, key: str) -> int | None:
        """The number of `key`, None when there is no such rule."""
        at = bisect_left(self.hashes, hash(key))
        while at < len(self.hashes) and self.hashes[at] == hash(key):
            if self.keys[self.order[at]] == key:
                return self.order[at]
            at += 1
        return None


@dataclass(slots=True)
class Program:
    """All rules, by number; `keys` are what they were registered under."""

    keys: tuple[str, ...]
    properties: tuple[tuple[Field, str], ...]
    entities: tuple[str, ...]
    _numbers: _Numbers
    _code: "array[int]"
    _starts: "array[int]"
    _settled: tuple[_Index, _Index, _Index]
    _triggers: tuple[_Index, _Index, _Index]

    @classmethod
    def build(cls, rules: Mapping[str, Rule]) -> "tuple[Program, list[str]]":
        """Compile `rules`; beside the program, what to look for, in the order of the literals' numbers."""
        compiler = _Compiler()
        for rule in rules.values():
            compiler.add(rule)
        return compiler.finish(tuple(rules)), list(compiler.literals)

    def true_rules(
        self, literals: Iterable[int], entities: Iterable[int], properties: Iterable[int], evidence: Evidence
    ) -> list[int]:
        """The numbers of the rules that hold, ascending, given what was seen."""
        found: set[int] = set()
        candidates: set[int] = set()
        for keys, settled, triggers in zip(
            (literals, entities, properties), self._settled, self._triggers, strict=True
        ):
            for key in keys:
                found.update(settled.get(key))
                candidates.update(triggers.get(key))
        starts = self._starts
        found.update(rule for rule in candidates if rule not in found and self._holds(starts[rule], evidence))
        return sorted(found)

    def entities_of(self, key: str) -> list[str]:
        """The entities that rule `key` asks for; empty for an unknown rule."""
        number = self._numbers.get(key)
        if number is None:
            return []
        return [self.entities[entity] for entity in self._wanted(self._starts[number])]

    def _holds(self, at: int, evidence: Evidence) -> bool:
        code = self._code
        opcode, operand = code[at], code[at + 1]
        match opcode:
            case 0 | 1:
                return evidence.has(operand, in_title=opcode == TITLE_LITERAL)
            case 2 | 3:
                return evidence.names(operand, in_title=opcode == TITLE_ENTITY)
            case 4:
                return evidence.is_about(operand)
            case 5:
                return evidence.is_property(operand)
            case 6:
                return all(self._holds(child, evidence) for child in self._children(at))
            case 7:
                return any(self._holds(child, evidence) for child in self._children(at))
            case 8:
                return not self._holds(at + _LEAF_SIZE, evidence)
            case 9:
                return self._is_near(at, evidence)
            case _:
                return evidence.has_all(self._code[at + _LEAF_SIZE : operand])

    def _children(self, at: int) -> Iterable[int]:
        end = self._code[at + 1]
        child = at + _LEAF_SIZE
        while child < end:
            yield child
            child = self._end(child)

    def _end(self, at: int) -> int:
        opcode = self._code[at]
        if opcode < ALL:
            return at + _LEAF_SIZE
        return self._code[at + 1]

    def _is_near(self, at: int, evidence: Evidence) -> bool:
        distance = self._code[at + 2]
        left, right = self._near_sides(at)
        there = sorted(self._places(right, evidence))
        for place in self._places(left, evidence):
            nearest = bisect_left(there, place - distance)
            if nearest < len(there) and there[nearest] <= place + distance:
                return True
        return False

    def _near_sides(self, at: int) -> tuple[int, int]:
        left = at + _LEAF_SIZE + 1
        return left, self._end(left)

    def _places(self, at: int, evidence: Evidence) -> list[int]:
        if self._code[at] == SOME:
            return [place for child in self._children(at) for place in self._places(child, evidence)]
        return list(evidence.places(self._code[at], self._code[at + 1]))

    def _wanted(self, at: int) -> Iterable[int]:
        opcode = self._code[at]
        if opcode in (ENTITY, TITLE_ENTITY, ABOUT):
            yield self._code[at + 1]
        elif opcode == NEAR:
            for side in self._near_sides(at):
                yield from self._wanted(side)
        elif opcode in (ALL, SOME):
            for child in self._children(at):
                yield from self._wanted(child)


def literal_of(words: Words) -> str:
    """How `words` looks in a reading: a space before it, and behind it unless it is a prefix."""
    return f" {words.text}" if words.prefix else f" {words.text} "


@dataclass(slots=True)
class _Trigger:
    """Keys of which at least one must be seen for a rule to hold; `settles` when seeing one is enough."""

    cost: float
    keys: list[tuple[int, int]]
    settles: bool


_NEVER = _Trigger(math.inf, [], settles=False)


@dataclass(slots=True)
class _Compiler:
    literals: dict[str, int] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)
    properties: dict[tuple[Field, str], int] = field(default_factory=dict)
    code: "array[int]" = field(default_factory=lambda: array("i"))
    starts: "array[int]" = field(default_factory=lambda: array("i"))
    settled: tuple[_Pairs, ...] = field(default_factory=lambda: (_Pairs(), _Pairs(), _Pairs()))
    triggers: tuple[_Pairs, ...] = field(default_factory=lambda: (_Pairs(), _Pairs(), _Pairs()))

    def add(self, rule: Rule) -> None:
        number = len(self.starts)
        self.starts.append(len(self.code))
        trigger = self._trigger(rule.root)
        self._emit(rule.root)
        for kind, key in set(trigger.keys):
            (self.settled if trigger.settles else self.triggers)[kind].add(key, number)

    def finish(self, keys: tuple[str, ...]) -> Program:
        sizes = (len(self.literals), len(self.entities), len(self.properties))
        settled = [_Index.of(pairs, size) for pairs, size in zip(self.settled, sizes, strict=True)]
        triggers = [_Index.of(pairs, size) for pairs, size in zip(self.triggers, sizes, strict=True)]
        return Program(
            keys=keys,
            properties=tuple(self.properties),
            entities=tuple(self.entities),
            _numbers=_Numbers.of(keys),
            _code=self.code,
            _starts=self.starts,
            _settled=(settled[0], settled[1], settled[2]),
            _triggers=(triggers[0], triggers[1], triggers[2]),
        )

    def _literal(self, words: Words) -> int:
        return self.literals.setdefault(literal_of(words), len(self.literals))

    def _entity(self, reference: EntityRef) -> int:
        return self.entities.setdefault(reference.entity, len(self.entities))

    def _property(self, node: FieldIs) -> int:
        return self.properties.setdefault((node.field, node.value), len(self.properties))

    def _emit(self, node: Node) -> None:
        code = self.code
        match node:
            case Words():
                code.extend((TITLE_LITERAL if node.in_title else LITERAL, self._literal(node)))
            case EntityRef():
                opcode = ABOUT if node.about else TITLE_ENTITY if node.in_title else ENTITY
                code.extend((opcode, self._entity(node)))
            case FieldIs():
                code.extend((PROPERTY, self._property(node)))
            case All() if all(isinstance(child, Words) and not child.in_title for child in node.children):
                literals = [self._literal(child) for child in node.children if isinstance(child, Words)]
                code.extend((LITERALS, len(code) + _LEAF_SIZE + len(literals), *literals))
            case All() | Some():
                self._emit_group(ALL if isinstance(node, All) else SOME, node.children)
            case Not():
                self._emit_group(NOT, (node.child,))
            case Near():
                self._emit_group(NEAR, (node.left, node.right), node.distance)

    def _emit_group(self, opcode: int, children: Iterable[Node], *extra: int) -> None:
        at = len(self.code)
        self.code.extend((opcode, 0, *extra))
        for child in children:
            self._emit(child)
        self.code[at + 1] = len(self.code)

    def _trigger(self, node: Node) -> _Trigger:
        match node:
            case Words():
                return _Trigger(_cost(node), [(0, self._literal(node))], settles=not node.in_title)
            case EntityRef():
                settles = not (node.in_title or node.about)
                return _Trigger(0.05, [(1, self._entity(node))], settles=settles)
            case FieldIs():
                return _Trigger(2.0, [(2, self._property(node))], settles=True)
            case Near():
                return self._rarest((node.left, node.right))
            case All():
                return self._rarest([child for child in node.children if not isinstance(child, Not)])
            case Some():
                parts = [self._trigger(child) for child in node.children]
                keys = [key for part in parts for key in part.keys]
                return _Trigger(sum(part.cost for part in parts), keys, all(part.settles for part in parts))
            case Not():
                return _NEVER

    def _rarest(self, children: Sequence[Node]) -> _Trigger:
        best = min(map(self._trigger, children), key=lambda trigger: trigger.cost, default=_NEVER)
        return _Trigger(best.cost, best.keys, settles=False)


def _cost(words: Words) -> float:
    """A guess of how many documents hold `words`: short and everyday words are common."""
    if words.text in _COMMON:
        return 1.0
    return 1.5 ** -len(words.text) * (2.0 if words.prefix else 1.0)
