"""From packs to literals: every way an entity, an office or a blocker is written, ready to be looked for.

A literal is a name in word form (`words_only`) with a space before it: endings, compounds, capitals and
context are checked where it was seen. Must not look at documents.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from bot.domain.entities import Case, Catalog, Context, Entity, Name, Office
from bot.domain.text import fold, words_only
from bot.domain.wording import ADJECTIVE_ENDINGS, ENDINGS

_NONE: frozenset[str] = frozenset()
_S = frozenset({"s"})


class Role(IntEnum):
    """What seeing an alias means."""

    NAME = 1
    SHORT = 2
    ADJECTIVE = 3
    AMBIGUOUS = 4
    OFFICE = 5
    AMBIGUOUS_OFFICE = 6
    BLOCKER = 7
    NAMESAKE = 8
    RELATIVE = 9


@dataclass(frozen=True, slots=True)
class Alias:
    """One literal and what it means for `owner`, an entity or an office.

    `endings` and `tails` are what may follow it inside the same word; a tail in `open_tails` may be
    followed by more. `signs` are the offsets and characters in it that are no letters or digits;
    `capitals` the offsets of letters that need one.
    """

    literal: str
    owner: str
    role: Role
    text: str
    language: str = "all"
    case: Case = Case.ANY
    word: bool = False
    strict: bool = False
    endings: frozenset[str] = _NONE
    tails: frozenset[str] = _NONE
    open_tails: tuple[str, ...] = ()
    open_end: bool = False
    signs: tuple[tuple[int, str], ...] = ()
    capitals: tuple[int, ...] = ()
    implies: tuple[str, ...] = ()
    context: Context | None = None


def aliases_of(catalog: Catalog) -> Iterator[Alias]:
    """All aliases of all entities and offices."""
    for entity in catalog.entities.values():
        yield from _of_entity(entity)
    for office in catalog.offices.values():
        for name in office.names:
            yield _alias(office.id, Role.OFFICE, name, _NONE, implies=(*office.implies, *name.implies))
        for group in office.ambiguous:
            for name in group.names:
                implies = (*office.implies, *name.implies)
                yield _alias(
                    office.id, Role.AMBIGUOUS_OFFICE, name, _NONE, implies=implies, context=group.context
                )
        yield from _blockers(office, Role.BLOCKER, office.blockers)


def _of_entity(entity: Entity) -> Iterator[Alias]:
    closed = frozenset(fold(tail).text for _, tail in entity.closed)
    tails = frozenset(tail for tail in closed if not tail.endswith("*"))
    open_tails = tuple(sorted(tail[:-1] for tail in closed if tail.endswith("*")))
    for role, names in ((Role.NAME, entity.names), (Role.SHORT, entity.short)):
        for name in names:
            yield _alias(entity.id, role, name, _endings(name), tails, open_tails, name.implies)
    for name in entity.adjectives:
        endings = ADJECTIVE_ENDINGS.get(name.language, _S) if name.endings else _NONE
        yield _alias(entity.id, Role.ADJECTIVE, name, endings, tails, open_tails, name.implies)
    for group in entity.ambiguous:
        for name in group.names:
            yield _alias(
                entity.id,
                Role.AMBIGUOUS,
                name,
                _endings(name),
                tails,
                open_tails,
                name.implies,
                group.context,
            )
    yield from _blockers(entity, Role.BLOCKER, entity.blockers)
    yield from _blockers(entity, Role.NAMESAKE, entity.namesakes)
    yield from _blockers(entity, Role.RELATIVE, entity.relatives)


def _endings(name: Name) -> frozenset[str]:
    if not name.endings or fold(name.text).text[-1] in "sxz":
        return _NONE
    return ENDINGS.get(name.language, _S)


def _alias(
    owner: str,
    role: Role,
    name: Name,
    endings: frozenset[str],
    tails: frozenset[str] = _NONE,
    open_tails: tuple[str, ...] = (),
    implies: tuple[str, ...] = (),
    context: Context | None = None,
) -> Alias:
    text = _bare(name.text)
    folded = fold(text).text
    one_word = words_only(folded).isalnum()
    return Alias(
        literal=" " + words_only(folded),
        owner=owner,
        role=role,
        text=text,
        language=name.language,
        case=name.case,
        word=name.word,
        strict=name.strict,
        endings=endings,
        tails=tails if one_word else _NONE,
        open_tails=open_tails if one_word else (),
        signs=tuple((at, char) for at, char in enumerate(folded) if not char.isalnum()),
        capitals=tuple(at for at, char in enumerate(fold(text).cased) if char.isupper()),
        implies=implies,
        context=context,
    )


def _blockers(entry: Entity | Office, role: Role, phrases: Iterable[str]) -> Iterator[Alias]:
    for phrase in phrases:
        open_end = phrase.endswith("*")
        text = _bare(phrase)
        folded = fold(text).text
        signs = tuple((at, char) for at, char in enumerate(folded) if not char.isalnum())
        yield Alias(
            " " + words_only(folded), entry.id, role, text, endings=_S, open_end=open_end, signs=signs
        )


def _bare(text: str) -> str:
    """`text` without signs at its ends: *U.S.* is looked for as *U.S*."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]
