"""A small catalog for tests: the kinds of entity that packs describe, without the shipped facts."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.models import Document, MatchResult
from bot.domain.pack_format import read_pack
from bot.domain.rules import parse_rule

PACK = """
title = "Alliance of tests"

[[entity]]
id = "nato"
name = "NATO"
kind = "organisation"
wikidata = "Q7184"
sources = ["https://example.org/nato"]
names.all = ["NATO"]
names.nl = ["NAVO"]
closed.nl = ["land*"]
blockers = ["NATO phonetic alphabet", "NATO ball*"]
[[entity.ambiguous]]
texts = ["het bondgenootschap"]
lang = "nl"
case = "any"
needs = ["militair*", "@rutte"]
without = ["huwelijk"]

[[entity]]
id = "rutte"
name = "Mark Rutte"
kind = "person"
wikidata = "Q57792"
sources = ["https://example.org/rutte"]
names.all = ["Mark Rutte"]
short.all = ["Rutte"]
first_names = ["Mark", "M."]
namesakes = ["Arno Rutte"]

[[entity]]
id = "trump"
name = "Donald Trump"
kind = "person"
wikidata = "Q22686"
sources = ["https://example.org/trump"]
names.all = ["Donald Trump", "Donald J. Trump"]
short.all = [{ text = "Trump", word = true }]
first_names = ["Donald"]
relatives = ["Melania Trump", "Donald Trump Jr."]
blockers = ["trump card", "Trump Tower"]
closed.all = ["isme"]

[[entity]]
id = "stoltenberg"
name = "Jens Stoltenberg"
kind = "person"
wikidata = "Q57665"
sources = ["https://example.org/stoltenberg"]
names.all = ["Jens Stoltenberg"]
short.all = ["Stoltenberg"]
first_names = ["Jens"]

[[entity]]
id = "ukraine"
name = "Ukraine"
kind = "place"
wikidata = "Q212"
sources = ["https://example.org/ukraine"]
names.nl = ["Oekraïne"]
names.en = ["Ukraine"]
adjectives.nl = ["Oekraïens", "Oekraïner"]
adjectives.en = ["Ukrainian"]
adjectives.de = ["ukrainisch"]
closed.nl = ["oorlog"]
[[entity.ambiguous]]
texts = ["Kiev"]
needs = ["Rusland", "@self"]
within = 12
not_before = ["chicken"]
not_after = ["Dynamo", "kip"]

[[entity]]
id = "united-states"
name = "United States"
kind = "place"
wikidata = "Q30"
sources = ["https://example.org/us"]
names.en = [{ text = "US", case = "upper", word = true }, "U.S."]
names.nl = [{ text = "VS", case = "upper", strict = true }]

[[entity]]
id = "article-5"
name = "Article 5"
kind = "thing"
wikidata = ""
sources = ["https://example.org/article-5"]
names.en = ["collective defence clause"]
implies = ["nato"]

[[office]]
id = "nato-secretary-general"
name = "Secretary General of NATO"
implies = ["nato"]
sources = ["https://example.org/sg"]
names.nl = ["NAVO-chef", "secretaris-generaal van de NAVO"]
names.en = ["NATO chief", "NATO Secretary General"]
holders = [
  { name = "Anders Fogh Rasmussen", from = 2009-08-01, until = 2014-10-01, source = "https://example.org/1" },
  { entity = "stoltenberg", from = 2014-10-01, until = 2024-10-01, source = "https://example.org/2" },
  { entity = "rutte", from = 2024-10-01, source = "https://example.org/3" },
]

[[office]]
id = "dutch-prime-minister"
name = "Prime Minister of the Netherlands"
sources = ["https://example.org/pm"]
names.nl = ["Nederlandse premier"]
names.en = ["Dutch prime minister"]
holders = [
  { entity = "rutte", from = 2010-10-14, until = 2024-07-02, source = "https://example.org/4" },
  { name = "Dick Schoof", from = 2024-07-02, source = "https://example.org/5" },
]
"""

GIVEN_NAMES = ("Piet", "Fred", "Melania", "Rob", "Jens", "Arno")


def catalog(more: str = "") -> Catalog:
    """The catalog of `PACK`, with the entries of `more` added."""
    packs = [read_pack("tests.toml", tomllib.loads(PACK))]
    if more:
        packs.append(read_pack("more.toml", tomllib.loads(more)))
    return Catalog.build(packs, GIVEN_NAMES)


def matcher(**rules: str) -> Matcher:
    """A matcher for `PACK` and `rules`, by key."""
    words = catalog()
    return Matcher.build(words, {key: parse_rule(text, words.entities) for key, text in rules.items()})


_PLAIN = matcher()


def read(title: str, text: str = "", day: str = "2025-03-01", language: str | None = None) -> MatchResult:
    """What `PACK` finds in an item of `day`."""
    published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    return _PLAIN.match(Document(title, text, language=language, published=published))


def named(title: str, text: str = "", day: str = "2025-03-01", language: str | None = None) -> set[str]:
    """The entities that `PACK` finds."""
    return {match.entity for match in read(title, text, day, language).matches}


def surfaces(result: MatchResult) -> Mapping[str, list[str]]:
    """The surfaces found, per entity."""
    found: dict[str, list[str]] = {}
    for match in result.matches:
        found.setdefault(match.entity, []).append(match.surface)
    return found


MORE_ENTITY = """
[[entity]]
id = "somebody"
name = "Somebody Else"
kind = "person"
wikidata = "Q1"
sources = ["https://example.org/x"]
names.all = ["Somebody Else"]
"""
