"""Entities and offices: who and what Heraut knows by name, and who held a title when.

Values only; `bot/packs/README.md` is their description for editors and `pack_format` reads them. A
`Catalog` is all packs together, checked as one. Must not read files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import chain, pairwise
from typing import TypeVar

from bot.domain.text import fold
from bot.errors import PackError


class Kind(StrEnum):
    """What sort of thing an entity is; the first-name rule is for persons."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    THING = "thing"


class Case(StrEnum):
    """Which capitals a name needs."""

    NAME = "name"
    UPPER = "upper"
    ANY = "any"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Name:
    """A way to write somebody or something. `language` is ISO 639-1 or "all"."""

    text: str
    language: str = "all"
    case: Case = Case.NAME
    word: bool = False
    strict: bool = False
    endings: bool = True
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What an ambiguous name needs around it. Terms are words, phrases, `prefix*` or `@entity`."""

    needs: tuple[str, ...] = ()
    within: int | None = None
    without: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()

    def terms(self) -> Iterator[str]:
        """Every term of every condition."""
        return chain(self.needs, self.without, self.not_before, self.not_after)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Names that mean the entity only in the right context."""

    names: tuple[Name, ...]
    context: Context


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something with names. `closed` holds (language, tail) of closed compounds."""

    id: str
    name: str
    kind: Kind
    wikidata: str
    sources: tuple[str, ...]
    names: tuple[Name, ...] = ()
    short: tuple[Name, ...] = ()
    adjectives: tuple[Name, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    closed: tuple[tuple[str, str], ...] = ()
    first_names: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()

    def sure_names(self) -> Iterator[Name]:
        """The names that no other entity may claim."""
        return chain(self.names, self.short, self.adjectives)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who held an office from `since` until `until` (exclusive, None for now).

    `entity` is "" for somebody without a pack, who is then known by `name` alone.
    """

    entity: str
    name: str
    since: date
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Office:
    """A title and who held it when."""

    id: str
    name: str
    sources: tuple[str, ...]
    names: tuple[Name, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    blockers: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()

    def holder_on(self, day: date | None) -> Holder | None:
        """Who held it on `day`; None as a day asks for who holds it now."""
        for holder in self.holders:
            if day is None:
                if holder.until is None:
                    return holder
            elif holder.since <= day and (holder.until is None or day < holder.until):
                return holder
        return None


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of entities and offices, read and checked by itself."""

    file: str
    title: str
    entities: tuple[Entity, ...]
    offices: tuple[Office, ...]

    @property
    def entries(self) -> tuple[Entity | Office, ...]:
        """Entities, then offices."""
        return (*self.entities, *self.offices)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All packs together. Build it with `Catalog.build`, which checks what no single pack can.

    `given_names` are common first names, folded, for the first-name rule.
    """

    entities: Mapping[str, Entity] = field(default_factory=dict)
    offices: Mapping[str, Office] = field(default_factory=dict)
    given_names: frozenset[str] = frozenset()

    @classmethod
    def build(cls, packs: Sequence[Pack], given_names: Iterable[str] = ()) -> "Catalog":
        """Join packs.

        Args:
            packs: the packs, each read and checked by itself.
            given_names: common first names; without them the first-name rule goes by capitals alone.

        Raises:
            PackError: a pack is empty, an id is used twice, two entries claim one name, or something
                refers to an entity that no pack has. Nothing is loaded then.
        """
        entities: dict[str, Entity] = {}
        offices: dict[str, Office] = {}
        for pack in packs:
            if not pack.entities and not pack.offices:
                raise PackError(
                    pack.file, "entity", "the pack is empty: it needs an [[entity]] or [[office]]"
                )
            for entry in pack.entries:
                if entry.id in entities or entry.id in offices:
                    raise PackError(pack.file, entry.id, "this id is already used by another entry")
                if isinstance(entry, Entity):
                    entities[entry.id] = entry
                else:
                    offices[entry.id] = entry
        _check_claims(packs)
        _check_references(packs, entities)
        return cls(entities, offices, frozenset(fold(name).text for name in given_names))

    def blocking(self, words: Iterable[tuple[str, str]]) -> "Catalog":
        """The same with further blockers: (entity, phrase in which its names mean something else).

        The phrase also stops the titles that the entity holds and the names that imply it. An entity that
        no pack has any more is passed over.
        """
        added: dict[str, list[str]] = {}
        for entity, phrase in words:
            for owner in self._speaking_of(entity):
                added.setdefault(owner, []).append(phrase)
        if not added:
            return self
        return replace(
            self,
            entities={key: _with_blockers(entry, added.get(key)) for key, entry in self.entities.items()},
            offices={key: _with_blockers(entry, added.get(key)) for key, entry in self.offices.items()},
        )

    def _speaking_of(self, entity: str) -> Iterator[str]:
        """The entries whose names can mean an entity."""
        for entry in self.entities.values():
            named = chain.from_iterable(name.implies for name in entry.names)
            if entity == entry.id or entity in entry.implies or entity in named:
                yield entry.id
        for office in self.offices.values():
            if entity in office.implies or any(holder.entity == entity for holder in office.holders):
                yield office.id


Entry = TypeVar("Entry", Entity, Office)


def _with_blockers(entry: Entry, phrases: Sequence[str] | None) -> Entry:
    return replace(entry, blockers=entry.blockers + tuple(phrases)) if phrases else entry


def _check_claims(packs: Sequence[Pack]) -> None:
    owners: dict[tuple[str, str], tuple[str, str]] = {}
    for pack in packs:
        for entry in pack.entries:
            names = entry.sure_names() if isinstance(entry, Entity) else entry.names
            for name in names:
                place = (fold(name.text).text, name.language if name.strict else "")
                owner, file = owners.setdefault(place, (entry.id, pack.file))
                if owner != entry.id:
                    problem = f"{name.text!r} is already a name of {owner!r} in {file}"
                    raise PackError(pack.file, entry.id, problem)


def _check_references(packs: Sequence[Pack], entities: Mapping[str, Entity]) -> None:
    for pack in packs:
        for entry in pack.entries:
            for reference in _references(entry):
                if reference not in entities:
                    raise PackError(pack.file, entry.id, f"no pack has an entity {reference!r}")
        for office in pack.offices:
            _check_terms_of_office(pack.file, office)


def _references(entry: Entity | Office) -> Iterator[str]:
    yield from entry.implies
    groups = [entry.names, *(group.names for group in entry.ambiguous)]
    if isinstance(entry, Entity):
        groups += [entry.short, entry.adjectives]
    else:
        yield from (holder.entity for holder in entry.holders if holder.entity)
    for name in chain.from_iterable(groups):
        yield from name.implies
    for group in entry.ambiguous:
        yield from (term[1:] for term in group.context.terms() if term.startswith("@") and term != "@self")


def _check_terms_of_office(file: str, office: Office) -> None:
    for earlier, later in pairwise(office.holders):
        if earlier.until is None or later.since < earlier.until:
            problem = (
                f"holders must follow each other in time: {later.name!r} starts before {earlier.name!r} ends"
            )
            raise PackError(file, f"{office.id}.holders", problem)
