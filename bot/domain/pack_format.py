"""Read a pack's TOML table into entities and offices, checking every key.

The format is described for editors in `bot/packs/README.md`. Must not read files, and must not check
what needs other packs: that is `Catalog.build`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.domain.entities import Ambiguous, Case, Context, Entity, Holder, Kind, Name, Office, Pack
from bot.errors import PackError

MAX_NAME = 200

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_LANGUAGE = re.compile(r"(all|[a-z]{2})\Z")
_WIKIDATA = re.compile(r"Q[1-9][0-9]*\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

_PACK_KEYS = frozenset({"title", "entity", "office"})
_NAME_KEYS = frozenset({"text", "case", "word", "strict", "endings", "implies"})
_AMBIGUOUS_KEYS = frozenset(
    {"texts", "lang", "case", "word", "strict", "endings", "implies"}
    | {"needs", "within", "without", "not_before", "not_after"}
)
_HOLDER_KEYS = frozenset({"entity", "name", "from", "until", "source"})
_OFFICE_KEYS = frozenset({"id", "name", "sources", "names", "ambiguous", "blockers", "implies", "holders"})
_ENTITY_KEYS = frozenset(
    {"id", "name", "kind", "wikidata", "sources", "names", "short", "adjectives", "ambiguous", "closed"}
    | {"first_names", "blockers", "namesakes", "relatives", "implies"}
)

Table = Mapping[str, Any]


def read_pack(file: str, table: Table) -> Pack:
    """Read one pack.

    Args:
        file: the file's name, for messages.
        table: what TOML made of it.

    Raises:
        PackError: the first thing that is wrong, with file and key.
    """
    top = _Reader(file, "", table)
    top.only(_PACK_KEYS)
    entities = tuple(_entity(reader) for reader in top.tables("entity"))
    offices = tuple(_office(reader) for reader in top.tables("office"))
    return Pack(file, top.text("title", default=file), entities, offices)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A table, and where it stands in the file."""

    file: str
    path: str
    table: Table

    def fail(self, key: str, problem: str) -> PackError:
        return PackError(self.file, f"{self.path}.{key}".strip("."), problem)

    def only(self, known: frozenset[str]) -> None:
        for key in self.table:
            if key not in known:
                raise self.fail(key, f"unknown key; known are {', '.join(sorted(known))}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.table.get(key, default)
        if value is None:
            raise self.fail(key, "is missing")
        return self.checked(key, value)

    def checked(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.fail(key, f"expected text, got {type(value).__name__}")
        if len(value) > MAX_NAME or _CONTROL.search(value) or value != value.strip():
            raise self.fail(
                key, f"expected at most {MAX_NAME} characters, no control characters or outer spaces"
            )
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.sequence(key)
        found = tuple(self.checked(key, value) for value in values)
        if not all(found):
            raise self.fail(key, "holds an empty text")
        return found

    def sequence(self, key: str) -> Sequence[Any]:
        values = self.table.get(key, [])
        if not isinstance(values, list):
            raise self.fail(key, f"expected a list, got {type(values).__name__}")
        return values

    def flag(self, key: str, default: bool) -> bool:
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, "expected true or false")
        return value

    def tables(self, key: str) -> "list[_Reader]":
        readers = []
        for number, value in enumerate(self.sequence(key)):
            if not isinstance(value, dict):
                raise self.fail(key, "expected tables")
            label = value.get("id", number + 1)
            readers.append(_Reader(self.file, f"{self.path}.{key}[{label}]".strip("."), value))
        return readers

    def by_language(self, key: str) -> "list[tuple[str, _Reader]]":
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(key, f"expected {key}.<language>, such as {key}.nl or {key}.all")
        reader = _Reader(self.file, f"{self.path}.{key}", value)
        for language in value:
            if not _LANGUAGE.match(language):
                raise reader.fail(language, "expected all, or an ISO 639-1 code in small letters")
        return [(language, reader) for language in value]


def _entity(reader: _Reader) -> Entity:
    reader.only(_ENTITY_KEYS)
    kind = _kind(reader)
    case = Case.ANY if kind is Kind.THING else Case.NAME
    entity = Entity(
        id=_id(reader),
        name=reader.text("name"),
        kind=kind,
        wikidata=_wikidata(reader),
        sources=_sources(reader),
        names=_names(reader, "names", case),
        short=_names(reader, "short", case),
        adjectives=_adjectives(reader, case),
        ambiguous=tuple(_ambiguous(group, case) for group in reader.tables("ambiguous")),
        closed=_closed(reader),
        first_names=reader.texts("first_names"),
        blockers=reader.texts("blockers"),
        namesakes=reader.texts("namesakes"),
        relatives=reader.texts("relatives"),
        implies=reader.texts("implies"),
    )
    if not entity.names and not entity.ambiguous:
        raise reader.fail("names", "an entity needs at least one name")
    if kind is not Kind.PERSON and (entity.short or entity.first_names):
        raise reader.fail("short", "only persons have short names and first names")
    return entity


def _office(reader: _Reader) -> Office:
    reader.only(_OFFICE_KEYS)
    office = Office(
        id=_id(reader),
        name=reader.text("name"),
        sources=_sources(reader),
        names=_names(reader, "names", Case.ANY),
        ambiguous=tuple(_ambiguous(group, Case.ANY) for group in reader.tables("ambiguous")),
        blockers=reader.texts("blockers"),
        implies=reader.texts("implies"),
        holders=tuple(_holder(holder) for holder in reader.tables("holders")),
    )
    if not office.names and not office.ambiguous:
        raise reader.fail("names", "an office needs at least one name")
    if not office.holders and not office.implies:
        raise reader.fail("holders", "an office needs holders, or entities that it implies")
    return office


def _id(reader: _Reader) -> str:
    value = reader.text("id")
    if not _ID.match(value):
        raise reader.fail("id", "expected small letters, digits and hyphens")
    return value


def _kind(reader: _Reader) -> Kind:
    try:
        return Kind(reader.text("kind"))
    except ValueError:
        raise reader.fail("kind", f"expected one of {', '.join(Kind)}") from None


def _wikidata(reader: _Reader) -> str:
    value = reader.text("wikidata")
    if value and not _WIKIDATA.match(value):
        raise reader.fail("wikidata", 'expected Q and a number, or "" when it was not looked up')
    return value


def _sources(reader: _Reader) -> tuple[str, ...]:
    sources = reader.texts("sources")
    if not sources:
        raise reader.fail("sources", "at least one address where the facts can be checked")
    for source in sources:
        _check_source(reader, "sources", source)
    return sources


def _check_source(reader: _Reader, key: str, source: str) -> None:
    if not source.startswith("https://"):
        raise reader.fail(key, f"expected an https address, got {source!r}")


def _names(reader: _Reader, key: str, case: Case) -> tuple[Name, ...]:
    return tuple(
        _name(languages, language, value, case)
        for language, languages in reader.by_language(key)
        for value in languages.sequence(language)
    )


def _name(reader: _Reader, language: str, value: object, case: Case) -> Name:
    if isinstance(value, str):
        return _checked_name(reader, language, Name(reader.checked(language, value), language, case))
    if not isinstance(value, dict):
        raise reader.fail(language, "expected a text or a table")
    options = _Reader(reader.file, f"{reader.path}.{language}", value)
    options.only(_NAME_KEYS)
    return _checked_name(reader, language, _with_options(options, options.text("text"), language, case))


def _with_options(options: _Reader, text: str, language: str, case: Case) -> Name:
    name = Name(
        text=text,
        language=language,
        case=_case(options, case),
        word=options.flag("word", default=False),
        strict=options.flag("strict", default=False),
        endings=options.flag("endings", default=True),
        implies=options.texts("implies"),
    )
    if name.strict and language == "all":
        raise options.fail("strict", "only a name of one language can be strict")
    return name


def _checked_name(reader: _Reader, key: str, name: Name) -> Name:
    if len(name.text) < 2 or not any(map(str.isalnum, name.text)):
        raise reader.fail(key, f"{name.text!r} is too short for a name")
    return name


def _case(reader: _Reader, default: Case) -> Case:
    try:
        return Case(reader.text("case", default=default))
    except ValueError:
        raise reader.fail("case", f"expected one of {', '.join(Case)}") from None


def _adjectives(reader: _Reader, case: Case) -> tuple[Name, ...]:
    names = _names(reader, "adjectives", case)
    return tuple(replace(name, case=Case.ANY) if name.language in ("de", "fr") else name for name in names)


def _ambiguous(reader: _Reader, case: Case) -> Ambiguous:
    reader.only(_AMBIGUOUS_KEYS)
    language = reader.text("lang", default="all")
    if not _LANGUAGE.match(language):
        raise reader.fail("lang", "expected all, or an ISO 639-1 code in small letters")
    texts = reader.texts("texts")
    if not texts:
        raise reader.fail("texts", "needs at least one name")
    names = tuple(
        _checked_name(reader, "texts", _with_options(reader, text, language, case)) for text in texts
    )
    return Ambiguous(names, _context(reader))


def _context(reader: _Reader) -> Context:
    within = reader.table.get("within")
    if within is not None and (not isinstance(within, int) or isinstance(within, bool) or within < 1):
        raise reader.fail("within", "expected a number of words, 1 or more")
    context = Context(
        needs=reader.texts("needs"),
        within=within,
        without=reader.texts("without"),
        not_before=reader.texts("not_before"),
        not_after=reader.texts("not_after"),
    )
    if not any(context.terms()):
        raise reader.fail("needs", "an ambiguous name needs a condition")
    for term in context.terms():
        if term in ("*", "@") or "*" in term[:-1]:
            raise reader.fail("needs", f"{term!r}: expected a word, a phrase, prefix* or @entity")
    return context


def _closed(reader: _Reader) -> tuple[tuple[str, str], ...]:
    return tuple(
        (language, tail)
        for language, languages in reader.by_language("closed")
        for tail in languages.texts(language)
    )


def _holder(reader: _Reader) -> Holder:
    reader.only(_HOLDER_KEYS)
    entity, name = reader.text("entity", default=""), reader.text("name", default="")
    if bool(entity) == bool(name):
        raise reader.fail("entity", "expected either entity or name")
    since, until = _day(reader, "from"), _day(reader, "until") if "until" in reader.table else None
    if until is not None and until <= since:
        raise reader.fail("until", "must be after from")
    source = reader.text("source")
    _check_source(reader, "source", source)
    return Holder(entity, name or entity, since, until, source)


def _day(reader: _Reader, key: str) -> date:
    value = reader.table.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise reader.fail(key, "expected a date such as 2024-10-01")
    return value
