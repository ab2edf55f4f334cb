"""Each item of a document is matched once, by the rules in force."""

from bot.domain.models import Document, ParsedItem
from bot.domain.rules import parse_rule
from bot.services.hearing import Hearing
from bot.services.rulebook import RuleBook
from tests.support.packs import catalog

GAS = Document("", "Er komt meer gas en olie.", language="nl")


def found() -> ParsedItem:
    return ParsedItem("guid", "https://krant.example/1", "", GAS.text, "", None)


def book(rule: str) -> RuleBook:
    return RuleBook(catalog(), {rule: parse_rule(rule, ())})


def test_an_item_is_matched_once_whoever_asks() -> None:
    item, hearing = found(), Hearing(book("gas"))
    first = hearing.of(item, GAS)
    assert first.rules == ("gas",)
    assert hearing.of(item, GAS) is first
    assert hearing.of(found(), Document("", "Niets.", language="nl")).rules == ()


async def test_when_other_rules_come_into_force_all_is_asked_anew() -> None:
    rules, item = book("gas"), found()
    hearing = Hearing(rules)
    assert hearing.of(item, GAS).rules == ("gas",)
    await rules.replace({"olie": parse_rule("olie", ())})
    assert hearing.of(item, GAS).rules == ("olie",)
