"""Match documents: one automaton over all literals of all packs and rules, one pass per document.

Build a new matcher when packs or rules change; a matcher itself never changes and may be shared
between threads. What is written where is decided in `finder`, which rules hold in `program`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick, Implementation

from bot.domain.aliases import Alias, aliases_of
from bot.domain.entities import Catalog
from bot.domain.finder import Hit, find, to_match
from bot.domain.language import DEFAULT_LANGUAGES, LanguageGuesser
from bot.domain.models import Document, MatchResult
from bot.domain.program import TITLE_ENTITY, TITLE_LITERAL, Program
from bot.domain.reading import Reading
from bot.domain.rule_tree import Field, Rule
from bot.domain.salience import ABOUT, best_of, salience_of
from bot.domain.spelling import verify
from bot.domain.text import fold, words_only

_NO_LITERALS = ("\x00",)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen in one document; the facts that rules are judged by."""

    reading: Reading
    language: str
    hits: Sequence[Hit]
    salience: Mapping[str, float]


class Matcher:
    """Finds entities and rules in documents. Build it with `Matcher.build`."""

    def __init__(
        self,
        catalog: Catalog,
        program: Program,
        aliases: Sequence[tuple[Alias, ...]],
        automaton: AhoCorasick,
        guesser: LanguageGuesser,
    ) -> None:
        self._catalog = catalog
        self._program = program
        self._aliases = aliases
        self._automaton = automaton
        self._guesser = guesser

    @classmethod
    def build(
        cls, catalog: Catalog, rules: Mapping[str, Rule], languages: Sequence[str] = DEFAULT_LANGUAGES
    ) -> "Matcher":
        """Build a matcher; takes some 10 µs per rule, so not on the event loop for many.

        Args:
            catalog: the entities and offices to know.
            rules: rules by key, such as ``topic:nato``.
            languages: the languages that items may be in.
        """
        by_literal: dict[str, list[Alias]] = {}
        for alias in aliases_of(catalog):
            by_literal.setdefault(alias.literal, []).append(alias)
        program, literals = Program.build(rules)
        patterns = (*by_literal, *literals) or _NO_LITERALS
        automaton = AhoCorasick(patterns, store_patterns=False, implementation=Implementation.ContiguousNFA)
        aliases = [tuple(group) for group in by_literal.values()]
        return cls(catalog, program, aliases, automaton, LanguageGuesser(languages))

    @property
    def catalog(self) -> Catalog:
        """The entities and offices that this matcher knows."""
        return self._catalog

    def match(self, document: Document) -> MatchResult:
        """Everything `document` says: language, entities with places and reasons, rules that hold."""
        reading = Reading(document)
        seen = self._seen(reading)
        evidence = self._judge(reading, seen)
        facts = _Facts(self._program, evidence, seen, len(self._aliases))
        rules = self._program.true_rules(*facts.keys(), facts)
        return MatchResult(
            language=evidence.language,
            matches=tuple(to_match(reading, hit) for hit in evidence.hits),
            salience=evidence.salience,
            rules=tuple(self._program.keys[number] for number in rules),
        )

    def evidence(self, document: Document) -> Evidence:
        """What `document` says, for `explain`."""
        reading = Reading(document)
        return self._judge(reading, self._seen(reading))

    def rule_salience(self, result: MatchResult, key: str) -> float:
        """How much the item is about what rule `key` asks for, 0..1.

        The best salience among the entities the rule asks for; 1.0 for a rule that asks for none, and
        for one that its other words made true.
        """
        return best_of(result.salience, self._program.entities_of(key))

    def _seen(self, reading: Reading) -> list[tuple[int, int, int]]:
        return self._automaton.find_matches_as_indexes(reading.words, overlapping=True)

    def _judge(self, reading: Reading, seen: Sequence[tuple[int, int, int]]) -> Evidence:
        document = reading.document
        sample = f"{document.title}. {document.text[:300]}"
        language = self._guesser.language_of(sample, document.language)
        count = len(self._aliases)
        written = [
            found
            for number, start, end in seen
            if number < count
            for alias in self._aliases[number]
            if (found := verify(reading, language, alias, start + 1, end))
        ]
        hits = find(reading, self._catalog, written) if written else []
        return Evidence(reading, language, hits, salience_of(reading, hits))


class _Facts:
    """One document's evidence, by the numbers that a program uses."""

    def __init__(
        self, program: Program, evidence: Evidence, seen: Sequence[tuple[int, int, int]], aliases: int
    ) -> None:
        self._program = program
        self._evidence = evidence
        self._seen = seen
        self._aliases = aliases
        self._literals = {number - aliases for number, _, _ in seen if number >= aliases}
        self._entities = {
            number for number, entity in enumerate(program.entities) if entity in evidence.salience
        }
        self._properties = self._true_properties()

    def keys(self) -> tuple[set[int], set[int], set[int]]:
        """The literals, entities and properties that were seen."""
        return self._literals, self._entities, self._properties

    def has(self, literal: int, *, in_title: bool) -> bool:
        if literal not in self._literals:
            return False
        return not in_title or any(map(self._evidence.reading.in_title, self._offsets(literal)))

    def has_all(self, literals: Iterable[int]) -> bool:
        return self._literals.issuperset(literals)

    def names(self, entity: int, *, in_title: bool) -> bool:
        if entity not in self._entities:
            return False
        return not in_title or any(map(self._evidence.reading.in_title, self._named_at(entity)))

    def is_about(self, entity: int) -> bool:
        return self._evidence.salience.get(self._program.entities[entity], 0.0) >= ABOUT

    def is_property(self, number: int) -> bool:
        return number in self._properties

    def places(self, opcode: int, operand: int) -> list[int]:
        """The word numbers where an operand of NEAR stands; those in the text are far from the title's."""
        by_entity = opcode >= 2
        offsets = self._named_at(operand) if by_entity else self._offsets(operand)
        reading = self._evidence.reading
        if opcode in (TITLE_ENTITY, TITLE_LITERAL):
            offsets = [offset for offset in offsets if reading.in_title(offset)]
        return [reading.word_number(offset) for offset in offsets]

    def _offsets(self, literal: int) -> list[int]:
        return self._literal_places.get(literal + self._aliases, [])

    def _named_at(self, entity: int) -> list[int]:
        return self._entity_places.get(self._program.entities[entity], [])

    @cached_property
    def _literal_places(self) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {}
        for number, start, _ in self._seen:
            places.setdefault(number, []).append(start + 1)
        return places

    @cached_property
    def _entity_places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for hit in self._evidence.hits:
            places.setdefault(hit.entity, []).append(hit.start)
        return places

    def _true_properties(self) -> set[int]:
        if not self._program.properties:
            return set()
        return {
            number
            for number, (field, value) in enumerate(self._program.properties)
            if property_is(self._evidence, field, value)
        }


def property_is(evidence: Evidence, field: Field, value: str) -> bool:
    """Whether the document's source, owner or language is `value`; a part in whole words is enough."""
    document = evidence.reading.document
    if field is Field.LANG:
        return evidence.language == value
    text = document.source if field is Field.SOURCE else document.owner
    return f" {value} " in f" {' '.join(words_only(fold(text).text).split())} "
