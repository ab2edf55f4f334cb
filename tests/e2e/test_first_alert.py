"""From /start to the first useful alert in three taps: the real program on Telegram and in a browser."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.emulators.feeds import FeedServer
from tests.emulators.telegram import TelegramEmulator
from tests.support.browser import running_browser
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess
from tests.support.waiting import until

pytestmark = pytest.mark.slow

OLD = "Brand verwoest opslagloods van NAVO bij Napels"
NEWEST = ("Spanje wijst hogere NAVO-bijdrage af", "NAVO oefent met twintig schepen op de Waddenzee")
MOMENT_MS = 60_000


def morning(feed: FeedServer) -> bytes:
    """Three stories about NATO and one about nothing that is followed, the newest first."""
    now = datetime.now(UTC)
    titles = (*reversed(NEWEST), OLD, "Gemeente plant bomen langs de ringweg")
    return rss(
        FeedItem(title, feed.url(f"/artikel/{number}"), published=now - timedelta(minutes=10 * number))
        for number, title in enumerate(titles, 1)
    )


async def stored(process: HerautProcess, titles: int) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{process.url}/api/v1/stories") as answer:
        return len((await answer.json())["data"]) >= titles


async def test_three_taps_on_telegram_and_on_the_web(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram, FeedServer() as feed, running_browser() as browser:
        feed.put("/rss", morning(feed))
        process = HerautProcess(
            tmp_path,
            settings=(
                f"[telegram]\napi_base_url = '{telegram.url}'\n"
                "[polling]\ntick_seconds = 0.2\nmin_interval_seconds = 1\nmax_interval_seconds = 1\n"
                f"host_spacing_seconds = 0\narticles = false\nallow_hosts = ['{feed.host}']"
            ),
            feeds=f"[[feed]]\nurl = '{feed.url('/rss')}'\noutlet = 'Proefkrant'\nowner = 'proef'\n",
            environment={"HERAUT_TELEGRAM__TOKEN": telegram.token},
        )
        async with process:
            await until(lambda: stored(process, 3))
            await on_telegram(telegram)
            page = await browser.new_page(viewport={"width": 360, "height": 740}, locale="nl-NL")
            await on_the_web(page, f"{process.url}/c/heraut")
            await page.close()


async def on_telegram(telegram: TelegramEmulator) -> None:
    anna = telegram.add_chat(title="Anna")
    telegram.set_language(anna, "nl")
    telegram.user_says(anna, anna, "/start")
    welcome = await telegram.wait_text(anna, "Vink aan")
    assert "English" in [button.label for button in welcome.buttons]

    telegram.press(anna, "NAVO")
    assert await telegram.world.until(lambda: "✓ NAVO" in labels(telegram, anna), 60)

    telegram.press(anna, "Klaar")
    for title in NEWEST:
        alert = await telegram.wait_text(anna, title)
        assert [button.label for button in alert.buttons] == [
            "Openen",
            "Verhaal dempen",
            "Minder hiervan",
            "Klopt niet",
        ]
    assert not any(OLD in message.text for message in telegram.messages(anna))


async def on_the_web(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_role("button", name="/start", exact=True).click()
    await page.get_by_role("button", name="NAVO", exact=True).click()
    await expect(page.get_by_role("button", name="✓ NAVO", exact=True)).to_be_visible(timeout=MOMENT_MS)
    await page.get_by_role("button", name="Klaar", exact=True).click()
    for title in NEWEST:
        await expect(page.locator(".card").filter(has_text=title)).to_be_visible(timeout=MOMENT_MS)
    await expect(page.locator(".card")).to_have_count(2)
    await expect(page.locator(".post.bot")).to_have_count(3)
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


def labels(telegram: TelegramEmulator, chat: int) -> list[str]:
    return [button.label for message in telegram.messages(chat) for button in message.buttons]
