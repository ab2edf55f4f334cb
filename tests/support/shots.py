"""The pictures of the README, taken from the demo: ``python -m tests.support.shots [folder]``."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.support.browser import ARGUMENTS, executable
from tests.support.ports import free_port

TOKEN = "a-token-for-pictures"
PATIENCE_MS = 120_000
STORIES = 13
WIDE: ViewportSize = {"width": 1200, "height": 860}
SMALL: ViewportSize = {"width": 360, "height": 740}
PHONE: ViewportSize = {"width": 390, "height": 780}


class Shot(NamedTuple):
    """A picture: its file, the page, and how the browser is set."""

    name: str
    path: str
    dark: bool = False
    phone: bool = False


SHOTS = (
    Shot("web-chat", "c/atlantic"),
    Shot("stories", "stories"),
    Shot("story", "story"),
    Shot("rule-lab", "rules?rule=%40rutte+AND+(defensie*+OR+oekra*)"),
    Shot("topic", "topics/nato?days=14"),
    Shot("subscriptions", "subscriptions"),
    Shot("settings", "settings"),
    Shot("deliveries-dark", "deliveries", dark=True),
    Shot("feeds", "feeds"),
    Shot("phone-chat", "c/atlantic", phone=True),
    Shot("phone-story-dark", "story", dark=True, phone=True),
    Shot("login", "login"),
)


async def main(folder: Path) -> None:
    """Take all of them."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HERAUT_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", str(port)),
        env=environment | {"HERAUT_WEB__TOKEN": TOKEN, "HERAUT_WEB__PORT": str(port), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        while b"http://" not in await process.stdout.readline():
            pass
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=executable(playwright), args=list(ARGUMENTS)
            )
            await first_taps(browser, f"http://127.0.0.1:{port}/", folder)
            await take(browser, f"http://127.0.0.1:{port}/", folder)
            await browser.close()
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


async def take(browser: Browser, url: str, folder: Path) -> None:
    """Prepare what is to be seen, then go from page to page."""
    page = await signed_in(browser, url, viewport=WIDE)
    for line in ("/subscribe ukraine", "/subscribe @rutte AND defensie*", "/quiet 23:00-07:00", "/topics"):
        await page.request.post(f"{url}c/heraut/messages", form={"text": line})
    await page.goto(f"{url}stories")
    await expect(page.locator(".story").nth(STORIES)).to_be_visible(timeout=PATIENCE_MS)
    many = await page.locator(".story").evaluate_all(
        "cards => cards.map(card => [card.innerText.match(/(\\d+) reports/)?.[1] ?? 0, "
        "card.querySelector('h2 a').href])"
    )
    best = max(many, key=lambda pair: int(pair[0]))[1].removeprefix(url)
    state = await page.context.storage_state()
    await page.context.close()
    for shot in SHOTS:
        options: dict[str, Any] = {
            "viewport": PHONE if shot.phone else WIDE,
            "color_scheme": "dark" if shot.dark else "light",
            "device_scale_factor": 2 if shot.phone else 1,
        }
        known = None if shot.path == "login" else state
        context = await browser.new_context(locale="en-GB", storage_state=known, **options)
        page = await context.new_page()
        await page.goto(url + (best if shot.path == "story" else shot.path))
        await page.wait_for_load_state("load")
        await page.wait_for_timeout(600)
        await page.screenshot(path=folder / f"{shot.name}.png")
        await context.close()


async def first_taps(browser: Browser, url: str, folder: Path) -> None:
    """From /start to the first stories in three taps, on a phone."""
    page = await signed_in(browser, url, viewport=SMALL, device_scale_factor=2)
    await expect(page.locator(".story").nth(2)).to_be_visible(timeout=PATIENCE_MS)
    await page.goto(f"{url}c/heraut")
    for number, (button, seen) in enumerate(
        (("/start", "Tick what to follow"), ("NATO", "✓ NATO"), ("Done", "newest stories")), 1
    ):
        await page.get_by_role("button", name=button, exact=True).last.click()
        answer = page.locator(".post.bot").filter(has_text=seen)
        await expect(answer).to_be_visible()
        if button == "Done":
            await expect(page.locator(".card").nth(1)).to_be_visible(timeout=PATIENCE_MS)
        await page.mouse.move(0, 0)
        await page.wait_for_timeout(600)
        # News goes on coming meanwhile; the picture is of the answer.
        await answer.evaluate("post => post.scrollIntoView()")
        await page.wait_for_timeout(200)
        await page.screenshot(path=folder / f"start-{number}.png")
    await page.context.close()


async def signed_in(browser: Browser, url: str, **options: Any) -> Page:
    """A page of somebody who runs the bot."""
    context = await browser.new_context(locale="en-GB", **options)
    page = await context.new_page()
    await page.goto(f"{url}login?next=%2Fstories")
    await page.get_by_label("The token").fill(TOKEN)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/stories")
    return page


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target))
