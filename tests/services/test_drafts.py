"""Texts that wait for a button: taken once, in their own chat, for their own purpose, and not for ever."""

from datetime import timedelta

import pytest

from bot.domain.models import Address
from bot.errors import CommandError
from bot.services.drafts import KEPT, MOST, Drafts
from tests.support.clock import StoppedClock

HERE, THERE = Address("paper", "anna"), Address("paper", "bo")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def drafts(clock: StoppedClock) -> Drafts:
    return Drafts(clock)


def test_a_text_is_taken_once(drafts: Drafts) -> None:
    number = drafts.keep(HERE, "import", "tekst")
    assert drafts.take(HERE, "import", f" {number} ") == "tekst"
    with pytest.raises(CommandError, match="Nothing waits"):
        drafts.take(HERE, "import", f"{number}")


def test_each_text_has_a_number_of_its_own(drafts: Drafts) -> None:
    first, second = drafts.keep(HERE, "import", "een"), drafts.keep(HERE, "import", "twee")
    assert drafts.take(HERE, "import", f"{second}") == "twee"
    assert drafts.take(HERE, "import", f"{first}") == "een"


@pytest.mark.parametrize(("where", "purpose"), [(THERE, "import"), (HERE, "broadcast")])
def test_neither_another_chat_nor_another_purpose_takes_it(
    drafts: Drafts, where: Address, purpose: str
) -> None:
    number = drafts.keep(HERE, "import", "tekst")
    with pytest.raises(CommandError):
        drafts.take(where, purpose, f"{number}")
    assert drafts.take(HERE, "import", f"{number}") == "tekst"


@pytest.mark.parametrize("number", ["", "0", "-1", "1e9", "٣", "9" * 5000, "1 2"])
def test_what_is_no_number_takes_nothing(drafts: Drafts, number: str) -> None:
    drafts.keep(HERE, "import", "tekst")
    with pytest.raises(CommandError):
        drafts.take(HERE, "import", number)


def test_after_half_an_hour_it_is_too_late(drafts: Drafts, clock: StoppedClock) -> None:
    number = drafts.keep(HERE, "import", "tekst")
    clock.advance(KEPT + timedelta(seconds=1))
    with pytest.raises(CommandError):
        drafts.take(HERE, "import", f"{number}")


def test_the_oldest_goes_when_there_are_too_many(drafts: Drafts) -> None:
    first = drafts.keep(HERE, "import", "een")
    numbers = [drafts.keep(THERE, "import", "x") for _ in range(MOST)]
    with pytest.raises(CommandError):
        drafts.take(HERE, "import", f"{first}")
    assert drafts.take(THERE, "import", f"{numbers[0]}") == "x"
