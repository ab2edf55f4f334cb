import tomllib
from datetime import date

import pytest

from bot.domain.entities import Catalog
from bot.domain.pack_format import read_pack
from bot.errors import PackError
from tests.support.packs import PACK, catalog, named

MORE = """
[[entity]]
id = "{id}"
name = "Somebody"
kind = "person"
wikidata = "Q1"
sources = ["https://example.org/x"]
names.all = ["{name}"]
"""


def refused(*texts: str) -> PackError:
    packs = [read_pack(f"{number}.toml", tomllib.loads(text)) for number, text in enumerate(texts)]
    with pytest.raises(PackError) as error:
        Catalog.build(packs)
    return error.value


def test_an_empty_pack_is_refused() -> None:
    assert "empty" in str(refused(PACK, "title = 'nothing'"))


def test_two_packs_may_not_claim_one_name() -> None:
    error = refused(PACK, MORE.format(id="other", name="mark rutte"))

    assert (error.file, error.key) == ("1.toml", "other")
    assert "'rutte'" in str(error)


def test_accents_do_not_make_a_name_another_one() -> None:
    assert "Oekraine" in str(refused(PACK, MORE.format(id="other", name="Oekraine")))


def test_an_id_may_be_used_once() -> None:
    assert "already used" in str(refused(PACK, MORE.format(id="nato", name="Nobody Else")))
    assert "already used" in str(refused(PACK, MORE.format(id="nato-secretary-general", name="Nobody Else")))


@pytest.mark.parametrize(
    "entry",
    [
        'implies = ["atlantis"]',
        '[[entity.ambiguous]]\ntexts = ["Some"]\nneeds = ["@atlantis"]',
        'names.nl = [{ text = "Zomaar Iemand", implies = ["atlantis"] }]',
    ],
)
def test_a_reference_to_an_unknown_entity_is_refused(entry: str) -> None:
    assert "atlantis" in str(refused(MORE.format(id="other", name="Nobody Else") + entry))


def test_an_unknown_holder_is_refused() -> None:
    assert "stoltenberg" in str(refused(PACK.replace('id = "stoltenberg"', 'id = "jens"')))


def test_holders_may_not_overlap() -> None:
    error = refused(PACK.replace("until = 2024-10-01", "until = 2024-10-02"))

    assert error.key == "nato-secretary-general.holders"


def test_an_office_knows_its_holder_by_the_day() -> None:
    office = catalog().offices["nato-secretary-general"]

    def holder(day: date | None) -> str:
        found = office.holder_on(day)
        return found.name if found else ""

    assert holder(date(2009, 7, 31)) == ""
    assert holder(date(2014, 9, 30)) == "Anders Fogh Rasmussen"
    assert holder(date(2024, 9, 30)) == "stoltenberg"
    assert holder(date(2024, 10, 1)) == "rutte"
    assert holder(None) == "rutte"


def test_a_new_secretary_general_is_one_line_in_a_pack() -> None:
    line = '  { entity = "rutte", from = 2024-10-01, source = "https://example.org/3" },'
    new = '  { entity = "trump", from = 2030-10-01, source = "https://example.org/6" },'
    ended = line.replace("from", "until = 2030-10-01, from")
    changed = Catalog.build([read_pack("a.toml", tomllib.loads(PACK.replace(line, f"{ended}\n{new}")))])
    office = changed.offices["nato-secretary-general"]

    assert named("NAVO-chef bezoekt Den Haag", day="2031-01-01") >= {"rutte"}
    holder = office.holder_on(date(2031, 1, 1))
    assert holder is not None
    assert holder.entity == "trump"
