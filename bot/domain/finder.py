"""Decide which entities a document names, from the literals that were seen in it.

Stages: is it written right (endings, capitals) → is it inside somebody else's name (blockers) → is the
surname somebody else's (first-name rule) → who holds the title on that day → does an ambiguous name have
its context → whose is a bare surname. Pure; must not know rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.domain import surnames, titles
from bot.domain.aliases import Alias, Role
from bot.domain.context import holds
from bot.domain.entities import Case, Catalog
from bot.domain.models import Match
from bot.domain.reading import Reading
from bot.domain.text import fold
from bot.domain.wording import FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class Seen:
    """An alias at folded offsets; `end` includes its ending."""

    alias: Alias
    start: int
    end: int

    def inside(self, other: "Seen") -> bool:
        """Whether this stands inside `other`."""
        return other.start <= self.start and self.end <= other.end


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that is named at folded offsets, and why. `indirect` hits are implied by another name."""

    entity: str
    start: int
    end: int
    why: str
    indirect: bool = False


def verify(reading: Reading, language: str, alias: Alias, start: int, end: int) -> Seen | None:
    """`alias` at `start`..`end` (its letters, without the leading space) if it is really written there."""
    if not all(_sign_fits(char, reading.folded[start + at]) for at, char in alias.signs):
        return None
    stop = reading.word_end(end)
    if stop > end and not _tail_fits(reading, language, alias, reading.words[end:stop], start):
        return None
    if alias.strict and alias.language != language:
        return None
    if not _case_fits(reading, alias, start, end) or _has_foreign_accent(reading, alias, start, end):
        return None
    return Seen(alias, start, _with_genitive(reading, stop))


def find(reading: Reading, language: str, catalog: Catalog, seen: Iterable[Seen]) -> list[Hit]:
    """The entities that `reading` names, in order of place."""
    return _Finding(reading, language, catalog, list(seen)).run()


def to_match(reading: Reading, hit: Hit) -> Match:
    """A hit at its place in the original."""
    span = reading.span(hit.start, hit.end)
    return Match(hit.entity, span.surface, span.field, span.start, span.end, hit.why)


class _Finding:
    """One document's decisions, stage by stage."""

    def __init__(self, reading: Reading, language: str, catalog: Catalog, seen: list[Seen]) -> None:
        self.reading = reading
        self.language = language
        self.catalog = catalog
        published = reading.document.published
        self.day: date | None = published.date() if published else None
        self.blocks: dict[str, list[Seen]] = {}
        self.by_role: dict[Role, list[Seen]] = {role: [] for role in Role}
        for one in seen:
            if one.alias.role >= Role.BLOCKER:
                self.blocks.setdefault(one.alias.owner, []).append(one)
        self.blocked_surnames: list[Seen] = []
        for one in seen:
            if one.alias.role < Role.BLOCKER and not self._blocked(one):
                self.by_role[one.alias.role].append(one)
            elif one.alias.role is Role.SHORT:
                self.blocked_surnames.append(one)

    def run(self) -> list[Hit]:
        hits = [self._named(one) for role in (Role.NAME, Role.ADJECTIVE) for one in self.by_role[role]]
        for one in self.by_role[Role.OFFICE]:
            hits += self._office(one)
        hits += self._surnames(hits)
        sure = {hit.entity for hit in hits}
        for one in sorted(self.by_role[Role.AMBIGUOUS], key=_needs_company):
            if self._in_context(one, sure):
                hits.append(self._named(one))
                if not _needs_company(one):
                    sure.add(one.alias.owner)
        for one in self.by_role[Role.AMBIGUOUS_OFFICE]:
            if self._in_context(one, sure):
                hits += self._office(one)
        hits += self._implied(hits)
        return _without_doubles(hits)

    def _blocked(self, one: Seen) -> bool:
        return any(one.inside(block) for block in self.blocks.get(one.alias.owner, ()))

    def _named(self, one: Seen) -> Hit:
        name = self.catalog.entities[one.alias.owner].name
        is_plain = one.alias.role is Role.AMBIGUOUS and not _needs_company(one)
        why = _WHY[Role.NAME if is_plain else one.alias.role]
        return Hit(one.alias.owner, one.start, one.end, why.format(self._quoted(one), name))

    def _quoted(self, one: Seen) -> str:
        return f"“{self.reading.cased[one.start : one.end]}”"

    def _in_context(self, one: Seen, sure: set[str]) -> bool:
        context = one.alias.context
        return context is None or holds(context, self.reading, one.start, one.end, one.alias.owner, sure)

    def _surnames(self, hits: list[Hit]) -> list[Hit]:
        by_owner: dict[str, list[Seen]] = {}
        for one in (*self.by_role[Role.SHORT], *self.blocked_surnames):
            by_owner.setdefault(one.alias.owner, []).append(one)
        return [
            hit for owner, mentions in by_owner.items() for hit in self._surnames_of(owner, mentions, hits)
        ]

    def _surnames_of(self, owner: str, mentions: list[Seen], hits: list[Hit]) -> Iterator[Hit]:
        entity = self.catalog.entities[owner]
        first_names = frozenset(fold(name).text.rstrip(".") for name in entity.first_names)
        facts = surnames.Facts(self.reading, first_names, self.catalog.given_names, self._known_words())
        free = [
            one for one in mentions if one not in self.blocked_surnames and not self._within_hit(one, hits)
        ]
        coupled = {one.start for one in mentions if surnames.is_coupled(facts, one.start)}
        verdicts = [surnames.judge(facts, one.start) for one in free]
        others = [one.start for one in self.blocks.get(owner, ()) if one.alias.role is Role.NAMESAKE]
        named = bool(coupled) or any(hit.entity == owner for hit in hits)
        own = coupled | surnames.own_ones(self.reading, verdicts, others, named=named)
        return (self._named(one) for one in mentions if one.start in own)

    def _within_hit(self, one: Seen, hits: list[Hit]) -> bool:
        return any(
            hit.entity == one.alias.owner and hit.start <= one.start and one.end <= hit.end for hit in hits
        )

    def _known_words(self) -> frozenset[int]:
        """Where words end that are names of something else and so no first names."""
        roles = (Role.NAME, Role.SHORT, Role.ADJECTIVE, Role.AMBIGUOUS, Role.OFFICE, Role.AMBIGUOUS_OFFICE)
        return frozenset(one.end for role in roles for one in self.by_role[role])

    def _office(self, one: Seen) -> list[Hit]:
        office = self.catalog.offices[one.alias.owner]
        quoted = self._quoted(one)
        hits = [
            Hit(entity, one.start, one.end, f"{quoted} also names {self._name_of(entity)}", indirect=True)
            for entity in one.alias.implies
        ]
        holder = office.holder_on(self.day)
        if holder is None or not holder.entity:
            return hits
        person = self.catalog.entities[holder.entity]
        starts = {
            seen.start: seen.alias.owner for role in (Role.NAME, Role.SHORT) for seen in self.by_role[role]
        }
        if not titles.means_holder(
            self.reading, one.start, one.end, person, starts, self.catalog.given_names
        ):
            return hits
        when = f"on {self.day.isoformat()}" if self.day else "now"
        why = (
            f"{quoted} is {person.name}, who was {office.name} {when}"
            if self.day
            else (f"{quoted} is {person.name}, who is {office.name} {when}")
        )
        return [Hit(holder.entity, one.start, one.end, why), *hits]

    def _implied(self, hits: list[Hit]) -> list[Hit]:
        found = []
        for hit in hits:
            for entity in self.catalog.entities[hit.entity].implies:
                why = f"{self._name_of(hit.entity)} also names {self._name_of(entity)}"
                found.append(Hit(entity, hit.start, hit.end, why, indirect=True))
        for role in (Role.NAME, Role.SHORT, Role.ADJECTIVE, Role.AMBIGUOUS):
            placed = {(hit.entity, hit.start) for hit in hits}
            for one in self.by_role[role]:
                if (one.alias.owner, one.start) in placed:
                    found += [
                        Hit(
                            entity,
                            one.start,
                            one.end,
                            f"{self._quoted(one)} also names {self._name_of(entity)}",
                            True,
                        )
                        for entity in one.alias.implies
                    ]
        return found

    def _name_of(self, entity: str) -> str:
        return self.catalog.entities[entity].name


_WHY = {
    Role.NAME: "{} is a name of {}",
    Role.SHORT: "{} is the surname of {}, without another's first name",
    Role.ADJECTIVE: "{} is formed from {}",
    Role.AMBIGUOUS: "{} means {} in this context",
}


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


def _sign_fits(wanted: str, found: str) -> bool:
    return found in " -" if wanted in " -" else found == wanted


def _tail_fits(reading: Reading, language: str, alias: Alias, tail: str, start: int) -> bool:
    if alias.open_end or tail in alias.tails:
        return True
    if tail in alias.endings and not (tail == "s" and _may_be_verb(reading, language, alias, start)):
        return True
    return any(tail.startswith(open_tail) for open_tail in alias.open_tails)


def _may_be_verb(reading: Reading, language: str, alias: Alias, start: int) -> bool:
    """*Health Trumps Wealth*: English *Trumps* after a noun in a headline; not *the Trumps*, *at Trumps*."""
    if not alias.word or language in ("nl", "de"):
        return False
    before = reading.previous_word(start)
    noun_before = before is not None and reading.words[before[0] : before[1]] not in FUNCTION_WORDS
    return noun_before and reading.is_title_case(start)


def _case_fits(reading: Reading, alias: Alias, start: int, end: int) -> bool:
    if alias.case is Case.ANY:
        return True
    if reading.folded[start - 1] == "#":
        return True
    surface = reading.cased[start:end]
    if alias.case is Case.EXACT:
        return surface == alias.text
    if alias.case is Case.UPPER and alias.word and reading.is_shouted(start):
        return False
    if alias.case is Case.UPPER:
        return surface.upper() == surface
    if not reading.has_capitals:
        return not alias.word
    return all(surface[at].isupper() for at in alias.capitals[:1])


def _has_foreign_accent(reading: Reading, alias: Alias, start: int, end: int) -> bool:
    """*Rütte* is not *Rutte*: a surname may lack its accents, but not have others."""
    surface = reading.cased[start:end]
    if alias.role is not Role.SHORT or surface.isascii():
        return False
    own = f"{alias.text:{len(surface)}}"
    return any(
        char.isalpha() and not char.isascii() and char.lower() != own[at].lower()
        for at, char in enumerate(surface)
    )


def _with_genitive(reading: Reading, end: int) -> int:
    """`end`, with an apostrophe-s behind it."""
    if reading.folded.startswith("'s", end) and reading.words[end + 2] == " ":
        return end + 2
    return end
