"""The web chat in a real browser, as a person sees and uses it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from bot.domain.messages import AlertCard, Button, Message, say
from bot.domain.models import Address
from bot.ports import SystemClock
from tests.support.browser import running_browser
from tests.support.site import Site, alert, running_site

# One loop and one browser for all of them: starting Chromium takes longer than most tests.
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ATLANTIC = Address("web", "atlantic")
PHONE = {"width": 360, "height": 740}


@dataclass
class Watched:
    """A page, and what went wrong in it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def posts(self) -> Any:
        return self.page.locator(".post")


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as running:
        yield running


@asynccontextmanager
async def visit(browser: Browser, site: Site, path: str = "", **options: Any) -> AsyncIterator[Watched]:
    """A page of the site, live; at the end it must have had no error and called no other host."""
    context = await browser.new_context(**{"locale": "en-GB", **options})
    watched = Watched(await context.new_page())
    page = watched.page
    page.on(
        "console",
        lambda said: watched.complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda request: watched.hosts.add(re.sub(r"^(\w+://[^/]+/).*", r"\1", request.url)))
    await page.goto(site.url + path)
    await live(page)
    yield watched
    assert watched.complaints == []
    assert watched.hosts == {site.url}
    await context.close()


async def live(page: Page) -> None:
    await expect(page.locator(".state")).to_have_attribute("data-state", "live")


async def no_sideways_scroll(page: Page) -> None:
    widths = "[document.documentElement.scrollWidth, document.getElementById('scroll').scrollWidth]"
    visible = "[innerWidth, document.getElementById('scroll').clientWidth]"
    assert await page.evaluate(widths) == await page.evaluate(visible)


def recent(title: str, minutes: int = 12, **fields: Any) -> AlertCard:
    values = {
        "title": title,
        "url": "https://nieuws.example/x",
        "outlet": "Kustbode",
        "published": SystemClock().now() - timedelta(minutes=minutes),
        "summary": "Een zin. Nog een zin.",
        "topics": ("nato",),
        "language": "nl",
    }
    return AlertCard(**{**values, **fields})


async def test_help_typed_is_answered_under_it(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        await watched.page.keyboard.type("/help")
        await watched.page.keyboard.press("Enter")
        await expect(watched.posts).to_have_count(2)
        await expect(watched.posts.nth(0)).to_contain_text("/help")
        await expect(watched.posts.nth(1)).to_contain_text("What Heraut can do")
        await expect(watched.page.locator("#text")).to_have_value("")
        await expect(watched.page.locator("#text")).to_be_focused()


async def test_a_pressed_button_says_its_command(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        await watched.page.get_by_role("button", name="/topics").click()
        await watched.page.get_by_role("button", name="Volg Mark Rutte").click()
        await expect(watched.posts.last).to_contain_text("Gehoord: /subscribe rutte")
        assert [said.text for said in site.bot.heard] == ["/topics", "/subscribe rutte"]


async def test_a_double_press_says_it_once(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        site.bot.free.clear()
        await watched.page.get_by_role("button", name="/topics").dblclick()
        await expect(watched.page.get_by_text("Heraut is working on it")).to_be_visible()
        site.bot.free.set()
        await expect(watched.posts.last).to_contain_text("Hier kun je kiezen")
        await expect(watched.page.get_by_text("Heraut is working on it")).to_be_hidden()
        assert [said.text for said in site.bot.heard] == ["/topics"]


async def test_commands_and_arguments_complete_with_the_keyboard(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        page, text = watched.page, watched.page.locator("#text")
        await page.keyboard.type("/s")
        await expect(page.get_by_role("option")).to_have_count(2)
        await expect(text).to_have_attribute("aria-expanded", "true")
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("option", selected=True)).to_contain_text("/status")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Tab")
        await expect(text).to_have_value("/subscribe ")
        await page.keyboard.type("tr")
        await expect(page.get_by_role("option")).to_have_text(re.compile("trump.*Donald Trump"))
        await page.keyboard.press("Enter")
        await expect(text).to_have_value("/subscribe trump")
        await page.keyboard.press("Enter")
        await expect(watched.posts.last).to_contain_text("Gehoord: /subscribe trump")


async def test_escape_closes_the_suggestions_and_arrows_recall_lines(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        page, text = watched.page, watched.page.locator("#text")
        await page.keyboard.type("/status")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("listbox")).to_be_hidden()
        await page.keyboard.press("Enter")
        await expect(watched.posts).to_have_count(2)
        await page.keyboard.press("ArrowUp")
        await expect(text).to_have_value("/status")


async def test_an_alert_arrives_while_the_page_is_open(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        await expect(watched.page.get_by_text("Nothing here yet")).to_be_visible()
        card = recent("Oefening bij Narvik begonnen", sources=(("Avondblad", "https://a.example/1"),))
        message = Message(card=card, buttons=((Button("Dempen", "/mute 1"),),), language="nl")
        await site.platform.send(ATLANTIC, message, "1")
        shown = watched.page.get_by_role("article")
        await expect(shown.get_by_role("heading")).to_have_text(card.title)
        await expect(shown.get_by_role("link", name=card.title)).to_have_attribute("href", card.url)
        await expect(shown.locator("time")).to_have_text("12 minuten geleden")
        await expect(shown).to_contain_text("+1: Avondblad")
        await expect(shown.get_by_role("button", name="Dempen")).to_be_visible()
        await expect(watched.page.get_by_text("Nothing here yet")).to_be_hidden()


async def test_a_correction_changes_the_alert_in_place(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        await site.platform.send(ATLANTIC, Message(card=recent("Tien schepen"), language="nl"), "1")
        await expect(watched.posts).to_contain_text("Tien schepen")
        changed = recent("Twaalf schepen", was="Tien schepen")
        await site.platform.edit(ATLANTIC, "1", Message(card=changed, language="nl"))
        await expect(watched.page.get_by_role("heading", name="Twaalf schepen")).to_be_visible()
        await expect(watched.page.locator("del")).to_have_text("Tien schepen")
        await expect(watched.posts).to_have_count(1)


async def test_history_stays_after_a_reload_and_earlier_posts_can_be_read(
    browser: Browser, site: Site
) -> None:
    for number in range(70):
        await site.rooms.post("atlantic", say(f"nummer {number}."), str(number))
    async with visit(browser, site) as watched:
        await expect(watched.posts).to_have_count(50)
        await expect(watched.posts.last).to_be_in_viewport()
        await watched.page.get_by_role("button", name="Earlier messages").click()
        await expect(watched.posts).to_have_count(70)
        await expect(watched.page.get_by_role("button", name="Earlier messages")).to_be_hidden()
        await watched.page.reload()
        await live(watched.page)
        await expect(watched.posts).to_have_count(50)
        await expect(watched.posts.last).to_contain_text("nummer 69.")


async def test_a_restart_of_heraut_loses_and_doubles_nothing_on_an_open_page(
    browser: Browser, tmp_path: Path
) -> None:
    async with running_site(tmp_path) as site:
        port = int(site.url.rstrip("/").rpartition(":")[2])
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(site.url)
        await live(page)
        await site.send(alert("Voor de herstart"), "1")
        await expect(page.locator(".post")).to_have_count(1)
    await expect(page.locator(".state")).to_have_attribute("data-state", "connecting")
    async with running_site(tmp_path, port=port) as site:
        await site.send(alert("Voor de herstart"), "1")
        await site.send(alert("Na de herstart"), "2")
        await expect(page.locator(".post")).to_have_count(2, timeout=20_000)
        await expect(page.locator(".post").last).to_contain_text("Na de herstart")
        await context.close()


async def test_an_alert_in_another_room_marks_that_room(browser: Browser, site: Site) -> None:
    async with visit(browser, site) as watched:
        badge = watched.page.get_by_role("link", name="Heraut").locator(".unread")
        await expect(badge).to_be_hidden()
        await site.send(alert(), "1", room="heraut")
        await expect(badge).to_be_visible()
        await watched.page.get_by_role("link", name="Heraut").click()
        await live(watched.page)
        await expect(watched.posts).to_have_count(1)
        await watched.page.get_by_role("link", name="atlantic").click()
        await live(watched.page)
        await expect(badge).to_be_hidden()


async def test_scrolled_up_the_page_stays_and_offers_to_go_down(browser: Browser, site: Site) -> None:
    for number in range(30):
        await site.rooms.post("atlantic", say(f"nummer {number}."), str(number))
    async with visit(browser, site) as watched:
        await watched.page.evaluate("document.getElementById('scroll').scrollTop = 0")
        await site.send(alert("Nieuw onderaan"), "new")
        jump = watched.page.get_by_role("button", name="To the newest message")
        await expect(jump).to_be_visible()
        assert await watched.page.evaluate("document.getElementById('scroll').scrollTop") == 0
        await jump.click()
        await expect(watched.posts.last).to_be_in_viewport()
        await expect(jump).to_be_hidden()


async def test_days_are_separated_and_close_messages_belong_together(browser: Browser, site: Site) -> None:
    await site.rooms.post("atlantic", say("een"), "1")
    await site.rooms.post("atlantic", say("twee"), "2")
    async with visit(browser, site) as watched:
        await expect(watched.page.locator(".day")).to_have_text(["Today"])
        await expect(watched.posts.nth(1)).to_have_class(re.compile("follows"))


NASTY = '<img src=x onerror="document.title=1"> & _x_ *y* `z` @everyone </li> tg://x ' + "lang" * 1200


async def test_hostile_and_endless_text_stays_text_and_inside_the_page(browser: Browser, site: Site) -> None:
    card = recent(NASTY, summary=NASTY, outlet=NASTY[:90], topics=("x" * 80,), was=NASTY)
    await site.platform.send(ATLANTIC, Message(card=card, language="nl"), "1")
    await site.platform.send(ATLANTIC, say(NASTY, buttons=[[Button("x" * 200, "/help")]]), "2")
    await site.platform.send(ATLANTIC, Message(card=recent("ראש נאט״ו מדבר 🕊️ על שלום", language="he")), "3")
    async with visit(browser, site, viewport=PHONE) as watched:
        await expect(watched.posts).to_have_count(3)
        assert await watched.page.locator(".posts img[src=x]").count() == 0
        await no_sideways_scroll(watched.page)


async def test_a_phone_shows_everything_without_sideways_scroll(browser: Browser, site: Site) -> None:
    card = recent(
        "NAVO-landen worden het eens over luchtverdediging",
        sources=(("Avondblad", "https://a.example/1"), ("The Harbour Post", "https://b.example/1")),
        topics=("nato", "rutte", "oekraine"),
    )
    buttons = ((Button("Open", url=card.url), Button("Dempen", "/mute 1"), Button("Verkeerd", "/wrong 1")),)
    await site.platform.send(ATLANTIC, Message(card=card, buttons=buttons, language="nl"), "1")
    async with visit(browser, site, viewport=PHONE, has_touch=True, is_mobile=True) as watched:
        page = watched.page
        await no_sideways_scroll(page)
        await expect(page.get_by_role("navigation")).to_be_hidden()
        await page.get_by_role("button", name="Open menu").tap()
        await page.get_by_role("link", name="Heraut").tap()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Heraut")
        await no_sideways_scroll(page)


async def brightness(page: Page, selector: str) -> float:
    color = await page.locator(selector).first.evaluate(
        "element => getComputedStyle(element).backgroundColor"
    )
    return sum(float(part) for part in re.findall(r"[\d.]+", color)[:3]) / 3


@pytest.mark.parametrize(("scheme", "dark"), [("dark", True), ("light", False)])
async def test_the_page_follows_the_readers_dark_or_light(
    browser: Browser, site: Site, scheme: str, dark: bool
) -> None:
    await site.send(alert(), "1")
    async with visit(browser, site, color_scheme=scheme) as watched:
        for selector in ("body", "main", ".card", ".composer"):
            assert (await brightness(watched.page, selector) < 90) is dark


async def test_the_page_speaks_dutch_to_a_dutch_browser(browser: Browser, site: Site) -> None:
    async with visit(browser, site, locale="nl-NL") as watched:
        await expect(watched.page.get_by_placeholder("Typ / voor opdrachten")).to_be_visible()
        await watched.page.keyboard.type("/status")
        await watched.page.keyboard.press("Enter")
        await expect(watched.page.locator(".day")).to_have_text(["Vandaag"])
    assert site.bot.heard[0].reply_language == "nl"


async def test_without_script_the_room_can_be_read_and_spoken_in(browser: Browser, site: Site) -> None:
    await site.send(alert("Zonder script"), "1")
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(site.url)
    await expect(page.get_by_role("heading", name="Zonder script")).to_be_visible()
    await page.fill("#text", "/status")
    await page.press("#text", "Enter")
    await expect(page.locator(".post").last).to_contain_text("Gehoord: /status")
    await context.close()


async def test_a_line_that_could_not_be_sent_stays_and_can_be_sent_again(
    browser: Browser, site: Site
) -> None:
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    await page.goto(site.url)
    await live(page)
    await page.route("**/messages", lambda route: route.abort())
    await page.fill("#text", "/status")
    await page.press("#text", "Enter")
    await expect(page.get_by_role("alert")).to_have_text("Not sent. Try again.")
    await expect(page.locator("#text")).to_have_value("/status")
    await page.unroute("**/messages")
    await page.press("#text", "Enter")
    await expect(page.locator(".post")).to_have_count(2)
    await expect(page.get_by_role("alert")).to_be_hidden()
    await context.close()


async def test_a_line_whose_answer_got_lost_is_not_said_twice(browser: Browser, site: Site) -> None:
    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    await page.goto(site.url)
    await live(page)
    await page.route("**/messages", lose_the_answer)
    await page.fill("#text", "/status")
    await page.press("#text", "Enter")
    await expect(page.get_by_role("alert")).to_have_text("Not sent. Try again.")
    await page.unroute("**/messages")
    await page.press("#text", "Enter")
    await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator(".post")).to_have_count(2)
    assert len(site.bot.heard) == 1
    await context.close()


async def test_a_correction_leaves_the_focus_where_it_was(browser: Browser, site: Site) -> None:
    buttons = ((Button("Dempen", "/mute 1"), Button("Volgen", "/follow 1")),)
    await site.platform.send(ATLANTIC, Message(card=recent("Oud"), buttons=buttons), "1")
    async with visit(browser, site) as watched:
        await watched.page.get_by_role("button", name="Volgen").focus()
        await site.platform.edit(ATLANTIC, "1", Message(card=recent("Nieuw"), buttons=buttons))
        await expect(watched.page.get_by_role("heading", name="Nieuw")).to_be_visible()
        await expect(watched.page.get_by_role("button", name="Volgen")).to_be_focused()


async def test_a_page_that_stays_open_for_days_keeps_a_limited_number_of_posts(
    browser: Browser, site: Site
) -> None:
    async with visit(browser, site) as watched:
        for number in range(310):
            await site.rooms.post("atlantic", say(f"nummer {number}."), str(number))
        await expect(watched.posts.last).to_contain_text("nummer 309.")
        assert await watched.posts.count() <= 300
        await expect(watched.page.locator(".day")).to_have_text(["Today"])
        first = await watched.posts.first.get_attribute("data-id")
        await watched.page.get_by_role("button", name="Earlier messages").click()
        await expect(watched.page.locator(f"#p{int(first or 0) - 1}")).to_be_attached()


async def test_the_newest_post_stays_in_sight_when_the_window_changes(browser: Browser, site: Site) -> None:
    for number in range(30):
        await site.rooms.post("atlantic", say(f"nummer {number}. " + "woord " * 30), str(number))
    async with visit(browser, site) as watched:
        await watched.page.set_viewport_size({"width": 360, "height": 400})
        await expect(watched.posts.last).to_be_in_viewport(ratio=0.9)
