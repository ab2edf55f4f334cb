"""One event is one message per chat: what further reports and corrections do to it, from feed to chat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.messages import AlertCard
from bot.domain.models import FeedDue, Story
from bot.domain.wire import independent
from bot.store import reports, stories
from tests.support.newsroom import Newsroom, place, report

pytestmark = pytest.mark.slow

DUTCH = "Rutte belt Trump over Groenland en de NAVO"
ENGLISH = "NATO's Rutte phones Trump on Greenland"
COPY = (
    "BRUSSEL (ANP) - NAVO-chef Mark Rutte heeft maandag met de Amerikaanse president Trump gebeld over "
    "Groenland. Het gesprek duurde volgens zijn woordvoerder een half uur en verliep in goede sfeer."
)
OWN = (
    "Volgens ingewijden vroeg Rutte om geduld; Trump zou hebben toegezegd de NAVO-top in juli af te wachten."
)


class Wire:
    """A newsroom whose chat follows NATO, and feeds that are added as their outlets report."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.feeds: dict[str, FeedDue] = {}
        self.number = 0

    async def open(self) -> "Wire":
        for outlet, owner in (
            ("AD", "dpg"),
            ("Volkskrant", "dpg"),
            ("Telegraaf", "mediahuis"),
            ("NRC", "mediahuis"),
            ("BBC", "bbc"),
        ):
            language = "en" if outlet == "BBC" else "nl"
            self.feeds[outlet] = await self.room.add_feed(outlet, owner, language=language)
        await self.room.manager.subscribe(place(), "nato")
        return self

    async def tell(self, outlet: str, title: str, text: str = "", *, number: int = 0) -> int:
        """An outlet reports, or with the `number` of a report corrects it; what may go out goes out."""
        self.number += 1
        found = report(title, number or self.number, self.room.clock.now(), text, site=outlet.lower())
        await self.room.take(self.feeds[outlet], [replace(found, summary=text[:120])])
        await self.room.deliver()
        return number or self.number

    async def later(self, **span: float) -> None:
        self.room.clock.advance(timedelta(**span))
        await self.room.deliver()

    async def story(self) -> Story:
        async with self.room.database.read() as tx:
            (found,) = (await stories.load(tx, range(1, 20))).values()
        return found

    @property
    def alerts(self) -> int:
        return len(self.room.paper.sent)

    @property
    def edits(self) -> list[AlertCard]:
        return [message.card for _, _, message in self.room.paper.edits if message.card]


@pytest.fixture
async def wire(room: Newsroom) -> Wire:
    return await Wire(room).open()


async def test_five_articles_of_three_owners_are_one_message_and_three_sources(wire: Wire) -> None:
    await wire.tell("AD", DUTCH, COPY)
    await wire.tell("Telegraaf", "NAVO-chef Rutte spreekt Trump over Groenland", COPY)
    await wire.tell("BBC", ENGLISH)
    await wire.tell("NRC", "NAVO-baas Rutte belt met Trump over Groenland", OWN)
    await wire.tell("Volkskrant", "Rutte en Trump bellen over Groenland en de NAVO-top")
    await wire.later(minutes=2)
    story = await wire.story()
    assert len(story.items) == 5
    assert independent(story.voices) == 3
    assert wire.alerts == 1
    (card,) = wire.edits
    assert [outlet for outlet, _ in card.sources] == ["Telegraaf", "BBC", "NRC", "Volkskrant"]


async def test_two_prints_of_one_agencys_copy_are_one_source(wire: Wire) -> None:
    await wire.tell("AD", DUTCH, COPY)
    await wire.tell("Telegraaf", "NAVO-chef Rutte spreekt Trump over Groenland", COPY)
    assert independent((await wire.story()).voices) == 1


async def test_a_further_outlet_edits_the_message_and_tells_nobody_again(wire: Wire) -> None:
    await wire.tell("AD", DUTCH)
    await wire.tell("BBC", ENGLISH)
    await wire.later(minutes=1)
    assert wire.alerts == 1
    assert [outlet for outlet, _ in wire.edits[0].sources] == ["BBC"]
    assert wire.edits[0].title == DUTCH


async def test_outlets_that_follow_each_other_quickly_are_one_edit(wire: Wire) -> None:
    await wire.tell("AD", DUTCH)
    for outlet in ("BBC", "NRC", "Telegraaf"):
        await wire.tell(outlet, ENGLISH if outlet == "BBC" else DUTCH)
        await wire.later(seconds=5)
    assert wire.edits == []
    await wire.later(seconds=30)
    (card,) = wire.edits
    assert len(card.sources) == 3


async def test_the_pauses_between_edits_grow(wire: Wire) -> None:
    await wire.tell("AD", DUTCH)
    seen = []
    for outlet in ("BBC", "NRC", "Telegraaf"):
        before = len(wire.edits)
        await wire.tell(outlet, ENGLISH if outlet == "BBC" else DUTCH)
        waited = 0
        while len(wire.edits) == before:
            await wire.later(seconds=10)
            waited += 10
        seen.append(waited)
    assert seen == [30, 60, 120]


async def test_a_second_report_of_an_outlet_that_is_named_already_edits_nothing(wire: Wire) -> None:
    await wire.tell("AD", DUTCH)
    await wire.tell("AD", "Rutte belt Trump over NAVO en Groenland")
    await wire.later(minutes=5)
    assert len((await wire.story()).items) == 2
    assert wire.edits == []


async def test_a_corrected_headline_is_shown_with_what_it_was(wire: Wire) -> None:
    number = await wire.tell("AD", DUTCH)
    await wire.tell("AD", "Rutte belt Trump over Groenland", number=number)
    await wire.later(minutes=1)
    (card,) = wire.edits
    assert (card.was, card.title) == (DUTCH, "Rutte belt Trump over Groenland")
    assert wire.alerts == 1


async def test_after_two_corrections_the_headline_that_was_told_is_the_one_it_was(wire: Wire) -> None:
    number = await wire.tell("AD", DUTCH)
    await wire.tell("AD", "Rutte spreekt Trump over de NAVO", number=number)
    await wire.tell("AD", "Rutte spreekt Trump", number=number)
    await wire.later(minutes=1)
    assert wire.edits[-1].was == DUTCH


async def test_a_correction_that_is_taken_back_leaves_no_trace(wire: Wire) -> None:
    number = await wire.tell("AD", DUTCH)
    await wire.tell("AD", "Rutte spreekt Trump over de NAVO", number=number)
    await wire.tell("AD", DUTCH, number=number)
    await wire.later(minutes=1)
    assert wire.edits[-1].was is None
    assert wire.edits[-1].title == DUTCH


async def test_a_correction_by_a_further_outlet_edits_nothing(wire: Wire) -> None:
    await wire.tell("AD", DUTCH)
    number = await wire.tell("BBC", ENGLISH)
    await wire.later(minutes=1)
    await wire.tell("BBC", "NATO chief Rutte phones Trump on Greenland", number=number)
    await wire.later(hours=1)
    assert len(wire.edits) == 1


async def test_a_reaction_is_a_message_of_its_own_and_knows_the_event(wire: Wire) -> None:
    await wire.tell("AD", DUTCH)
    await wire.later(hours=6)
    await wire.tell("NRC", "Denemarken opgelucht na telefoontje NAVO-chef, Groenland blijft ongerust")
    assert wire.alerts == 2
    async with wire.room.database.read() as tx:
        event, reaction = await reports.story(tx, 1), await reports.story(tx, 2)
    assert event is not None
    assert reaction is not None
    assert (event.follows, reaction.follows) == (None, event.id)
