"""The web chat over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.domain.messages import say
from bot.domain.models import Address
from bot.web.chat import STREAMS, TEXT_LIMIT
from bot.web.forms import BODY_LIMIT
from tests.support.site import Site, alert

pytestmark = pytest.mark.slow

MESSAGES = "/c/atlantic/messages"
EVENTS = "/c/atlantic/events"


class Events:
    """A reader of server-sent events (HTML standard, section 9.2.6), as far as we use them."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.last_id = ""

    async def next(self, kind: str = "message") -> Any:
        """The data of the next event of a kind."""
        name, data = "message", ""
        async with asyncio.timeout(10):
            while line := (await self._answer.content.readline()).decode():
                field, _, value = line.rstrip("\n").partition(":")
                value = value.removeprefix(" ")
                if field == "id":
                    self.last_id = value
                elif field == "event":
                    name = value
                elif field == "data":
                    data = value
                elif not line.strip():
                    if name == kind and data:
                        return json.loads(data)
                    name, data = "message", ""
        raise AssertionError("the stream ended")


@asynccontextmanager
async def events(client: aiohttp.ClientSession, after: str = "0.0", **headers: str) -> AsyncIterator[Events]:
    async with client.get(EVENTS, params={"after": after}, headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        yield Events(answer)


async def test_the_page_shows_the_room_and_its_posts(client: aiohttp.ClientSession, site: Site) -> None:
    await site.send(alert("Oefening bij Narvik begonnen"), "1")
    async with client.get("/", headers={"accept-language": "nl"}) as answer:
        html = await answer.text()
    assert "Oefening bij Narvik begonnen" in html
    assert '<html lang="nl">' in html
    assert "&#34;argument&#34;: &#34;onderwerp&#34;" in html
    assert "Kanalen" in html
    assert 'href="/c/heraut"' in html


async def test_the_page_has_no_inline_script_or_style(client: aiohttp.ClientSession, site: Site) -> None:
    await site.send(alert(), "1")
    async with client.get("/") as answer:
        html = await answer.text()
    assert "<style" not in html
    assert " style=" not in html
    assert html.count("<script") == html.count('<script type="module" src="/static/') == 1


async def test_a_line_is_carried_out_in_its_room(client: aiohttp.ClientSession, site: Site) -> None:
    async with client.post(MESSAGES, json={"text": " /status "}, headers={"accept-language": "nl"}) as answer:
        assert answer.status == 204
    [said] = site.bot.heard
    assert (said.address, said.text, said.reply_language) == (Address("web", "atlantic"), "/status", "nl")


async def test_a_form_without_script_leads_back_to_the_room(
    client: aiohttp.ClientSession, site: Site
) -> None:
    form = {"text": "/subscribe één"}
    async with client.post(
        MESSAGES, data=form, headers={"accept": "text/html"}, allow_redirects=False
    ) as answer:
        assert (answer.status, answer.headers["location"]) == (303, "/c/atlantic")
    assert site.bot.heard[0].text == "/subscribe één"


async def test_the_same_key_is_carried_out_once(client: aiohttp.ClientSession, site: Site) -> None:
    for _ in range(3):
        async with client.post(MESSAGES, json={"text": "/status", "key": "abc"}) as answer:
            assert answer.status == 204
    assert len(site.bot.heard) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 4000, "application/json", 400),
        (b'{"text": 5}', "application/json", 400),
        (b'{"text": "   "}', "application/json", 400),
        (b'{"text": "a\\u0000b"}', "application/json", 400),
        (b'{"text": "/x", "key": "' + b"k" * 39 + b'"}', "application/json", 400),
        (json.dumps({"text": "x" * (TEXT_LIMIT + 1)}).encode(), "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"text=", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded", 400),
        (b"text=/x", "text/plain", 415),
        (b"x" * (BODY_LIMIT + 1), "application/json", 413),
    ],
)
async def test_a_body_that_is_no_line_is_refused(
    client: aiohttp.ClientSession, site: Site, body: bytes, content_type: str, status: int
) -> None:
    async with client.post(MESSAGES, data=body, headers={"content-type": content_type}) as answer:
        assert answer.status == status
        assert "error" in await answer.json()
    assert site.bot.heard == []


async def test_half_a_character_does_not_break_a_line(client: aiohttp.ClientSession, site: Site) -> None:
    body = b'{"text": "kapot \\ud800 teken", "key": "\\udfff"}'
    async with client.post(MESSAGES, data=body, headers={"content-type": "application/json"}) as answer:
        assert answer.status == 204
    assert site.bot.heard[0].text == "kapot ? teken"


async def test_a_new_alert_arrives_in_an_open_stream(client: aiohttp.ClientSession, site: Site) -> None:
    async with events(client) as stream:
        await stream.next("rooms")
        await site.send(alert("Brug bij Narva dicht"), "1")
        event = await stream.next()
    assert "Brug bij Narva dicht" in event["html"]
    assert (event["id"], event["edited"]) == (1, False)


async def test_an_edit_arrives_as_an_edit(client: aiohttp.ClientSession, site: Site) -> None:
    post = await site.send(alert("Brug dicht"), "1")
    async with events(client, (await cursor_of(site))) as stream:
        await stream.next("rooms")
        await site.rooms.edit("atlantic", post, say("Brug weer open"))
        event = await stream.next()
    assert "Brug weer open" in event["html"]
    assert (event["id"], event["edited"]) == (1, True)


async def cursor_of(site: Site) -> str:
    return str((await site.rooms.history("atlantic")).cursor)


async def test_a_stream_continues_after_the_last_event_without_loss_or_double(
    client: aiohttp.ClientSession, site: Site
) -> None:
    seen: list[int] = []
    last = ""
    for number in range(12):
        await site.send(alert(f"Bericht {number}"), str(number))
    while len(seen) < 12:
        async with events(client, **{"last-event-id": last} if last else {}) as stream:
            for _ in range(3):
                seen.append((await stream.next())["id"])
                last = stream.last_id
    assert seen == list(range(1, 13))


async def test_other_rooms_are_heard_of_but_not_read(client: aiohttp.ClientSession, site: Site) -> None:
    async with events(client) as stream:
        assert await stream.next("rooms") == {}
        await site.send(alert("Alleen voor Heraut"), "1", room="heraut")
        assert await stream.next("rooms") == {"heraut": 1}
        await site.send(alert("Voor hier"), "2")
        assert "Voor hier" in (await stream.next())["html"]


async def test_a_page_from_a_database_that_is_gone_is_told_to_load_again(
    client: aiohttp.ClientSession, site: Site
) -> None:
    async with client.get(EVENTS, params={"after": "999.0"}) as answer:
        assert (await answer.text()).startswith("event: reload\n")


@pytest.mark.parametrize("place", ["x", "1", "-1.0", "1.99999999999999999"])
async def test_a_place_that_is_none_is_refused(client: aiohttp.ClientSession, place: str) -> None:
    async with client.get(EVENTS, params={"after": place}) as answer:
        assert answer.status == 400


async def test_more_open_pages_than_there_is_room_for_are_told_to_come_back(
    client: aiohttp.ClientSession,
) -> None:
    async with AsyncExitStack() as pages:
        for _ in range(STREAMS):
            await pages.enter_async_context(events(client))
        async with client.get(EVENTS) as answer:
            assert answer.status == 503
            assert answer.headers["retry-after"] == "10"
    await asyncio.sleep(0.5)
    async with events(client) as stream:
        assert await stream.next("rooms") == {}


async def test_earlier_posts_are_read_in_pages(client: aiohttp.ClientSession, site: Site) -> None:
    for number in range(60):
        await site.rooms.post("atlantic", say(f"nummer {number}."), str(number))
    async with client.get("/") as answer:
        html = await answer.text()
    assert "nummer 10." in html
    assert "nummer 9." not in html
    async with client.get(MESSAGES, params={"before": "11"}) as answer:
        page = await answer.json()
    assert len(page["posts"]) == 10
    assert "nummer 0." in page["posts"][0]
    assert page["more"] is False


@pytest.mark.parametrize("before", ["", "x", "-1", "1" * 16, "²"])
async def test_earlier_than_nothing_is_refused(client: aiohttp.ClientSession, before: str) -> None:
    async with client.get(MESSAGES, params={"before": before}) as answer:
        assert answer.status == 400


async def test_an_argument_is_completed(client: aiohttp.ClientSession) -> None:
    query = {"room": "atlantic", "command": "subscribe", "typed": "na"}
    async with client.get("/suggest", params=query) as answer:
        assert await answer.json() == [{"value": "nato", "label": "NAVO"}]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"room": "atlantic", "command": "nothing"},
        {"room": "nowhere", "command": "subscribe"},
        {"room": "atlantic", "command": "subscribe", "typed": "x" * (TEXT_LIMIT + 1)},
    ],
)
async def test_a_completion_of_nothing_is_refused(
    client: aiohttp.ClientSession, query: dict[str, str]
) -> None:
    async with client.get("/suggest", params=query) as answer:
        assert answer.status == 400


async def test_a_command_without_completion_has_none(client: aiohttp.ClientSession) -> None:
    async with client.get("/suggest", params={"room": "atlantic", "command": "status"}) as answer:
        assert await answer.json() == []
