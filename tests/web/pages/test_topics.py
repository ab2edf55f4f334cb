"""The topics' pages: charts whose numbers are right."""

import aiohttp


async def test_the_busiest_topic_stands_first(client: aiohttp.ClientSession) -> None:
    async with client.get("/topics", headers={"accept-language": "nl"}) as answer:
        html = await answer.text()
    assert html.index('href="/topics/nato"') < html.index('href="/topics/rutte"')
    assert html.index('href="/topics/rutte"') < html.index('href="/topics/harbour"')
    assert 'aria-label="NAVO: 4 berichten"' in html
    assert "<title>2026-03-02: 4</title>" in html


async def test_a_topic_shows_coverage_by_day_and_outlet(client: aiohttp.ClientSession) -> None:
    async with client.get("/topics/nato") as answer:
        html = await answer.text()
    assert html.count("<rect") == 30 + 3
    assert "4 reports in the last 30 days" in html
    assert "<td>2026-03-02</td><td>4</td>" in html
    assert html.index("Harbour Gazette") < html.index("Kustbode")
    assert 'href="/rules?rule=%40nato"' in html


async def test_there_are_only_topics_that_exist(client: aiohttp.ClientSession) -> None:
    async with client.get("/topics/nothing") as answer:
        assert answer.status == 404
