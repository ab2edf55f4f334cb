"""The ledger's page: filters, counts, and nothing to press for readers."""

import re

import aiohttp
import pytest

from bot.domain.models import DeliveryState
from bot.store import books
from tests.support.site import Site

pytestmark = pytest.mark.slow


async def shown(client: aiohttp.ClientSession, query: str = "") -> str:
    async with client.get(f"/deliveries{query}") as answer:
        assert answer.status == 200
        return await answer.text()


async def test_the_ledger_shows_states_chats_and_reasons(client: aiohttp.ClientSession) -> None:
    html = await shown(client)
    assert html.count('class="panel entry"') == 6
    assert "the text is too long" in html
    assert "bot was blocked" in html
    assert "<b>4</b>" in html


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("?state=failed", 1),
        ("?state=sent&lane=paper%3A1", 4),
        ("?lane=paper%3A2", 0),
        ("?chat=ann", 3),
        ("?chat=nobody", 0),
        ("?before=3", 2),
        ("?state=&lane=&chat=", 6),
    ],
)
async def test_filters_leave_out_the_rest(client: aiohttp.ClientSession, query: str, lines: int) -> None:
    assert (await shown(client, query)).count('class="panel entry"') == lines


@pytest.mark.parametrize(
    "query", ["?state=none", "?before=x", "?before=-1", "?chat=" + "x" * 101, "?lane=%00"]
)
async def test_a_filter_that_cannot_be_is_refused(client: aiohttp.ClientSession, query: str) -> None:
    async with client.get(f"/deliveries{query}") as answer:
        assert answer.status == 400


async def test_what_is_typed_into_a_filter_is_text(client: aiohttp.ClientSession) -> None:
    html = await shown(client, '?chat="><script>alert(1)</script>')
    assert "<script>alert" not in html


async def test_a_reader_can_press_nothing(client: aiohttp.ClientSession) -> None:
    html = await shown(client)
    assert 'method="post"' not in html
    assert "Sign in to send" in html


async def csrf_of(client: aiohttp.ClientSession) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', await shown(client))
    assert found
    return found[1]


async def state_of(site: Site, delivery: int) -> DeliveryState:
    async with site.database.read() as tx:
        line = await books.line(tx, delivery)
    assert line
    return line.state


async def test_a_failed_message_is_sent_again_by_hand(owner: aiohttp.ClientSession, site: Site) -> None:
    assert await state_of(site, 5) is DeliveryState.FAILED
    form = {"csrf": await csrf_of(owner), "do": "retry", "back": "/deliveries?state=failed"}
    async with owner.post("/deliveries/5", data=form) as answer:
        assert str(answer.url.relative()) == "/deliveries?state=failed"
    assert await state_of(site, 5) is DeliveryState.PENDING


async def test_an_owed_message_is_dropped_by_hand(owner: aiohttp.ClientSession, site: Site) -> None:
    async with owner.post("/deliveries/6", data={"csrf": await csrf_of(owner), "do": "drop"}) as answer:
        assert answer.status == 200
    assert await state_of(site, 6) is DeliveryState.DROPPED


@pytest.mark.parametrize(
    ("path", "form", "headers", "status"),
    [
        ("/deliveries/5", {"do": "retry"}, {}, 403),
        ("/deliveries/5", {"do": "retry", "csrf": "guessed"}, {}, 403),
        ("/deliveries/5", {"do": "retry", "csrf": "é"}, {}, 403),
        ("/deliveries/5", {"do": "retry", "csrf": "good"}, {"origin": "https://evil.example"}, 403),
        ("/deliveries/5", {"do": "burn", "csrf": "good"}, {}, 400),
        ("/deliveries/x", {"do": "drop", "csrf": "good"}, {}, 400),
        ("/deliveries/1", {"do": "retry", "csrf": "good"}, {}, 409),
        ("/deliveries/999", {"do": "drop", "csrf": "good"}, {}, 409),
    ],
)
async def test_what_is_no_change_of_ours_changes_nothing(
    owner: aiohttp.ClientSession,
    site: Site,
    path: str,
    form: dict[str, str],
    headers: dict[str, str],
    status: int,
) -> None:
    sent = {**form, "csrf": await csrf_of(owner)} if form.get("csrf") == "good" else form
    async with owner.post(path, data=sent, headers=headers) as answer:
        assert answer.status == status
    assert await state_of(site, 5) is DeliveryState.FAILED


async def test_a_reader_changes_nothing_even_with_a_form(client: aiohttp.ClientSession, site: Site) -> None:
    async with client.post("/deliveries/5", data={"do": "retry", "csrf": "x"}) as answer:
        assert answer.status == 403
    async with client.post("/deliveries/5", json={"do": "retry"}) as answer:
        assert answer.status in (403, 415)
    assert await state_of(site, 5) is DeliveryState.FAILED
