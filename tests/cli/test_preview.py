"""`heraut preview` on feeds of a real server."""

import json

import pytest

from tests.emulators.feeds import FeedServer
from tests.support.feedbuilder import FeedItem, atom, rss
from tests.support.heraut import run_cli

pytestmark = pytest.mark.slow


async def test_each_item_says_what_would_be_sent_and_why_not() -> None:
    async with FeedServer() as server:
        navo = FeedItem(
            "NAVO stuurt zes schepen naar de Oostzee", "https://een.example/1", "Vier landen leveren ze."
        )
        again = FeedItem("NAVO stuurt zes schepen naar de Oostzee", "https://twee.example/9")
        swim = FeedItem("Zwolle krijgt nieuw zwembad", "https://een.example/2")
        server.put("/een", rss([navo, swim]))
        server.put("/twee", atom([again]))
        server.status("/weg", 404)
        status, out, errors = await run_cli(
            "preview", "--json", server.url("/een"), server.url("/twee"), server.url("/weg"), "http://[geen"
        )
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert ["/weg" in line for line in errors.splitlines()] == [True, False]
    assert all(
        row.keys() == {"id", "url", "title", "story", "alert", "why", "summary", "topics"} for row in rows
    )
    by_title = {row["url"]: row for row in rows}
    alerts = [row for row in rows if row["alert"]]
    assert len(alerts) == 1
    assert by_title["https://een.example/1"]["story"] == by_title["https://twee.example/9"]["story"]
    assert by_title["https://een.example/2"]["topics"] == []
    assert alerts[0]["topics"] == ["nato"]


async def test_a_rule_replaces_the_topics_and_misses_name_the_clause() -> None:
    async with FeedServer() as server:
        server.put("/rss", rss([FeedItem("Zwolle krijgt nieuw zwembad", "https://een.example/2")]))
        status, out, _ = await run_cli("preview", "--rule", "zwembad AND Deventer", server.url("/rss"))
    assert status == 0
    assert "Deventer: does not stand in the item" in out


async def test_a_rule_that_does_not_parse_ends_with_status_2() -> None:
    status, _, errors = await run_cli("preview", "--rule", "(a AND", "http://127.0.0.1:9/rss")
    assert status == 2
    assert "Traceback" not in errors
