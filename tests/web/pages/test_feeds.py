"""The feeds' page: health and no secrets."""

from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import update

from bot.domain.models import FeedSpec, Outlet, PollState
from bot.store.feeds import FeedHealth
from bot.store.schema import feeds
from bot.web.pages.feeds import mood_of, shown_address
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
    assert "4 / 4" in html


async def test_a_failing_feed_stands_first_with_its_error(client: aiohttp.ClientSession, site: Site) -> None:
    async with site.database.write() as tx:
        broken = update(feeds).where(feeds.c.outlet == "Stille Courant")
        await tx.execute(broken.values(failures=3, last_error="the server said <b>503</b>"))
    async with client.get("/feeds") as answer:
        html = await answer.text()
    assert html.index("Stille Courant") < html.index("Kustbode")
    assert "3× the server said &lt;b&gt;503&lt;/b&gt;" in html


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
