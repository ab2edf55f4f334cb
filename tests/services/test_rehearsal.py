"""What would be told, without chats: one alert per story, with the reason for every item."""

import pytest

from bot.domain.models import Item, Outlet
from bot.domain.rules import parse_rule
from bot.services.rehearsal import Rehearsal
from tests.support.clock import NOON
from tests.support.newsroom import CATALOG


def item(title: str, key: str, outlet: str = "Krant", summary: str = "") -> Item:
    return Item(
        key,
        0,
        Outlet(outlet, outlet.lower()),
        f"https://x.example/{key}",
        title,
        summary,
        summary,
        "nl",
        NOON,
        NOON,
    )


@pytest.fixture
def rehearsal() -> Rehearsal:
    return Rehearsal(CATALOG, {"topic:nato": parse_rule("@nato", CATALOG.entities)}, 0.25)


def test_the_first_report_is_an_alert_with_its_reason(rehearsal: Rehearsal) -> None:
    told = rehearsal.judge(item("NAVO oefent in Zeeland", "1", summary="Er doen elf landen mee."))
    assert (told.alert, told.story, told.topics) == (True, "1", ("nato",))
    assert "NAVO" in told.why
    assert told.summary == "Er doen elf landen mee."


def test_a_further_report_of_the_event_is_an_update(rehearsal: Rehearsal) -> None:
    rehearsal.judge(item("NAVO oefent in Zeeland", "1"))
    told = rehearsal.judge(item("NAVO oefent in Zeeland", "2", "Blad"))
    assert (told.alert, told.update, told.story) == (False, True, "1")


def test_an_item_on_something_else_says_what_is_missing(rehearsal: Rehearsal) -> None:
    told = rehearsal.judge(item("Senator opent school", "3"))
    assert (told.alert, told.update, told.story) == (False, False, "")
    assert "NATO is not named" in told.why


def test_a_passing_mention_is_held_with_the_figures(rehearsal: Rehearsal) -> None:
    text = "De gemeente verbouwt het station en de straten. " * 10 + "Ook de NAVO keek mee."
    told = rehearsal.judge(item("Station gaat op de schop", "4", summary=text))
    assert not told.alert
    assert "below the threshold 0.25" in told.why
