"""Who is served: denied and unlisted chats get one polite answer, and nobody asks too much."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.models import Address
from bot.errors import CommandError
from bot.ports import ChatEvent
from bot.services.gate import SERVED, Gate, Quotas
from bot.services.places import Place
from bot.store.schema import chat_access
from tests.support.newsroom import LANE, Newsroom, place, report

OWNER = Place(LANE, Address("paper", "baas"), who="paper:1")
TITLE = "NAVO oefent op de Waddenzee"


async def test_everyone_is_served_until_an_owner_says_otherwise(room: Newsroom) -> None:
    assert await Gate(room.database, room.clock).admit(place(), owner=False) == SERVED


async def test_a_denied_chat_is_told_once_with_the_reason_and_then_nothing(room: Newsroom) -> None:
    gate = Gate(room.database, room.clock)
    await gate.deny(OWNER, "paper:anna adverteert hier")
    first, second = [await gate.admit(place("anna"), owner=False) for _ in range(2)]
    assert (first.served, "adverteert hier" in first.words) == (False, True)
    assert (second.served, second.words) == (False, "")
    assert (await gate.admit(place("bo"), owner=False)).served
    assert (await gate.admit(place("anna"), owner=True)).served


@pytest.mark.parametrize("listed_only", [True, False])
async def test_each_account_that_is_asked_tells_once_that_a_chat_is_not_served(
    room: Newsroom, listed_only: bool
) -> None:
    gate = Gate(room.database, room.clock, Quotas(listed_only=listed_only))
    if not listed_only:
        await gate.deny(OWNER, "paper:anna")
    asked = [place("anna"), replace(place("anna"), lane="paper:12"), place("anna")]
    answers = [bool((await gate.admit(each, owner=False)).words) for each in (*asked, *asked)]
    assert answers == [True, True, False, False, False, False]
    await gate.deny(OWNER, "paper:anna nog steeds")
    assert "nog steeds" in (await gate.admit(asked[1], owner=False)).words


async def test_what_a_version_before_told_is_not_told_again(room: Newsroom) -> None:
    gate = Gate(room.database, room.clock)
    await gate.deny(OWNER, "paper:anna")
    async with room.database.write() as tx:
        await tx.execute(update(chat_access).values(told_at=room.clock.now()))
    assert (await gate.admit(place("anna"), owner=False)).words == ""


async def test_a_denied_chat_gets_no_alerts_until_it_is_allowed(room: Newsroom) -> None:
    gate, feed = Gate(room.database, room.clock), await room.add_feed()
    await room.manager.subscribe(place("anna"), "nato")
    await gate.deny(OWNER, "paper:anna")
    await room.manager.note(LANE, ChatEvent(Address("paper", "anna"), "joined"))
    await room.take(feed, [report(TITLE, 1, room.clock.now())])
    await room.deliver()
    assert room.paper.titles("anna") == []
    await gate.allow(OWNER, "paper:anna")
    room.clock.advance(timedelta(minutes=1))
    await room.take(feed, [report("Spanje wijst hogere NAVO-bijdrage af", 2, room.clock.now())])
    await room.deliver()
    assert room.paper.titles("anna") == ["Spanje wijst hogere NAVO-bijdrage af"]


async def test_a_chat_that_the_settings_deny_gets_no_alerts_until_they_do_no_more(room: Newsroom) -> None:
    feed = await room.add_feed()
    for chat in ("anna", "bo"):
        await room.manager.subscribe(place(chat), "nato")
    await Gate(room.database, room.clock, Quotas(denied=frozenset({"paper:anna", "paper:nobody"}))).enforce()
    await room.take(feed, [report(TITLE, 1, room.clock.now())])
    await room.deliver()
    assert (room.paper.titles("anna"), room.paper.titles("bo")) == ([], [TITLE])
    await Gate(room.database, room.clock).enforce()
    room.clock.advance(timedelta(minutes=1))
    await room.take(feed, [report("Spanje wijst hogere NAVO-bijdrage af", 2, room.clock.now())])
    await room.deliver()
    assert room.paper.titles("anna") == ["Spanje wijst hogere NAVO-bijdrage af"]


async def test_what_an_owner_said_of_a_chat_goes_before_the_settings(room: Newsroom) -> None:
    feed, quotas = await room.add_feed(), Quotas(denied=frozenset({"paper:anna"}))
    for chat in ("anna", "bo"):
        await room.manager.subscribe(place(chat), "nato")
    gate = Gate(room.database, room.clock, quotas)
    await gate.allow(OWNER, "paper:anna")
    await gate.deny(OWNER, "paper:bo")
    await gate.enforce()
    await room.take(feed, [report(TITLE, 1, room.clock.now())])
    await room.deliver()
    assert (room.paper.titles("anna"), room.paper.titles("bo")) == ([TITLE], [])


async def test_allowing_does_not_wake_a_chat_that_left_by_itself(room: Newsroom) -> None:
    await room.manager.subscribe(place("anna"), "nato")
    await room.manager.note(LANE, ChatEvent(Address("paper", "anna"), "gone", "blocked"))
    await Gate(room.database, room.clock).allow(OWNER, "paper:anna")
    chat, _ = await room.manager.subscriptions(place("anna"))
    assert chat is not None
    assert chat.paused_why == "blocked"


async def test_with_a_list_only_those_on_it_are_served(room: Newsroom) -> None:
    gate = Gate(room.database, room.clock, Quotas(listed_only=True))
    first, second = [await gate.admit(place("anna"), owner=False) for _ in range(2)]
    assert (first.served, bool(first.words), second.words) == (False, True, "")
    await gate.allow(OWNER, "paper:anna")
    assert (await gate.admit(place("anna"), owner=False)).served
    assert [(each.chat, each.verdict) for each in await gate.rulings()] == [("anna", "allowed")]


async def test_without_a_name_the_chat_itself_is_meant(room: Newsroom) -> None:
    gate = Gate(room.database, room.clock)
    assert await gate.deny(OWNER, "") == OWNER.address


@pytest.mark.parametrize("name", ["anna", ":5", "paper:", "pa per:5", "pap3r:5", "paper:" + "9" * 101, "é:5"])
async def test_what_is_no_chat_is_refused(room: Newsroom, name: str) -> None:
    with pytest.raises(CommandError, match="is no chat"):
        await Gate(room.database, room.clock).deny(OWNER, name)


async def test_a_chat_that_asks_too_fast_is_told_how_long_to_wait(room: Newsroom) -> None:
    gate = Gate(room.database, room.clock, Quotas(commands_a_minute=3))
    answers = [await gate.admit(place("anna"), owner=False) for _ in range(4)]
    assert [answer.served for answer in answers] == [True, True, True, False]
    assert "20 seconds" in answers[-1].words
    assert (await gate.admit(place("bo"), owner=False)).served
    room.clock.advance(timedelta(seconds=20))
    assert (await gate.admit(place("anna"), owner=False)).served


async def test_a_person_who_speaks_with_two_accounts_has_two_allowances(room: Newsroom) -> None:
    gate = Gate(room.database, room.clock, Quotas(commands_a_minute=1))
    other = replace(place("anna"), lane="paper:2")
    for here, served in ((place("anna"), True), (other, True), (place("anna"), False), (other, False)):
        assert (await gate.admit(here, owner=False)).served is served


async def test_the_memory_for_fast_chats_is_bounded(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.gate.REMEMBERED", 2)
    gate = Gate(room.database, room.clock, Quotas(commands_a_minute=1))
    for name in ("anna", "bo", "cas", "anna"):
        assert (await gate.admit(place(name), owner=False)).served


async def test_a_rule_that_is_too_long_is_refused(room: Newsroom) -> None:
    with pytest.raises(CommandError, match="has 600 characters; 500 is the most"):
        await room.manager.subscribe(place(), "(" + "a" * 598 + ")")
