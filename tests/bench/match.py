"""Matching: items per second against peers, from 100 to 100,000 rules, and memory per rule literal.

Peers can only look for words and phrases, so all engines get the same literals; ours also names entities,
guesses the language and gives reasons. A second table has rules as people write them (AND, OR, NOT,
prefixes, entities), which no peer can run. CPU time of one core, build and memory apart.
"""

import ctypes
import ctypes.util
import gc
import multiprocessing
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ahocorasick_rs import AhoCorasick, Implementation

from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.models import Document
from bot.domain.program import Program
from bot.domain.rules import parse_rule
from bot.services.packs import load_catalog
from tests.bench.corpus import SIZE, Corpus, literals, load

SIZES = (100, 1_000, 10_000, 100_000)
SECONDS = 1.5
BUDGET_MS = {10_000: 0.7, 100_000: 5.0}
BUDGET_BYTES = 300
SLOW_ABOVE = {"re alternation": 10_000}

Count = Callable[[Document], int]
Build = Callable[[Sequence[str]], Count]


@dataclass(frozen=True)
class Measured:
    """One engine at one number of rules; times in seconds."""

    build: float
    per_item: float
    found: float


def main() -> None:
    """Print both tables and the memory per literal."""
    corpus = load()
    print(f"{len(corpus.documents)} {corpus.name} items of {SIZE} characters; CPU time, one core\n")
    print(f"{'rules':>8} {'engine':<26} {'build s':>8} {'ms/item':>9} {'items/s':>9} {'found':>7}")
    for size in SIZES:
        wanted = literals(corpus, size)
        for name, build in ENGINES.items():
            if size <= SLOW_ABOVE.get(name, size):
                _print_row(size, name, _measure(build, wanted, corpus.documents))
    print()
    for size in SIZES:
        row = _measure(_heraut, _written_rules(corpus, size), corpus.documents)
        _print_row(size, "heraut, rules as written", row)
        if size in BUDGET_MS:
            _print_budget(f"{size:,} rules", row.per_item * 1000, BUDGET_MS[size], "ms per item")
    _print_memory(corpus)


def _measure(build: Build, wanted: Sequence[str], documents: Sequence[Document]) -> Measured:
    gc.collect()
    began = time.process_time()
    count = build(wanted)
    built = time.process_time() - began
    for document in documents[:3]:
        count(document)
    done, found, began = 0, 0, time.process_time()
    for document in documents:
        found += count(document)
        done += 1
        if time.process_time() - began > SECONDS:
            break
    return Measured(built, (time.process_time() - began) / done, found / done)


def _print_row(size: int, name: str, row: Measured) -> None:
    milliseconds, rate = row.per_item * 1000, 1 / row.per_item
    print(
        f"{size:>8,} {name:<26} {row.build:>8.2f} {milliseconds:>9.3f} {rate:>9,.0f} {row.found:>7.1f}",
        flush=True,
    )


def _print_budget(what: str, value: float, budget: float, unit: str) -> None:
    verdict = "within" if value <= budget else "MISSES"
    print(f"{'':>8} {what}: {value:.2f} {unit} {verdict} the budget of {budget}")


def _text(document: Document) -> str:
    return f"{document.title}{document.text}"


def _heraut(rules: Sequence[str]) -> Count:
    catalog = load_catalog()
    matcher = Matcher.build(
        catalog, {f"rule:{number}": parse_rule(rule, catalog.entities) for number, rule in enumerate(rules)}
    )
    return lambda document: len(matcher.match(document).rules)


def _heraut_literals(wanted: Sequence[str]) -> Count:
    return _heraut([f'"{literal}"' for literal in wanted])


def _heraut_literals_alone(wanted: Sequence[str]) -> Count:
    """What peers do and no more: no packs, and one language, so none to guess."""
    rules = {literal: parse_rule(f'"{literal}"', ()) for literal in wanted}
    matcher = Matcher.build(Catalog(), rules, languages=("nl",))
    return lambda document: len(matcher.match(document).rules)


def _bare_automaton(wanted: Sequence[str]) -> Count:
    automaton = AhoCorasick(wanted, store_patterns=False, implementation=Implementation.ContiguousNFA)
    return lambda document: len(
        {
            number
            for number, _, _ in automaton.find_matches_as_indexes(_text(document).lower(), overlapping=True)
        }
    )


def _spacy(wanted: Sequence[str]) -> Count:
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("nl")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for literal in wanted:
        matcher.add(literal, [nlp.make_doc(literal)])
    return lambda document: len({key for key, _, _ in matcher(nlp.make_doc(_text(document)))})


def _flashtext(wanted: Sequence[str]) -> Count:
    from flashtext import KeywordProcessor

    processor = KeywordProcessor()
    processor.add_keywords_from_list(list(wanted))
    return lambda document: len(set(processor.extract_keywords(_text(document))))


def _alternation(wanted: Sequence[str]) -> Count:
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(wanted, reverse=True))) + r")\b")
    return lambda document: len(set(pattern.findall(_text(document).lower())))


def _fts5(wanted: Sequence[str]) -> Count:
    """The rules are the rows; an item's words, joined by OR, are the query; phrases are checked after."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table rule using fts5(literal, detail=none)")
    database.executemany("insert into rule values (?)", ((literal,) for literal in wanted))
    query = "select literal from rule where rule match ?"

    def count(document: Document) -> int:
        words = re.findall(r"[^\W_]+", _text(document).lower())
        padded, asked = f" {' '.join(words)} ", " OR ".join(f'"{word}"' for word in set(words))
        return sum(f" {literal} " in padded for (literal,) in database.execute(query, (asked,)))

    return count


ENGINES: dict[str, Build] = {
    "bare automaton (the limit)": _bare_automaton,
    "heraut, literals alone": _heraut_literals_alone,
    "heraut": _heraut_literals,
    "flashtext": _flashtext,
    "spaCy PhraseMatcher": _spacy,
    "SQLite FTS5, reversed": _fts5,
    "re alternation": _alternation,
}


def _written_rules(corpus: Corpus, count: int) -> list[str]:
    chance = random.Random(6)
    words = [word for word in corpus.words if len(word) > 3 and word != "niet"]

    def word() -> str:
        return chance.choice(words)

    shapes: tuple[tuple[float, Callable[[], str]], ...] = (
        (0.3, word),
        (0.2, lambda: f'"{chance.choice(corpus.pairs)}"'),
        (0.2, lambda: f"{word()} AND {word()}"),
        (0.1, lambda: f"({word()} OR {word()}) AND {word()}"),
        (0.1, lambda: f"{word()[:6]}* NOT {word()}"),
        (0.1, lambda: f"@{chance.choice(('nato', 'rutte', 'trump', 'ukraine'))} AND {word()}"),
    )
    makers, weights = [make for _, make in shapes], [weight for weight, _ in shapes]
    return [make() for make in chance.choices(makers, weights, k=count)]


def _print_memory(corpus: Corpus) -> None:
    """Memory that 100,000 rules hold, in a process of its own."""
    rules = _written_rules(corpus, SIZES[-1])
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        held, count = pool.apply(_memory_of, (rules,))
    print()
    _print_budget(
        f"{count:,} literals of {len(rules):,} rules", held / count, BUDGET_BYTES, "bytes per literal"
    )


def _memory_of(texts: Iterable[str]) -> tuple[int, int]:
    """Bytes that a matcher for the rules holds beyond one without, and how many literals they have."""
    catalog = load_catalog()
    rules = {f"rule:{text}": parse_rule(text, catalog.entities) for text in texts}
    count = len(Program.build(rules)[1])
    empty = Matcher.build(catalog, {})
    empty.match(Document("warm", "up"))
    gc.collect()
    before = _resident()
    matcher = Matcher.build(catalog, rules)
    gc.collect()
    held = _resident() - before
    matcher.match(Document("still", "here"))
    return held, count


def _resident() -> int:
    """Resident bytes, without what the C library keeps of freed memory."""
    if libc := ctypes.util.find_library("c"):
        ctypes.CDLL(libc).malloc_trim(0)
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
