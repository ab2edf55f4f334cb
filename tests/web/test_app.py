"""The site around the pages: health, static files, errors."""

from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.schema import DropTable
from yarl import URL

import bot.web
from bot.store.schema import metadata
from tests.support.site import Site, running_site

pytestmark = pytest.mark.slow

STATIC = Path(bot.web.__file__).parent / "static"


async def test_health_says_that_all_is_well(client: aiohttp.ClientSession) -> None:
    async with client.get("/health") as answer:
        assert answer.status == 200
        assert await answer.json() == {"status": "ok", "version": "1.2.3", "lanes": 1}


async def test_health_says_that_something_is_wrong(tmp_path: Path) -> None:
    async with (
        running_site(tmp_path, healthy=False) as site,
        aiohttp.ClientSession(site.url) as client,
        client.get("/health") as answer,
    ):
        assert answer.status == 503
        assert (await answer.json())["status"] == "failing"


async def test_what_starts_or_stops_is_healthy_but_not_ready(tmp_path: Path) -> None:
    async with running_site(tmp_path, ready=False) as site, aiohttp.ClientSession(site.url) as client:
        async with client.get("/health") as answer:
            assert answer.status == 200
        async with client.get("/ready") as answer:
            assert (answer.status, (await answer.json())["reason"]) == (503, "starting or stopping")


@pytest.mark.parametrize("path", ["/nowhere", "/c/nowhere", "/c/nowhere/events", "/static/none.js"])
async def test_a_page_that_does_not_exist_is_a_404_for_people_and_programs(
    client: aiohttp.ClientSession, path: str
) -> None:
    async with client.get(path, headers={"accept": "text/html", "accept-language": "nl"}) as answer:
        assert answer.status == 404
        assert "Deze pagina bestaat niet" in await answer.text()
    async with client.get(path) as answer:
        assert (answer.status, answer.content_type) == (404, "application/json")


async def test_a_failure_inside_shows_nothing_of_itself(client: aiohttp.ClientSession, site: Site) -> None:
    async with site.database.write() as tx:
        for table in reversed(metadata.sorted_tables):
            await tx.execute(DropTable(table))
    async with client.get("/", headers={"accept": "text/html"}) as answer:
        assert answer.status == 500
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "web_messages" not in await answer.text()
    async with client.get("/") as answer:
        assert (answer.status, await answer.json()) == (500, {"error": "this is in the log"})


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"])
async def test_nothing_outside_the_static_folder_is_served(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(URL(str(client._base_url)[:-1] + path, encoded=True)) as answer:
        assert answer.status == 404


async def test_static_files_are_checked_again_and_not_sent_again(client: aiohttp.ClientSession) -> None:
    async with client.get("/static/chat.css") as answer:
        assert answer.headers["cache-control"] == "no-cache"
        tag = answer.headers["etag"]
    async with client.get("/static/chat.css", headers={"if-none-match": tag}) as answer:
        assert answer.status == 304


def test_nothing_in_the_static_files_names_another_host() -> None:
    files = [path for path in STATIC.iterdir() if path.suffix in (".js", ".css", ".svg")]
    assert len(files) >= 6
    for path in files:
        text = path.read_text(encoding="utf8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text, path
        assert "https:" not in text, path
        assert "@import" not in text, path
