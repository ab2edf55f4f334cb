"""Decide which entities a document names, from the aliases that are written in it.

Stages: is it inside somebody else's name (blockers) → who holds the title on that day → is the surname
somebody else's (first-name rule) → does an ambiguous name have its context → what do names imply.
Pure; must not know rules. Linear in the number of mentions, as an item may have many.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from bot.domain import surnames, titles
from bot.domain.aliases import Role
from bot.domain.context import holds
from bot.domain.entities import Catalog
from bot.domain.models import Match
from bot.domain.reading import Reading
from bot.domain.spelling import Seen
from bot.domain.text import fold
from bot.errors import Phrase


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that is named at folded offsets, and why. `indirect` hits are implied by another name."""

    entity: str
    start: int
    end: int
    why: str
    indirect: bool = False


def find(reading: Reading, catalog: Catalog, seen: Iterable[Seen]) -> list[Hit]:
    """The entities that `reading` names, in order of place."""
    return _Finding(reading, catalog, list(seen)).run()


def to_match(reading: Reading, hit: Hit) -> Match:
    """A hit at its place in the original."""
    span = reading.span(hit.start, hit.end)
    return Match(hit.entity, span.surface, span.field, span.start, span.end, hit.why)


class _Cover:
    """Spans, to ask whether one of them covers another."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def covers(self, start: int, end: int) -> bool:
        """Whether one span begins at or before `start` and ends at or after `end`."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._ends[before - 1] >= end


class _Finding:
    """One document's decisions, stage by stage."""

    def __init__(self, reading: Reading, catalog: Catalog, seen: list[Seen]) -> None:
        self.reading = reading
        self.catalog = catalog
        published = reading.document.published
        self.day: date | None = published.date() if published else None
        self.blocks = _by_owner(one for one in seen if one.alias.role >= Role.BLOCKER)
        self.by_role: dict[Role, list[Seen]] = {role: [] for role in Role}
        self.blocked_surnames: list[Seen] = []
        self._sort(one for one in seen if one.alias.role < Role.BLOCKER)
        self.person_at = {
            one.start: one.alias.owner for role in (Role.NAME, Role.SHORT) for one in self.by_role[role]
        }

    def run(self) -> list[Hit]:
        """All stages; hits in order of place."""
        hits = [self._named(one) for role in (Role.NAME, Role.ADJECTIVE) for one in self.by_role[role]]
        for one in self.by_role[Role.OFFICE]:
            hits += self._office(one)
        hits += self._surnames(hits)
        hits += self._ambiguous({hit.entity for hit in hits})
        hits += self._implied(hits)
        return _without_doubles(hits)

    def _sort(self, seen: Iterable[Seen]) -> None:
        covers = {
            owner: _Cover((one.start, one.end) for one in blocks) for owner, blocks in self.blocks.items()
        }
        for one in seen:
            cover = covers.get(one.alias.owner)
            if cover is None or not cover.covers(one.start, one.end):
                self.by_role[one.alias.role].append(one)
            elif one.alias.role is Role.SHORT:
                self.blocked_surnames.append(one)

    def _named(self, one: Seen) -> Hit:
        name = self.catalog.entities[one.alias.owner].name
        is_plain = one.alias.role is Role.AMBIGUOUS and not _needs_company(one)
        why = _WHY[Role.NAME if is_plain else one.alias.role]
        return Hit(one.alias.owner, one.start, one.end, why.format(word=self._quoted(one), name=name))

    def _quoted(self, one: Seen) -> str:
        return f"“{self.reading.cased[one.start : one.end]}”"

    def _ambiguous(self, sure: set[str]) -> Iterator[Hit]:
        for one in sorted(self.by_role[Role.AMBIGUOUS], key=_needs_company):
            if self._in_context(one, sure):
                yield self._named(one)
                if not _needs_company(one):
                    sure.add(one.alias.owner)
        for one in self.by_role[Role.AMBIGUOUS_OFFICE]:
            if self._in_context(one, sure):
                yield from self._office(one)

    def _in_context(self, one: Seen, sure: set[str]) -> bool:
        context = one.alias.context
        return context is None or holds(context, self.reading, one.start, one.end, one.alias.owner, sure)

    def _surnames(self, hits: list[Hit]) -> Iterator[Hit]:
        if not self.by_role[Role.SHORT] and not self.blocked_surnames:
            return
        free, blocked = _by_owner(self.by_role[Role.SHORT]), _by_owner(self.blocked_surnames)
        known = frozenset(one.end for role in _WORDS_OF_OTHERS for one in self.by_role[role])
        for owner in dict.fromkeys((*free, *blocked)):
            names = [(hit.start, hit.end) for hit in hits if hit.entity == owner]
            yield from self._surnames_of(owner, free.get(owner, []), blocked.get(owner, []), names, known)

    def _surnames_of(
        self,
        owner: str,
        free: list[Seen],
        blocked: list[Seen],
        names: list[tuple[int, int]],
        known: frozenset[int],
    ) -> Iterator[Hit]:
        first_names = frozenset(
            fold(name).text.rstrip(".") for name in self.catalog.entities[owner].first_names
        )
        facts = surnames.Facts(self.reading, first_names, self.catalog.given_names, known)
        cover = _Cover(names)
        coupled = {one.start for one in (*free, *blocked) if surnames.is_coupled(facts, one.start)}
        verdicts = [surnames.judge(facts, one.start) for one in free if not cover.covers(one.start, one.end)]
        others = [one.start for one in self.blocks.get(owner, ()) if one.alias.role is Role.NAMESAKE]
        named = bool(coupled or names)
        own = coupled | surnames.own_ones(self.reading, verdicts, others, named=named)
        return (self._named(one) for one in (*free, *blocked) if one.start in own)

    def _office(self, one: Seen) -> list[Hit]:
        office = self.catalog.offices[one.alias.owner]
        hits = self._also(one, one.alias.implies)
        holder = office.holder_on(self.day)
        if holder is None or not holder.entity:
            return hits
        person = self.catalog.entities[holder.entity]
        others = {other.entity for other in office.holders} - {holder.entity, ""}
        if not titles.means_holder(
            self.reading, one.start, one.end, person, self.person_at, others, self.catalog.given_names
        ):
            return hits
        when = f"was {office.name} on {self.day.isoformat()}" if self.day else f"is {office.name} now"
        why = f"{self._quoted(one)} is {person.name}, who {when}"
        return [Hit(holder.entity, one.start, one.end, why), *hits]

    def _also(self, one: Seen, entities: Iterable[str]) -> list[Hit]:
        quoted = self._quoted(one)
        return [
            Hit(entity, one.start, one.end, f"{quoted} also names {self._name_of(entity)}", indirect=True)
            for entity in entities
        ]

    def _implied(self, hits: list[Hit]) -> list[Hit]:
        found = [
            Hit(
                entity,
                hit.start,
                hit.end,
                f"{self._name_of(hit.entity)} also names {self._name_of(entity)}",
                True,
            )
            for hit in hits
            for entity in self.catalog.entities[hit.entity].implies
        ]
        placed = {(hit.entity, hit.start) for hit in hits}
        for role in (Role.NAME, Role.SHORT, Role.ADJECTIVE, Role.AMBIGUOUS):
            for one in self.by_role[role]:
                if one.alias.implies and (one.alias.owner, one.start) in placed:
                    found += self._also(one, one.alias.implies)
        return found

    def _name_of(self, entity: str) -> str:
        return self.catalog.entities[entity].name


_WHY = {
    Role.NAME: Phrase("{word} is a name of {name}"),
    Role.SHORT: Phrase("{word} is the surname of {name}, without another's first name"),
    Role.ADJECTIVE: Phrase("{word} is formed from {name}"),
    Role.AMBIGUOUS: Phrase("{word} means {name} in this context"),
}

_WORDS_OF_OTHERS = (
    *(Role.NAME, Role.SHORT, Role.ADJECTIVE, Role.AMBIGUOUS),
    *(Role.OFFICE, Role.AMBIGUOUS_OFFICE),
)


def _by_owner(seen: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for one in seen:
        found.setdefault(one.alias.owner, []).append(one)
    return found


def _needs_company(one: Seen) -> bool:
    """Whether an ambiguous name waits for others; one that only bars something is as sure as a name."""
    return one.alias.context is not None and bool(one.alias.context.needs)


def _without_doubles(hits: list[Hit]) -> list[Hit]:
    """In order of place, without those of an entity inside a longer one of the same entity."""
    kept: list[Hit] = []
    last: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.indirect, hit.entity)):
        before = last.get(hit.entity)
        if before is None or hit.end > before.end:
            last[hit.entity] = hit
            kept.append(hit)
    return kept
