"""The ledger's page: filters, counts, and nothing to press for readers."""

import aiohttp
import pytest


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
