import tomllib
from contextlib import suppress
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entities import Case, Context, Entity, Kind, Name, Office
from bot.domain.pack_format import read_pack
from bot.errors import PackError

ENTITY = """
[[entity]]
id = "rutte"
name = "Mark Rutte"
kind = "person"
wikidata = "Q57792"
sources = ["https://example.org/rutte"]
names.all = ["Mark Rutte"]
"""
OFFICE = """
[[office]]
id = "sg"
name = "Secretary General"
sources = ["https://example.org/sg"]
names.nl = ["NAVO-chef"]
"""
HOLDER = '{ entity = "rutte", from = 2024-10-01, source = "https://example.org/1" }'


def entity(more: str = "") -> Entity:
    return read_pack("a.toml", tomllib.loads(ENTITY + more)).entities[0]


def office(more: str) -> Office:
    return read_pack("a.toml", tomllib.loads(OFFICE + more)).offices[0]


def refused(text: str) -> PackError:
    with pytest.raises(PackError) as error:
        read_pack("a.toml", tomllib.loads(text))
    assert error.value.file == "a.toml"
    return error.value


def test_names_by_language_get_the_case_rule_of_their_kind() -> None:
    found = entity('short.nl = ["Rutte", { text = "MR", case = "upper", word = true, endings = false }]')

    assert found.kind is Kind.PERSON
    assert found.names == (Name("Mark Rutte"),)
    assert found.short == (Name("Rutte", "nl"), Name("MR", "nl", Case.UPPER, word=True, endings=False))


def test_german_and_french_adjectives_may_be_small() -> None:
    text = ENTITY.replace("person", "place") + 'adjectives.de = ["ukrainisch"]\nadjectives.nl = ["Oekraïens"]'
    found = read_pack("a.toml", tomllib.loads(text)).entities[0]

    assert [name.case for name in found.adjectives] == [Case.ANY, Case.NAME]


def test_an_ambiguous_name_carries_its_conditions() -> None:
    found = entity('[[entity.ambiguous]]\ntexts = ["Mark"]\nneeds = ["premier*", "@self"]\nwithin = 5')
    group = found.ambiguous[0]

    assert group.names == (Name("Mark"),)
    assert (group.context.needs, group.context.within) == (("premier*", "@self"), 5)


def test_an_office_has_holders_with_days() -> None:
    found = office(f"holders = [{HOLDER}]")

    assert found.holders[0].entity == "rutte"
    assert (found.holders[0].since, found.holders[0].until) == (date(2024, 10, 1), None)
    assert found.names[0].case is Case.ANY


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("titel = 'x'", "titel", "unknown key"),
        ("entity = 3", "entity", "expected a list"),
        ("entity = ['x']", "entity", "expected tables"),
        (ENTITY.replace('"rutte"', '"Rutte"'), "entity[Rutte].id", "small letters"),
        (ENTITY.replace('name = "Mark Rutte"', ""), "entity[rutte].name", "missing"),
        (ENTITY.replace('"person"', '"man"'), "entity[rutte].kind", "expected one of"),
        (ENTITY.replace('"Q57792"', '"57792"'), "entity[rutte].wikidata", "expected Q"),
        (ENTITY.replace("https:", "http:"), "entity[rutte].sources", "https"),
        (ENTITY.replace('["https://example.org/rutte"]', "[]"), "entity[rutte].sources", "at least one"),
        (ENTITY.replace('names.all = ["Mark Rutte"]', ""), "entity[rutte].names", "at least one name"),
        (ENTITY.replace("names.all", "names.dutch"), "entity[rutte].names.dutch", "ISO 639-1"),
        (ENTITY.replace("names.all", "names"), "entity[rutte].names", "names.nl"),
        (ENTITY.replace('["Mark Rutte"]', '"Mark Rutte"'), "entity[rutte].names.all", "expected a list"),
        (ENTITY.replace('["Mark Rutte"]', "[7]"), "entity[rutte].names.all", "expected a text or a table"),
        (ENTITY.replace('["Mark Rutte"]', '["R"]'), "entity[rutte].names.all", "too short"),
        (ENTITY.replace('["Mark Rutte"]', '[" Mark"]'), "entity[rutte].names.all", "outer spaces"),
        (ENTITY.replace('["Mark Rutte"]', '["Ma\\u0007rk"]'), "entity[rutte].names.all", "control"),
        (ENTITY.replace('["Mark Rutte"]', "['" + "x" * 201 + "']"), "entity[rutte].names.all", "at most 200"),
        (ENTITY + 'blockers = [""]', "entity[rutte].blockers", "empty text"),
        (
            ENTITY + 'short.all = [{ text = "R2", cases = "any" }]',
            "entity[rutte].short.all.cases",
            "unknown key",
        ),
        (
            ENTITY + 'short.all = [{ text = "R2", case = "big" }]',
            "entity[rutte].short.all.case",
            "expected one of",
        ),
        (ENTITY + 'short.all = [{ text = "R2", word = 1 }]', "entity[rutte].short.all.word", "true or false"),
        (
            ENTITY + 'short.all = [{ text = "R2", strict = true }]',
            "entity[rutte].short.all.strict",
            "one language",
        ),
        (ENTITY.replace("person", "place") + 'short.nl = ["R2"]', "entity[rutte].short", "only persons"),
        (ENTITY + "[[entity.ambiguous]]\nneeds = ['x']", "entity[rutte].ambiguous[1].texts", "at least one"),
        (ENTITY + "[[entity.ambiguous]]\ntexts = ['xx']", "entity[rutte].ambiguous[1].needs", "a condition"),
        (
            ENTITY + "[[entity.ambiguous]]\ntexts = ['xx']\nneeds = ['*']",
            "entity[rutte].ambiguous[1].needs",
            "expected a word",
        ),
        (
            ENTITY + "[[entity.ambiguous]]\ntexts = ['xx']\nneeds = ['y']\nwithin = 0",
            "entity[rutte].ambiguous[1].within",
            "1 or more",
        ),
        (OFFICE, "office[sg].holders", "needs holders"),
        (OFFICE + f"holders = [{HOLDER}]\nend = 1", "office[sg].end", "unknown key"),
        (
            OFFICE + f"holders = [{HOLDER.replace('2024-10-01', '2024')}]",
            "office[sg].holders[1].from",
            "a date",
        ),
        (
            OFFICE + f"holders = [{HOLDER.replace('from', 'until = 2024-01-01, from')}]",
            "office[sg].holders[1].until",
            "after from",
        ),
        (
            OFFICE + "holders = [" + HOLDER.replace("entity", "name = 'x', entity") + "]",
            "office[sg].holders[1].entity",
            "either entity or name",
        ),
        (OFFICE + f"holders = [{HOLDER.replace('https', 'ftp')}]", "office[sg].holders[1].source", "https"),
    ],
)
def test_a_mistake_is_named_with_its_key(text: str, key: str, says: str) -> None:
    error = refused(text)

    assert error.key == key
    assert says in str(error)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "kind", "names", "all", "text", "sources", "short", "ambiguous", "holders"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["title", "entity", "office", "x"]), JSONISH, max_size=3))
def test_any_table_reads_or_is_refused_as_a_pack(table: dict[str, object]) -> None:
    with suppress(PackError):
        assert read_pack("any.toml", table).file == "any.toml"


def test_the_example_for_editors_is_a_valid_pack() -> None:
    readme = (Path(__file__).parents[2] / "bot" / "packs" / "README.md").read_text(encoding="utf-8")
    example = readme.split("```toml\n")[1].split("```")[0].replace("https://…", "https://example.org/")

    pack = read_pack("README.md", tomllib.loads(example))

    assert [entry.id for entry in pack.entries] == ["nato", "rutte", "ukraine", "nato-secretary-general"]


def test_every_key_of_a_pack_is_described_for_editors() -> None:
    readme = (Path(__file__).parents[2] / "bot" / "packs" / "README.md").read_text(encoding="utf-8")
    keys = {field.name for kind in (Entity, Name, Context) for field in fields(kind)} - {"language"}

    assert {key for key in keys if f"`{key}" not in readme and f"entity.{key}]" not in readme} == set()
