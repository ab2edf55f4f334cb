"""The stories' pages over HTTP."""

from collections.abc import Mapping

import aiohttp
import pytest
from markupsafe import escape

from bot.services.tongues import tongue_of
from bot.store import reports
from tests.support.site import Site

pytestmark = pytest.mark.slow


async def read(
    client: aiohttp.ClientSession, path: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> str:
    async with client.get(path, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.text()


async def test_the_list_marks_what_was_recognised(client: aiohttp.ClientSession) -> None:
    html = await read(client, "/stories")
    assert 'Rutte</mark> belooft <mark title="' in html
    assert "Also reported by Proefkrant, Harbour Gazette" in html
    # Two of the three print the same text.
    assert "3 reports · 2 independent sources" in html


async def test_why_a_report_belongs_to_a_story_is_told_in_the_language_of_the_reader(
    client: aiohttp.ClientSession,
) -> None:
    dutch = await read(client, "/stories/1", headers={"accept-language": "nl"})
    english = await read(client, "/stories/1")
    assert "Waarom hier</b> deelt " in dutch
    assert "Why here</b> shares " in english
    assert "is een naam van" in dutch
    assert "is a name of" not in dutch
    assert '<span class="share">1,00</span>' in dutch
    assert '<span class="share">1.00</span>' in english


async def test_markup_of_a_feed_is_text(client: aiohttp.ClientSession) -> None:
    for path in ("/stories", "/stories/3", "/deliveries"):
        html = await read(client, path)
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
        assert "<img src=x" not in html


@pytest.mark.parametrize(
    "path", ["/stories", "/stories/1", "/feeds", "/deliveries", "/topics", "/topics/nato"]
)
async def test_no_page_has_an_inline_script_or_style(client: aiohttp.ClientSession, path: str) -> None:
    html = await read(client, path)
    assert "<style" not in html
    assert " style=" not in html
    assert html.count("<script") == html.count('<script type="module" src="/static/') == 1


async def test_the_list_is_filtered_by_topic(client: aiohttp.ClientSession) -> None:
    html = await read(client, "/stories?topic=harbour")
    assert html.count('class="panel story"') == 1
    assert "Haven van Rotterdam" in html


async def test_an_open_list_is_told_only_what_is_new(client: aiohttp.ClientSession) -> None:
    async with client.get("/stories/fresh?topic=nato") as answer:
        html, tag = await answer.text(), answer.headers["etag"]
    assert html.count('class="panel story"') == 2
    assert "<html" not in html
    assert await read(client, "/stories/fresh?topic=nato", 304, {"if-none-match": tag}) == ""
    assert await read(client, "/stories/fresh", 200, {"if-none-match": tag})


async def test_a_story_says_why_each_report_is_in_it(client: aiohttp.ClientSession, site: Site) -> None:
    async with site.database.read() as tx:
        story = await reports.story(tx, 1)
    assert story
    html = await read(client, "/stories/1", headers={"accept-language": "nl"})
    assert "Het eerste bericht van het verhaal" in html
    for report in story.reports[1:]:
        assert str(escape(tongue_of("nl").recall(report.why))) in html
    assert 'href="https://proef.example/artikel/2"' in html
    assert "in de titel, 0–5" in html
    assert html.index("extra luchtafweer") < html.index("air defence at")
    assert "Door de uitgever verbeterd" in html


async def test_a_story_shows_who_was_told(client: aiohttp.ClientSession) -> None:
    html = await read(client, "/stories/1")
    told = html[html.index('id="told"') :]
    assert "Anna" in told
    assert "Bert" in told
    assert '<span class="pill sent">sent</span>' in told


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/stories/999", 404),
        ("/stories/x", 400),
        ("/stories/-1", 400),
        ("/stories/" + "9" * 30, 400),
        ("/stories?topic=nothing", 400),
        ("/stories?before=x", 400),
        ("/stories?before=99999999999999999.1", 200),
        ("/stories?before=0.0", 200),
        ("/stories/fresh?topic=%00", 400),
    ],
)
async def test_nonsense_is_answered_with_a_page(
    client: aiohttp.ClientSession, path: str, status: int
) -> None:
    assert "<html" in await read(client, path, status)
