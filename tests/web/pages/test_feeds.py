"""The feeds' page: health and no secrets."""

import re
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import insert, update

from bot.domain.models import FeedSpec, Outlet, PollState
from bot.store.feedlist import FeedHealth
from bot.store.feeds import GAP, FeedEvent, note
from bot.store.schema import feeds
from bot.web.pages.feeds import PAGE, mood_of, shown_address
from tests.support import newsstand
from tests.support.clock import NOON
from tests.support.site import Site


def health(**state: object) -> FeedHealth:
    spec = FeedSpec("https://a.example/rss", Outlet("A", "a"))
    return FeedHealth(1, spec, PollState(**state), NOON)  # type: ignore[arg-type]  # as named


async def test_every_feed_shows_its_rhythm_and_gaps(client: aiohttp.ClientSession) -> None:
    async with client.get("/feeds", headers={"accept-language": "nl"}) as answer:
        html = await answer.text()
    assert html.count('class="panel entry"') == 4
    assert "elke 10 minuten" in html
    assert "3 items may be missing" in html
    assert "4 / 4 goed" in html


async def test_a_failing_feed_stands_first_with_its_error(client: aiohttp.ClientSession, site: Site) -> None:
    async with site.database.write() as tx:
        broken = update(feeds).where(feeds.c.outlet == "Stille Courant")
        await tx.execute(broken.values(failures=3, last_error="the server said <b>503</b>"))
    async with client.get("/feeds") as answer:
        html = await answer.text()
    assert html.index("Stille Courant") < html.index("Kustbode")
    assert "3× the server said &lt;b&gt;503&lt;/b&gt;" in html


async def test_what_went_wrong_is_told_in_the_language_of_the_reader(
    client: aiohttp.ClientSession, site: Site
) -> None:
    async with site.database.write() as tx:
        broken = update(feeds).where(feeds.c.outlet == "Stille Courant").returning(feeds.c.id)
        feed_id = await tx.scalar(broken.values(failures=3, last_error="the server answered 503"))
        for kind, detail in ((GAP, "its older page does not reach back far enough"), ("broken", "")):
            await note(tx, FeedEvent(feed_id, kind, NOON, detail))
    async with client.get("/feeds?words=stille", headers={"accept-language": "nl"}) as answer:
        html = await answer.text()
    assert "3× de server antwoordde" in html
    assert "<b>gat</b> zijn oudere pagina gaat niet ver genoeg terug" in html
    assert "<b>stuk</b>" in html


async def test_secrets_of_an_address_are_not_shown(client: aiohttp.ClientSession, site: Site) -> None:
    async with site.database.write() as tx:
        await tx.execute(
            update(feeds)
            .where(feeds.c.outlet == "Stille Courant")
            .values(
                url="https://user:hush@stil.example/rss?key=hush",
                headers={"Authorization": "hush"},
                proxy="http://a:hush@proxy.example",
            )
        )
    async with client.get("/feeds") as answer:
        html = await answer.text()
    assert "stil.example/rss?…" in html
    assert "hush" not in html


async def test_a_long_list_is_shown_page_by_page_and_every_feed_once(
    client: aiohttp.ClientSession, site: Site
) -> None:
    async with site.database.write() as tx:
        await tx.execute(
            insert(feeds),
            [
                newsstand.row(f"Weekblad {number}", failures=number % 7 == 3, last_success_at=NOON)
                for number in range(2 * PAGE)
            ],
        )
    shown: list[str] = []
    href, pages = "/feeds?words=weekblad", 0
    while href:
        async with client.get(href) as answer:
            html = await answer.text()
        names = re.findall(r"<b>(Weekblad \d+)</b>", html)
        assert 0 < len(names) <= PAGE
        shown += names
        pages += 1
        [href] = re.findall(r'class="more"><a class="chip" href="([^"]+)', html) or [""]
        href = href.replace("&amp;", "&")
    assert sorted(shown) == sorted(f"Weekblad {number}" for number in range(2 * PAGE))
    failing = [name for name in shown if int(name.split()[1]) % 7 == 3]
    assert shown[: len(failing)] == failing
    assert pages == 2


async def test_the_tally_counts_every_page_and_leads_to_those_alone(
    client: aiohttp.ClientSession, site: Site
) -> None:
    async with site.database.write() as tx:
        rows = [newsstand.row(f"Krant {number}", failures=2) for number in range(PAGE + 1)]
        await tx.execute(insert(feeds), rows)
    async with client.get("/feeds") as answer:
        html = await answer.text()
    assert f'href="/feeds?state=failing"><b>{PAGE + 1}</b>' in html
    assert f"4 / {PAGE + 5} well" in html
    async with client.get("/feeds?state=well") as answer:
        html = await answer.text()
    assert html.count('class="panel entry"') == 4
    assert "Krant 1<" not in html


@pytest.mark.parametrize("query", ["state=odd", "after=x", "after=9", "words=" + "w" * 101])
async def test_a_question_that_makes_no_sense_is_refused(client: aiohttp.ClientSession, query: str) -> None:
    async with client.get(f"/feeds?{query}") as answer:
        assert answer.status == 400


async def test_where_no_feed_fits_it_says_so(client: aiohttp.ClientSession) -> None:
    async with client.get("/feeds?words=zeppelin", headers={"accept-language": "nl"}) as answer:
        html = await answer.text()
    assert "Geen feed past daarbij." in html
    assert 'value="zeppelin"' in html


@pytest.mark.parametrize(
    ("feed", "mood"),
    [
        (health(), "new"),
        (health(last_success_at=NOON), "well"),
        (health(last_success_at=NOON, failures=1), "failing"),
        (health(last_success_at=NOON, silent_after=NOON - timedelta(hours=1)), "silent"),
        (health(last_success_at=NOON, silent_after=NOON + timedelta(hours=1)), "well"),
        (health(failures=9, retired=True), "retired"),
    ],
)
def test_a_feed_has_one_mood(feed: FeedHealth, mood: str) -> None:
    assert mood_of(feed, NOON) == mood


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/rss", "a.example/rss"),
        ("http://a.example:8080/", "a.example:8080/"),
        ("https://u:p@a.example/x?token=1#y", "a.example/x?…"),
        ("https://[broken", ""),
        ("https://a.example:port/", ""),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert shown_address(url) == shown
