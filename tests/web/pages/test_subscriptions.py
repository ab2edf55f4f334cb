"""What all chats follow: to read for everybody, to change for who signed in."""

import re
from datetime import timedelta

import aiohttp
import pytest

from bot.domain.models import ChatState
from bot.store import roster
from bot.store.roster import Entry
from tests.support.clock import StoppedClock
from tests.support.site import Site

pytestmark = pytest.mark.slow


async def shown(client: aiohttp.ClientSession, query: str = "", language: str = "en") -> str:
    async with client.get(f"/subscriptions{query}", headers={"accept-language": language}) as answer:
        assert answer.status == 200
        return await answer.text()


async def entry(site: Site, chat: int = 1) -> Entry:
    async with site.database.read() as tx:
        found = await roster.one(tx, chat)
    assert found
    return found


async def change(
    client: aiohttp.ClientSession, csrf: str, chat: int | str = 1, status: int = 200, **fields: str
) -> str:
    async with client.post(f"/subscriptions/{chat}", data={"csrf": csrf, **fields}) as answer:
        assert answer.status == status, await answer.text()
        return await answer.text()


async def test_every_chat_is_shown_with_what_it_follows_and_why_it_rests(
    client: aiohttp.ClientSession,
) -> None:
    html = await shown(client, language="nl")
    assert html.count('class="panel entry chat-entry"') == 3
    assert "NAVO" in html
    assert "bot was blocked" in html
    assert "gepauzeerd" in html


async def test_a_reader_can_press_nothing_and_is_told_how(client: aiohttp.ClientSession) -> None:
    html = await shown(client)
    assert 'method="post"' not in html
    assert "Sign in to change this." in html


async def test_who_signed_in_lets_a_chat_follow_a_topic_and_a_rule(
    owner: aiohttp.ClientSession, csrf: str, site: Site
) -> None:
    await change(owner, csrf, do="follow", text="Haven")
    await change(owner, csrf, do="follow", text="@rutte AND luchtafweer")
    assert [wish.value for wish in (await entry(site)).wishes] == [
        "nato",
        "harbour",
        "@rutte AND luchtafweer",
    ]


@pytest.mark.parametrize("text", ["", "@nobody-known", "AND", "nato", "x" * 900 + " AND ("])
async def test_what_cannot_be_followed_is_said_beside_the_chat(
    owner: aiohttp.ClientSession, csrf: str, site: Site, text: str
) -> None:
    html = await change(owner, csrf, status=400, do="follow", text=text)
    assert html.index('id="c1"') < html.index('role="alert"') < html.index('id="c2"')
    assert len((await entry(site)).wishes) == 1


async def test_what_cannot_be_followed_is_said_in_the_readers_language(
    owner: aiohttp.ClientSession, csrf: str
) -> None:
    form = {"csrf": csrf, "do": "follow", "text": "nato"}
    async with owner.post("/subscriptions/1", data=form, headers={"accept-language": "nl"}) as answer:
        html = await answer.text()
    assert "Deze chat volgt dat al." in html


async def test_a_wish_is_dropped_muted_woken_and_set(
    owner: aiohttp.ClientSession, csrf: str, site: Site, clock: StoppedClock
) -> None:
    wish = str((await entry(site)).wishes[0].id)
    await change(owner, csrf, do="mute", wish=wish, span="day")
    assert (await entry(site)).wishes[0].muted_until == clock.now() + timedelta(days=1)
    assert "rests until" in await shown(owner)
    await change(owner, csrf, do="wake", wish=wish)
    assert (await entry(site)).wishes[0].muted_until is None
    await change(owner, csrf, do="threshold", wish=wish, threshold="60")
    assert (await entry(site)).wishes[0].threshold == pytest.approx(0.6)
    await change(owner, csrf, do="drop", wish=wish)
    assert (await entry(site)).wishes == ()


async def test_a_chat_is_paused_and_resumed_by_hand(
    owner: aiohttp.ClientSession, csrf: str, site: Site
) -> None:
    await change(owner, csrf, 2, do="pause")
    assert (await entry(site, 2)).chat.state is ChatState.PAUSED
    assert "paused by hand" in await shown(owner)
    await change(owner, csrf, 2, do="resume")
    assert (await entry(site, 2)).chat.state is ChatState.ACTIVE


@pytest.mark.parametrize(
    ("chat", "fields", "status"),
    [
        (1, {"do": "burn"}, 400),
        (1, {}, 400),
        ("x", {"do": "pause"}, 400),
        (99, {"do": "pause"}, 400),
        (1, {"do": "drop", "wish": "99"}, 400),
        (1, {"do": "drop", "wish": "2"}, 400),
        (1, {"do": "drop", "wish": "-1"}, 400),
        (1, {"do": "threshold", "wish": "1", "threshold": "101"}, 400),
        (1, {"do": "threshold", "wish": "2", "threshold": "10"}, 400),
        (1, {"do": "mute", "wish": "1", "span": "forever"}, 400),
        (1, {"do": "follow", "text": "a\0b"}, 400),
        (1, {"do": "follow", "text": "x" * 1001}, 400),
    ],
)
async def test_what_cannot_be_changed_changes_nothing(
    owner: aiohttp.ClientSession, csrf: str, site: Site, chat: int | str, fields: dict[str, str], status: int
) -> None:
    before = [await entry(site, number) for number in (1, 2, 3)]
    await change(owner, csrf, chat, status, **fields)
    assert [await entry(site, number) for number in (1, 2, 3)] == before


@pytest.mark.parametrize(
    ("csrf_sent", "headers"),
    [
        ("", {}),
        ("guessed", {}),
        (None, {"origin": "https://evil.example"}),
        (None, {"origin": "null"}),
        (None, {"sec-fetch-site": "same-site"}),
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    owner: aiohttp.ClientSession, csrf: str, site: Site, csrf_sent: str | None, headers: dict[str, str]
) -> None:
    form = {"csrf": csrf if csrf_sent is None else csrf_sent, "do": "pause"}
    async with owner.post("/subscriptions/2", data=form, headers=headers) as answer:
        assert answer.status == 403
    assert (await entry(site, 2)).chat.state is ChatState.ACTIVE


async def test_a_change_leads_back_inside_this_site_only(owner: aiohttp.ClientSession, csrf: str) -> None:
    form = {"csrf": csrf, "do": "pause", "back": "//evil.example"}
    async with owner.post("/subscriptions/1", data=form, allow_redirects=False) as answer:
        assert answer.headers["location"] == "/#c1"


async def test_chats_of_one_platform_are_shown_alone(client: aiohttp.ClientSession) -> None:
    assert (await shown(client, "?platform=paper")).count("chat-entry") == 3
    async with client.get("/subscriptions?platform=smoke") as answer:
        assert answer.status == 400


async def test_the_next_chats_come_after_the_last(client: aiohttp.ClientSession) -> None:
    assert re.findall(r'id="c(\d+)"', await shown(client, "?after=1")) == ["2", "3"]


async def test_a_rule_of_the_lab_is_saved_for_a_chat_and_for_a_room(
    owner: aiohttp.ClientSession, csrf: str, site: Site
) -> None:
    async with owner.get("/rules", params={"rule": "@rutte"}) as answer:
        html = await answer.text()
    assert 'value="chat:1"' in html
    assert 'value="room:heraut"' in html
    for place in ("chat:1", "room:heraut"):
        async with owner.post(
            "/rules", data={"csrf": csrf, "rule": "@rutte OR brug", "place": place}
        ) as answer:
            assert answer.url.path == "/subscriptions"
    assert (await entry(site)).wishes[-1].value == "@rutte OR brug"
    room = await entry(site, 4)
    assert (room.chat.address.chat, room.lane, room.wishes[0].value) == ("heraut", "web", "@rutte OR brug")


@pytest.mark.parametrize(
    "fields",
    [
        {"rule": "@rutte", "place": "room:nowhere"},
        {"rule": "@rutte", "place": "chat:99"},
        {"rule": "@rutte", "place": ""},
        {"rule": "", "place": "chat:1"},
        {"rule": "@rutte AND (", "place": "chat:1"},
        {"rule": "x" * 1001, "place": "chat:1"},
    ],
)
async def test_what_the_lab_cannot_save_is_refused(
    owner: aiohttp.ClientSession, csrf: str, site: Site, fields: dict[str, str]
) -> None:
    async with owner.post("/rules", data={"csrf": csrf, **fields}) as answer:
        assert answer.status == 400
    assert len((await entry(site)).wishes) == 1


async def test_a_reader_saves_no_rule(client: aiohttp.ClientSession, site: Site) -> None:
    async with client.post("/rules", data={"rule": "@rutte", "place": "chat:1"}) as answer:
        assert answer.status == 403
    assert len((await entry(site)).wishes) == 1
