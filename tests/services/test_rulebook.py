import asyncio
import tomllib

import pytest

from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.models import Document
from bot.domain.pack_format import read_pack
from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.services.rulebook import RuleBook
from tests.support.packs import MORE_ENTITY, PACK, catalog


def rules(*texts: str) -> dict[str, Rule]:
    return {text: parse_rule(text, ()) for text in texts}


def hits(book: RuleBook, text: str) -> tuple[str, ...]:
    return book.current.match(Document("", text, language="nl")).rules


async def test_new_rules_are_in_force_when_replace_returns() -> None:
    book = RuleBook(catalog(), rules("gas"))
    assert hits(book, "gas en olie") == ("gas",)

    await book.replace(rules("olie"))

    assert hits(book, "gas en olie") == ("olie",)


async def test_a_matcher_in_use_does_not_change() -> None:
    book = RuleBook(catalog(), rules("gas"))
    before = book.current

    await book.replace({})

    assert before.match(Document("", "gas", language="nl")).rules == ("gas",)
    assert hits(book, "gas") == ()


async def test_of_overlapping_calls_the_last_one_wins_for_all() -> None:
    book = RuleBook(catalog(), {})

    async def replace(number: int) -> tuple[str, ...]:
        await book.replace(rules(f"woord{number}"))
        return hits(book, " ".join(f"woord{other}" for other in range(10)))

    seen = await asyncio.gather(*(replace(number) for number in range(10)))
    assert seen[-1] == ("woord9",)
    assert all(found in {("woord0",), ("woord9",)} for found in seen), "an overtaken set of rules was built"


async def test_the_loop_goes_on_while_rules_are_built() -> None:
    book = RuleBook(catalog(), {})
    many = rules(*(f"woord{number} AND ander{number}" for number in range(5000)))
    task = asyncio.create_task(book.replace(many))
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 10
    assert hits(book, "woord7 ander7") == ("woord7 AND ander7",)


async def test_later_changes_to_the_callers_mapping_do_not_matter() -> None:
    book = RuleBook(catalog(), {})
    wanted = rules("gas")
    task = asyncio.create_task(book.replace(wanted))
    await asyncio.sleep(0)
    wanted.clear()
    await task

    assert hits(book, "gas") == ("gas",)


async def test_rules_that_are_in_force_already_are_not_built_again() -> None:
    known = catalog()
    book = RuleBook(known, rules("gas"))
    before = book.current

    await book.replace(rules("gas"))
    await book.know(())
    assert book.current is before

    await book.replace(rules("olie"))
    assert hits(book, "gas en olie") == ("olie",)
    await book.replace(rules("gas"))
    assert hits(book, "gas en olie") == ("gas",)


def named(*texts: str) -> dict[str, Rule]:
    return {text: parse_rule(text, {"somebody", "nato"}) for text in texts}


def more() -> Catalog:
    return Catalog.build([read_pack("more.toml", tomllib.loads(text)) for text in (PACK, MORE_ENTITY)])


async def test_other_packs_come_into_force_with_the_rules_that_need_them() -> None:
    book = RuleBook(catalog(), rules("gas"))
    assert "somebody" not in book.packs.entities

    await book.adopt(more(), named("@somebody"))

    assert "somebody" in book.packs.entities
    assert hits(book, "Somebody Else spreekt over gas") == ("@somebody",)


async def test_accepted_phrases_outlive_a_change_of_the_packs() -> None:
    book = RuleBook(catalog(), named("@nato"))
    await book.know([("nato", "NATO bar")])
    await book.adopt(more(), named("@nato"))

    assert hits(book, "Concert in de NATO bar") == ()
    assert hits(book, "NATO vergadert in Brussel") == ("@nato",)


async def test_packs_that_cannot_be_built_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    book = RuleBook(catalog(), rules("gas"))
    before = book.mark

    def fails(*_: object) -> Matcher:
        raise LookupError

    with monkeypatch.context() as patched:
        patched.setattr(Matcher, "build", fails)
        with pytest.raises(LookupError):
            await book.adopt(more(), rules("olie"))
    assert (book.mark, "somebody" in book.packs.entities) == (before, False)
    await book.know([("nato", "NATO bar")])
    assert hits(book, "gas en olie") == ("gas",)


async def test_the_mark_tells_whether_two_books_match_alike() -> None:
    one, other = RuleBook(catalog(), rules("gas", "olie")), RuleBook(catalog(), rules("olie", "gas"))
    assert one.mark == other.mark
    marks = {one.mark}
    await other.replace(rules("gas"))
    marks.add(other.mark)
    await other.know([("nato", "NATO bar")])
    marks.add(other.mark)
    await other.adopt(more(), rules("gas"))
    marks.add(other.mark)
    assert len(marks) == 4
    await other.adopt(catalog(), rules("gas", "olie"))
    await other.know(())
    assert other.mark == one.mark
