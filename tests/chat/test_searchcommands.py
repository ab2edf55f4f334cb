"""Searching, and trying rules, as people type it."""

from datetime import timedelta

import pytest

from tests.support.newsroom import Newsroom, place, report
from tests.support.talk import Talk

pytestmark = pytest.mark.slow

CABLES = "Onderzoek naar gebroken kabels in de Oostzee"


async def reported(room: Newsroom, *titles: str, owner: str = "proef", first: int = 1) -> None:
    """Each title as an article of its own, all of them to be found."""
    feed = await room.add_feed(owner.title(), owner)
    for number, title in enumerate(titles, first):
        room.clock.advance(timedelta(minutes=1))
        await room.take(feed, [report(title, number, room.clock.now(), site=owner)])
    await room.cases.searcher.tick()


async def test_what_is_found_is_a_link_with_its_outlet_its_age_and_its_story(room: Newsroom) -> None:
    await reported(room, "NAVO oefent bij Zeebrugge")
    talk = Talk(room)
    answer = await talk.says("/search navo zeebrugge")
    assert answer.splitlines() == [
        "Found for “navo zeebrugge”",
        "• NAVO oefent bij Zeebrugge Proef, 02 12:01 #1",
    ]
    assert talk.actions == ["/story #1"]


async def test_an_item_that_no_topic_wants_is_found_too_and_leads_to_no_story(room: Newsroom) -> None:
    await reported(room, CABLES)
    talk = Talk(room)
    assert CABLES in await talk.says("/search kabel oostzee")
    assert talk.actions == []


async def test_many_results_come_in_pages_that_are_turned_in_place(room: Newsroom) -> None:
    await reported(room, *(f"Kabelschip {name} ligt stil" for name in ("Aaltje", "Berta", "Coba", "Dirkje")))
    await reported(
        room, *(f"Kabelschip {name} vaart uit" for name in ("Elsje", "Frida", "Greet")), owner="twee"
    )
    talk = Talk(room)
    first = await talk.says("/search kabelschip")
    assert talk.last.in_place
    second = await talk.presses("›")
    found = [line for line in (first + "\n" + second).splitlines() if line.startswith("• ")]
    assert len(found) == len(set(found)) == 7
    assert "/page search 1 kabelschip" in talk.actions


async def test_a_long_search_that_no_button_can_say_tells_that_there_is_more(room: Newsroom) -> None:
    titles = (f"De langzame veerdienst tussen twee verre eilanden {number}" for number in "ABCDEFG")
    await reported(room, *titles)
    talk = Talk(room)
    answer = await talk.says('/search "De langzame veerdienst tussen twee verre eilanden"')
    assert "search for fewer words" in answer
    assert not [action for action in talk.actions if action.startswith("/page")]


@pytest.mark.parametrize("line", ["/search", "/search lang:nl", "/search ?!"])
async def test_a_search_without_a_word_asks_for_one(room: Newsroom, line: str) -> None:
    assert "What are you looking for?" in await Talk(room).says(line)


async def test_a_search_that_finds_nothing_says_what_helps(room: Newsroom) -> None:
    answer = await Talk(room).says(f"/search {'zeeslang ' * 400}")
    assert "Nothing is found" in answer
    assert len(answer) < 300


async def test_an_operator_of_the_index_is_a_word_like_any_other(room: Newsroom) -> None:
    await reported(room, CABLES)
    for line in ('/search kabels" OR *', "/search NEAR(kabels", "/search title:kabels AND", "/search ' --"):
        assert "went wrong" not in await Talk(room).says(line)


async def test_a_rule_is_tried_on_what_is_stored(room: Newsroom) -> None:
    await reported(
        room, "NAVO oefent bij Zeebrugge", "Haven van Delfzijl krijgt kade", "NAVO overlegt over haven"
    )
    talk = Talk(room)
    answer = await talk.says("/test @nato AND haven*")
    assert "3 items were looked at. It holds for 1." in answer
    assert "alerts a day" in answer
    assert "• NAVO overlegt over haven Proef" in answer
    assert talk.actions == ["/subscribe @nato AND haven*"]
    await talk.presses("Follow it")
    assert len((await room.manager.subscriptions(place()))[1]) == 1


async def test_what_a_rule_just_missed_stands_with_the_clause_that_failed(room: Newsroom) -> None:
    await reported(room, "NAVO oefent bij Zeebrugge")
    answer = await Talk(room).says("/test @nato AND haven*")
    missed = answer[answer.index("Just missed") :]
    assert "◦ NAVO oefent bij Zeebrugge" in missed
    assert "haven* does not stand in the item" in missed


async def test_a_topic_can_be_tried_by_its_name(room: Newsroom) -> None:
    await reported(room, "NAVO oefent bij Zeebrugge")
    assert "It holds for 1" in await Talk(room).says("/test NAVO")


async def test_items_of_three_weeks_ago_do_not_count(room: Newsroom) -> None:
    await reported(room, "NAVO oefent bij Zeebrugge")
    room.clock.advance(timedelta(days=21))
    assert "no item yet" in await Talk(room).says("/test @nato")


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("", "Which rule"),
        ("@nato AND (haven", "⟶"),
        ("@nobody_knows", "⟶"),
        ("natoo", "did you mean nato"),
        ("x" * 600, "600 characters"),
    ],
)
async def test_a_rule_that_cannot_be_read_is_pointed_at(room: Newsroom, rule: str, problem: str) -> None:
    answer = await Talk(room).says(f"/test {rule}")
    assert problem.lower() in answer.lower()


async def test_it_is_said_in_dutch_too(room: Newsroom) -> None:
    await reported(room, "NAVO oefent bij Zeebrugge")
    answer = await Talk(room, language="nl").says("/test @nato AND haven*")
    assert "Net gemist" in answer
    assert "haven* staat niet in het artikel" in answer
