"""Menus, cards and feedback as people see and press them on every platform, through its real client."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.messages import Button, say
from bot.domain.models import Address
from bot.store import chats
from tests.support.newsroom import Newsroom, report
from tests.support.wires import WIRES, OnTelegram, Wire, deliver, wire_of

pytestmark = pytest.mark.slow

HEADLINE = "Buurt wil bomen in de NAVO-straat"
OTHER = "NAVO oefent op de Waddenzee"


@pytest.fixture(params=list(WIRES))
async def wire(request: pytest.FixtureRequest, room: Newsroom) -> AsyncIterator[Wire]:
    async with wire_of(request.param, room) as wire:
        yield wire


async def alert(room: Newsroom, wire: Wire, title: str = HEADLINE) -> None:
    """A story reaches the chat."""
    feed = await room.add_feed()
    await room.take(feed, [report(title, 7, room.clock.now())])
    await deliver(room, wire)


async def test_ticks_change_where_they_stand(wire: Wire) -> None:
    await wire.says("/topics")
    ticked = await wire.presses("NATO")
    assert "✓ NATO" in ticked.buttons
    assert [each.number for each in await wire.shown()] == [ticked.number]
    assert "NATO" in (await wire.presses("✓ NATO")).buttons


async def test_a_subscription_is_tuned_on_its_card(wire: Wire) -> None:
    await wire.says("/subscribe nato")
    listed = await wire.says("/subscriptions")
    card = await wire.presses("⚙ NATO")
    assert card.number == listed.number
    assert "✓ the usual" in card.buttons
    assert "✓ only what it is about" in (await wire.presses("only what it is about")).buttons
    assert "digest at 08:00" in (await wire.presses("In the digest")).text
    assert "Told at once" in (await wire.presses("At once")).text
    assert "Rests until" in (await wire.presses("Mute 8 hours")).text
    assert "Mute 3 days" in (await wire.presses("Wake it")).buttons
    assert "Paused" in (await wire.presses("Pause")).text
    assert "paused" in (await wire.presses("‹ All")).text


async def test_a_rule_that_is_longer_than_a_button_has_a_card_all_the_same(wire: Wire) -> None:
    rule = '("extra schepen" OR "extra vliegtuigen" OR "extra soldaten") AND @nato NOT sport'
    followed = await wire.says(f"/subscribe {rule}")
    card = await wire.presses("Settings", on=followed)
    assert "extra soldaten" in card.text
    await wire.presses("What would I have got?", on=card)
    gone = await wire.presses("Stop following", on=card)
    assert "no longer follows" in gone.text


async def test_a_story_is_muted_under_its_alert_and_woken_again(room: Newsroom, wire: Wire) -> None:
    await wire.says("/subscribe nato")
    await alert(room, wire)
    muted = await wire.presses("Mute story")
    assert "Nothing more of this story" in muted.text
    assert HEADLINE in muted.text
    assert "told on" in (await wire.presses("Undo")).text


async def test_less_of_this_is_one_step_and_can_be_undone(room: Newsroom, wire: Wire) -> None:
    await wire.says("/subscribe nato")
    await alert(room, wire)
    assert "from now on only what it is about" in (await wire.presses("Less of this")).text
    assert "✓ the usual" in (await wire.presses("Undo")).buttons
    await wire.presses("Less of this")
    strictest = await wire.presses("Less of this")
    assert "cannot be stricter" in strictest.text
    assert "In the digest" in strictest.buttons


async def test_less_of_this_asks_which_where_several_were_meant(room: Newsroom, wire: Wire) -> None:
    await wire.says("/subscribe nato")
    await wire.says("/subscribe rutte")
    await alert(room, wire, "Rutte opent de NAVO-top")
    asked = await wire.presses("Less of this")
    assert {"NATO", "Mark Rutte"} <= set(asked.buttons)
    done = await wire.presses("Mark Rutte", on=asked)
    assert "Less of Mark Rutte" in done.text


async def test_a_wrong_word_of_a_rule_changes_the_rule_once_an_admin_agrees(
    room: Newsroom, wire: Wire
) -> None:
    await wire.says("/subscribe haven* OR NAVO")
    await alert(room, wire)
    await wire.presses("Wrong match")
    shown = await wire.presses("“NAVO”")
    assert '(haven* OR NAVO) NOT "NAVO-straat"' in shown.text
    changed = await wire.presses("Change it")
    assert changed.number == shown.number
    assert "NAVO-straat" in (await wire.says("/subscriptions")).text


async def test_a_wrong_word_of_a_topic_is_decided_by_those_who_run_the_bot(
    room: Newsroom, wire: Wire
) -> None:
    await wire.says("/subscribe nato")
    await alert(room, wire)
    await wire.presses("Wrong match")
    shown = await wire.presses("“NAVO” → NATO")
    assert "“NAVO-straat” would no longer name NATO" in shown.text
    rather = await wire.presses("Rather “de NAVO-straat”")
    assert "“de NAVO-straat” would" in rather.text
    answer = await wire.presses("Propose it")
    if "Accept" not in answer.buttons:
        assert "Proposed" in answer.text
        return
    accepted = await wire.presses("Accept")
    assert "no longer names NATO" in accepted.text
    assert "de NAVO-straat" in (await wire.says("/blockers")).text
    assert "no longer blocks" in (await wire.presses("✕ de NAVO-straat")).text


async def test_who_may_not_change_the_chat_may_not_press_either(room: Newsroom, wire: Wire) -> None:
    await wire.says("/subscribe nato")
    await alert(room, wire)
    [posted] = [each for each in await wire.shown() if "Mute story" in each.buttons]
    for label in ("Mute story", "Less of this", "Wrong match"):
        assert "Only the administrators" in (await wire.presses(label, on=posted, admin=False)).text
    async with room.database.read() as tx:
        for chat, _, _ in [each async for page in chats.listeners(tx, ["topic:nato"]) for each in page]:
            [wish] = await chats.subscriptions_of(tx, chat.id)
            assert (wish.threshold, wish.muted_until) == (0.25, None)


GARBLED = ("/tune x y", "/wrong 1 2 3 4 5 6", "/page nowhere 2", "/amend 99 yes", "/pick nobody start 1")


async def test_garbled_buttons_are_answered_with_what_to_do(room: Newsroom, wire: Wire) -> None:
    first = await wire.says("/subscribe nato")
    async with room.database.read() as tx:
        pages = [page async for page in chats.listeners(tx, ["topic:nato"])]
    where: Address = pages[0][0][0].address
    menu = say("Kies", buttons=[[Button(f"K{number}", action)] for number, action in enumerate(GARBLED)])
    await wire.platform.send(where, menu, "garbled")
    for number in range(len(GARBLED)):
        answer = await wire.presses(f"K{number}")
        assert answer.text
        assert "went wrong" not in answer.text
    assert first.number in [each.number for each in await wire.shown()]


async def test_what_is_chosen_from_a_menu_takes_its_place(wire: Wire) -> None:
    menu = await wire.says("/quiet")
    chosen = await wire.presses("23:00-07:00")
    assert chosen.number == menu.number
    assert "Quiet from 23:00-07:00" in chosen.text


async def test_a_thumb_down_under_an_alert_means_less_of_this(room: Newsroom) -> None:
    async with wire_of("telegram", room) as wire:
        assert isinstance(wire, OnTelegram)
        followed = await wire.says("/subscribe nato")
        await alert(room, wire)
        [posted] = [each for each in await wire.shown() if "Mute story" in each.buttons]
        before = len(await wire.shown())
        await wire.reacts(posted, admin=False)
        await wire.reacts(followed)
        await wire.reacts(posted, "👍")
        await wire.reacts(posted, "👎", before="👎")
        assert len(await wire.shown()) == before
        await wire.reacts(posted)
        assert "from now on only what it is about" in (await wire.shown())[-1].text
