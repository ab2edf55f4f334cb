"""How much was written, and by whom, as people type it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.trendcommands import with_days
from bot.services.charting import Painter
from bot.services.trends import Trends
from tests.support.newsroom import Newsroom, report
from tests.support.talk import Talk


async def covered(room: Newsroom) -> None:
    """Three reports on NATO by two outlets of one owner, and one on nothing that is followed."""
    feed = await room.add_feed("Ochtendblad", "uitgever")
    await room.take(
        feed,
        [
            report("NAVO oefent bij Zeebrugge", 1, room.clock.now() - timedelta(days=3), site="ochtend"),
            report("Spanje wijst hogere NAVO-bijdrage af", 2, room.clock.now(), site="ochtend"),
            report("Zwembad in Zwolle heropend", 3, room.clock.now(), site="ochtend"),
        ],
    )
    feed = await room.add_feed("Avondblad", "uitgever")
    await room.take(feed, [report("NAVO-top in Madrid uitgesteld", 4, room.clock.now(), site="avond")])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("nato", ("nato", 30)),
        ("nato 14", ("nato", 14)),
        ("NAVO 7 dagen", ("NAVO", 7)),
        ("nato 90 days", ("nato", 90)),
        ("nato 7d", ("nato", 7)),
        ("14", ("", 14)),
        ("f16", ("f16", 30)),
        ("", ("", 30)),
        ("nato ٣", ("nato ٣", 30)),
    ],
)
def test_the_days_stand_behind_what_is_asked(text: str, asked: tuple[str, int]) -> None:
    assert with_days(text) == asked


async def test_without_a_report_there_is_nothing_to_draw(room: Newsroom) -> None:
    talk = Talk(room)
    assert await talk.says("/trend rutte") == "Mark Rutte: no reports."
    assert talk.last.picture is None
    assert talk.actions == ["/trend rutte 7", "/trend rutte 90"]


@pytest.mark.slow
async def test_a_trend_is_a_picture_with_words_that_say_the_same(room: Newsroom) -> None:
    await covered(room)
    async with Painter() as painter:
        room.cases = replace(room.cases, trends=Trends(room.database, room.clock, painter))
        talk = Talk(room, language="nl")
        answer = await talk.says("/trend nato 14")
    assert talk.last.picture is not None
    assert talk.last.picture.data.startswith(b"\x89PNG")
    assert talk.last.picture.alt in answer
    assert "NAVO: 3 berichten in 14 dagen." in answer
    assert "Het meest van Ochtendblad (2) en Avondblad (1)." in answer


async def test_a_chart_that_cannot_be_drawn_is_told_in_words(room: Newsroom) -> None:
    await covered(room)
    async with Painter(deadline=0.0) as late:
        room.cases = replace(room.cases, trends=Trends(room.database, room.clock, late))
        talk = Talk(room)
        answer = await talk.says("/trend nato")
    assert talk.last.picture is None
    assert "NATO: 3 reports in 30 days. Most on 2 Mar 2026: 2." in answer


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("/trend", "The trend of what?"),
        ("/trend 14", "The trend of what?"),
        ("/trend nato 1", "2 to 366 days"),
        ("/trend nato 999999", "2 to 366 days"),
        ("/trend natoo", "did you mean nato"),
        ("/trend (((", "⟶"),
        ("/sources (((", "⟶"),
        ("/sources natoo", "did you mean nato"),
    ],
)
async def test_what_cannot_be_asked_is_said_to_be(room: Newsroom, line: str, problem: str) -> None:
    assert problem.lower() in (await Talk(room).says(line)).lower()


async def test_the_outlets_are_listed_by_what_they_reported_with_their_owners(room: Newsroom) -> None:
    await covered(room)
    assert (await Talk(room).says("/sources")).splitlines() == [
        "Who reported in the last 30 days",
        "1. Ochtendblad (uitgever): 3 reports",
        "2. Avondblad (uitgever): 1 report",
        "They have 1 owner.",
    ]


async def test_the_outlets_of_a_topic_are_counted_by_its_reports_alone(room: Newsroom) -> None:
    await covered(room)
    answer = await Talk(room).says("/sources navo")
    assert "Who reported on NATO" in answer
    assert "1. Ochtendblad (uitgever): 2 reports" in answer


async def test_what_was_reported_long_ago_no_longer_counts(room: Newsroom) -> None:
    await covered(room)
    room.clock.advance(timedelta(days=40))
    assert "Nothing was reported in the last 30 days" in await Talk(room).says("/sources nato")


async def test_topics_complete_what_is_typed(room: Newsroom) -> None:
    talk = Talk(room)
    for command in ("trend", "sources", "test"):
        assert await talk.router.suggest(command, "rut", talk.here) == [("rutte", "Mark Rutte")]
