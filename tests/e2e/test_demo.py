"""`heraut demo`, as somebody who tries it for the first time: no account, no network, a browser."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import running_browser
from tests.support.ports import free_port

pytestmark = pytest.mark.slow

ALERT_MS = 10_000
LATER_MS = 60_000


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """The demo in a process of its own; the address that it prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HERAUT_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", str(free_port())),
        env=clean | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            while b"http://" not in (line := await process.stdout.readline()):
                assert line, "it ended without printing an address"
        yield line.decode().partition("chat: ")[2].split()[0]
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(12):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()


async def say(page: Page, line: str) -> None:
    await page.get_by_role("combobox").fill(line)
    await page.keyboard.press("Enter")


async def test_the_first_alert_comes_within_seconds_and_the_bot_can_be_talked_to() -> None:
    async with demo() as url, running_browser() as browser:
        page = await browser.new_page(viewport={"width": 360, "height": 740})
        await page.goto(url)
        await expect(page.locator(".card").first).to_be_visible(timeout=ALERT_MS)

        await page.goto(f"{url}c/heraut")
        await say(page, "/subscribe ukraine")
        await expect(page.locator(".post.bot").last).to_contain_text("follows")
        await expect(page.locator(".card").first).to_be_visible(timeout=LATER_MS)
        await say(page, "/unsubscribe ukraine")
        await expect(page.locator(".post.bot").filter(has_text="no longer follows")).to_be_visible()
        sideways = "document.documentElement.scrollWidth > innerWidth"
        assert not await page.evaluate(sideways)
        await page.close()
