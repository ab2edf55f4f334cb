"""What is kept of a chat, taken along, taken over, shown and forgotten, as people type it."""

import json
from datetime import timedelta

import pytest

from bot.chat.owncommands import PART
from tests.support.newsroom import Newsroom, place
from tests.support.talk import Talk

pytestmark = pytest.mark.slow

RULE = 'haven* AND "open zee"'


async def exported(talk: Talk, form: str = "") -> str:
    return (await talk.says(f"/export {form}".strip())).partition("\n")[2]


async def test_what_is_exported_is_imported_elsewhere_after_a_look_at_what_changes(room: Newsroom) -> None:
    anna, bo = Talk(room), Talk(room, "bo")
    for wish in ("nato", RULE):
        await anna.says(f"/subscribe {wish}")
    await bo.says("/subscribe nato")
    preview = await bo.says(f"/import {await exported(anna)}")
    assert preview.splitlines() == ["1 would be new:", f"+ {RULE}", "1 are followed here already."]
    assert [wish.value for wish in (await room.manager.subscriptions(place("bo")))[1]] == ["nato"]
    assert "1 subscription was added." in await bo.presses("Follow all")
    assert [wish.value for wish in (await room.manager.subscriptions(place("bo")))[1]] == ["nato", RULE]


@pytest.mark.parametrize("form", ["json", "opml", "OPML"])
async def test_both_formats_are_read_again_also_on_a_line_of_their_own(room: Newsroom, form: str) -> None:
    anna, bo = Talk(room), Talk(room, "bo")
    await anna.says("/subscribe rutte")
    assert "+ Mark Rutte" in await bo.says(f"/import\n{await exported(anna, form)}")


async def test_each_page_of_a_long_list_is_a_list_of_its_own(room: Newsroom) -> None:
    anna = Talk(room)
    for number in range(12):
        await room.manager.subscribe(place(), f'"een {"heel " * 20}lange regel" AND woord{number}')
    pages, text = 1, await exported(anna)
    values = [entry["value"] for entry in json.loads(text)["subscriptions"]]
    while any(button.label == "›" for button in anna.buttons):
        assert len(text) <= PART
        text = (await anna.presses("›")).partition("\n")[2]
        values += [entry["value"] for entry in json.loads(text)["subscriptions"]]
        pages += 1
    assert pages > 1
    assert values == [wish.value for wish in (await room.manager.subscriptions(place()))[1]]


async def test_a_list_with_mistakes_names_them_and_offers_the_rest(room: Newsroom) -> None:
    entries = [{"target": "rule", "value": value} for value in ("(((", "@nobody_knows", "rutte")]
    text = json.dumps({"format": "heraut-subscriptions", "version": 1, "subscriptions": entries})
    answer = await Talk(room).says(f"/import {text}")
    assert "+ Mark Rutte" in answer
    assert "✕ (((: " in answer
    assert "✕ @nobody_knows: " in answer


async def test_a_list_that_changes_nothing_has_no_button(room: Newsroom) -> None:
    anna = Talk(room)
    await anna.says("/subscribe nato")
    assert "Nothing would change." in await anna.says(f"/import {await exported(anna)}")
    assert anna.actions == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "what /export wrote"),
        ("hallo", "no list"),
        ("{" * 5000, "no list"),
        ("<opml>", "no list"),
        ("yes 1", "Nothing waits"),
        ("yes ٣", "Nothing waits"),
        ("yes 1 2", "Nothing waits"),
    ],
)
async def test_what_is_no_list_is_refused(room: Newsroom, text: str, problem: str) -> None:
    assert problem in await Talk(room).says(f"/import {text}")


async def test_an_import_is_confirmed_in_its_own_chat_once_and_soon(room: Newsroom) -> None:
    anna, bo, carl = Talk(room), Talk(room, "bo"), Talk(room, "carl")
    await anna.says("/subscribe nato")
    text = await exported(anna)
    await bo.says(f"/import {text}")
    (confirm, _) = bo.actions
    assert "Nothing waits" in await carl.says(confirm)
    assert "1 subscription was added" in await bo.says(confirm)
    assert "Nothing waits" in await bo.says(confirm)
    await carl.says(f"/import {text}")
    room.clock.advance(timedelta(hours=1))
    assert "Nothing waits" in await carl.presses("Follow all")


async def test_nothing_to_export_and_an_unknown_format_are_said(room: Newsroom) -> None:
    talk = Talk(room)
    assert "follows nothing" in await talk.says("/export")
    assert "JSON and OPML" in await talk.says("/export yaml")
    assert await talk.router.suggest("export", "o", talk.here) == [("opml", "OPML")]


async def test_all_that_is_kept_is_shown_to_who_may_see_it(room: Newsroom) -> None:
    anna = Talk(room)
    await anna.says("/subscribe nato")
    pages = [await anna.says("/mydata")]
    while any(button.label == "›" for button in anna.buttons):
        pages.append(await anna.presses("›"))
    found = json.loads("\n".join(page.partition("\n")[2] for page in pages))
    assert found["person"] == "paper:u1"
    assert found["subscriptions"][0]["value"] == "nato"
    assert all(len(page) < 1_900 for page in pages)
    assert "Only the administrators" in await Talk(room, admin=False).says("/mydata")


async def test_a_chat_is_forgotten_only_after_it_was_confirmed(room: Newsroom) -> None:
    anna, bo = Talk(room), Talk(room, "bo", "u2")
    await anna.says("/subscribe nato")
    await bo.says("/subscribe nato")
    assert "cannot be undone" in await anna.says("/forgetme")
    assert (await room.manager.subscriptions(place()))[1] != []
    assert "Nothing is kept of this chat" in await anna.presses("Forget everything")
    assert (await room.manager.subscriptions(place())) == (None, [])
    assert len((await room.manager.subscriptions(place("bo")))[1]) == 1


async def test_forgetting_can_be_thought_over_and_a_slip_does_nothing(room: Newsroom) -> None:
    anna = Talk(room)
    await anna.says("/subscribe nato")
    await anna.says("/forgetme")
    assert "Nothing was changed" in await anna.presses("Cancel")
    assert "/forgetme yes" in await anna.says("/forgetme yse")
    assert "administrators" in await Talk(room, admin=False).says("/forgetme yes")
    assert len((await room.manager.subscriptions(place()))[1]) == 1
