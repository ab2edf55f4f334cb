"""The pages in a real browser: what people see, press and type, on a desk and on a phone."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, StorageState, ViewportSize, expect

from bot.config import Settings
from bot.domain.models import DeliveryState
from bot.store import books, roster
from bot.store.roster import Entry
from bot.web.access import Login
from bot.web.settingsview import shown
from tests.support import databases
from tests.support.browser import running_browser
from tests.support.clock import StoppedClock
from tests.support.newsroom import Newsroom, report
from tests.support.press import morning
from tests.support.site import Site, running_site

# One loop and one browser for all of them: starting Chromium takes longer than most tests.
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

TOKEN = "a-token-that-is-long-enough"
PASSWORD = "vier woorden op een rij"
LOGIN = Login("anna", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))
PHONE: ViewportSize = {"width": 360, "height": 740}
PATHS = (
    "stories",
    "stories/1",
    "topics",
    "topics/nato",
    "rules?rule=%40rutte+AND+luchtafweer",
    "feeds",
    "deliveries",
    "subscriptions",
    "settings",
    "settings/2",
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as running:
        yield running


async def today(url: str) -> None:
    await morning(url, datetime.now(UTC))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Site]:
    async with (
        databases.address("sqlite", folder, fill=today),
        running_site(folder, token=TOKEN, login=LOGIN, settings=shown(Settings())) as running,
    ):
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with opened(tmp_path) as running:
        yield running


@dataclass(frozen=True)
class Window:
    """A site that tests only look at, and the cookies of somebody who signed in there."""

    site: Site
    signed_in: StorageState


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def window(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Window]:
    async with opened(tmp_path_factory.mktemp("window")) as running:
        context = await browser.new_context(locale="en-GB")
        await sign_in(await context.new_page(), running)
        state = await context.storage_state()
        assert state["cookies"]
        yield Window(running, state)
        await context.close()


@asynccontextmanager
async def visit(browser: Browser, site: Site, path: str, **options: Any) -> AsyncIterator[Page]:
    """A page; at the end it must have had no error and called no other host."""
    context = await browser.new_context(**{"locale": "en-GB", **options})
    page = await context.new_page()
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(re.sub(r"^(\w+://[^/]+/).*", r"\1", request.url)))
    await page.goto(site.url + path)
    yield page
    assert complaints == []
    assert hosts == {site.url}
    await context.close()


async def sign_in(page: Page, site: Site, path: str = "deliveries") -> None:
    await page.goto(f"{site.url}login?next=%2F{path}")
    await page.get_by_label("Name").fill("anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/{path}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
async def test_a_page_fits_a_phone_in_light_and_dark(
    browser: Browser, window: Window, path: str, scheme: str
) -> None:
    async with visit(browser, window.site, path, viewport=PHONE, color_scheme=scheme) as page:
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        widths = "[document.documentElement.scrollWidth, document.getElementById('scroll').scrollWidth]"
        assert await page.evaluate(widths) == [PHONE["width"]] * 2
        back = await page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", back)[:3])) > 3 * 127) == (scheme == "light")


async def test_the_menu_leads_from_the_chat_to_the_pages_and_back(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "", viewport=PHONE) as page:
        for name, path in (("Stories", "stories"), ("Feeds", "feeds"), ("Heraut", "c/heraut")):
            await page.get_by_role("button", name="Open menu").click()
            await page.get_by_role("navigation").get_by_role("link", name=name).click()
            await page.wait_for_url(site.url + path)


async def test_a_new_story_appears_by_itself_and_the_focus_stays(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    newsroom = await Newsroom(tmp_path, StoppedClock(datetime.now(UTC))).open()
    async with visit(browser, site, "stories") as page:
        await expect(page.locator(".state")).to_have_attribute("data-state", "live")
        cards = page.locator(".story")
        await expect(cards).to_have_count(3)
        oldest = page.get_by_role("link", name=re.compile("Rutte belooft"))
        await oldest.focus()
        seal = report("Haven van Delfzijl vangt zeehond", 77, newsroom.clock.now(), "", "kust")
        await newsroom.take(await newsroom.due_at("https://kust.example/Kustbode/rss"), [seal])
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(cards).to_have_count(4)
        await expect(cards.first).to_contain_text("zeehond")
        await expect(oldest).to_be_focused()
    await newsroom.close()


async def test_choosing_a_topic_needs_no_button(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "stories") as page:
        await page.get_by_label("Topic").select_option("harbour")
        await page.wait_for_url("**/stories?topic=harbour")
        await expect(page.locator(".story")).to_have_count(1)


async def test_a_story_is_read_and_its_matches_unfolded_by_keyboard(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "stories") as page:
        await page.get_by_role("link", name=re.compile("Rutte belooft")).focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/stories/1")
        await expect(page.locator(".timeline > li")).to_have_count(3)
        await page.locator("summary").first.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("in the title, 0–5").first).to_be_visible()


async def test_a_rule_is_tried_with_enter(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "rules") as page:
        await page.get_by_label("A rule").fill("@rutte AND luchtafweer")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("list", name="Hits")).to_contain_text("Rutte belooft Oekraïne")
        await expect(page.get_by_role("list", name="Near misses")).to_contain_text("Rutte promises")
        await expect(page.get_by_role("list", name="Outcome")).to_contain_text("alerts a day")


async def test_a_mistake_in_a_rule_is_announced_at_its_place(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "rules") as page:
        await page.get_by_label("A rule").fill("@rutte AND )")
        await page.get_by_role("button", name="Try it").click()
        await expect(page.get_by_role("alert").locator("mark")).to_have_text(")")
        await expect(page.get_by_label("A rule")).to_have_attribute("aria-invalid", "true")


async def test_a_rule_that_was_tried_can_be_followed_in_the_chat(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "rules?rule=%40rutte") as page:
        await page.get_by_role("button", name="Follow this").click()
        await page.wait_for_url("**/c/heraut")
        await expect(page.locator(".post").last).to_contain_text("/subscribe @rutte")


async def test_who_signs_in_sends_a_failed_message_again(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "deliveries") as page:
        await expect(page.get_by_role("button", name="Send again")).to_have_count(0)
        await sign_in(page, site)
        await page.get_by_role("button", name="Send again").click()
        await expect(page.locator("#d5 .pill")).to_have_text("pending")
        async with site.database.read() as tx:
            line = await books.line(tx, 5)
        assert line
        assert line.state is DeliveryState.PENDING
        await page.get_by_role("button", name="Sign out").click()
        await page.wait_for_url("**/login")


async def test_a_wrong_password_is_said_where_it_was_typed_and_the_name_stays(
    browser: Browser, site: Site
) -> None:
    context = await browser.new_context(locale="nl-NL", viewport=PHONE)
    page = await context.new_page()
    await page.goto(site.url + "login")
    await page.get_by_label("Naam").fill("anna")
    await page.get_by_label("Wachtwoord").fill("wrong")
    await page.get_by_role("button", name="Inloggen").first.click()
    await expect(page.get_by_role("alert")).to_have_text("Dat klopt niet.")
    await expect(page.get_by_label("Wachtwoord")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Naam")).to_have_value("anna")
    await context.close()


async def test_the_token_opens_the_pages_too(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "login?next=%2Fsettings") as page:
        await page.get_by_text("With the token instead").click()
        await page.get_by_label("The token").fill(TOKEN)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/settings")
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def test_who_signed_in_talks_in_the_chat_as_the_owner(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "login", viewport=PHONE, color_scheme="dark") as page:
        await sign_in(page, site, "c/heraut")
        await page.get_by_role("combobox").fill("/status")
        await page.keyboard.press("Enter")
        await expect(page.locator(".post.bot").last).to_contain_text("Gehoord: /status")
    assert [(said.user, said.is_admin) for said in site.bot.heard] == [("owner", True)]


async def chat_of(site: Site, chat: int) -> Entry:
    async with site.database.read() as tx:
        found = await roster.one(tx, chat)
    assert found
    return found


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
async def test_what_a_chat_follows_is_changed_on_its_page(
    browser: Browser, site: Site, options: dict[str, Any]
) -> None:
    async with visit(browser, site, "subscriptions", **options) as page:
        await expect(page.get_by_role("button", name="Follow")).to_have_count(0)
        await sign_in(page, site, "subscriptions")
        bert = page.locator("#c2")
        await bert.get_by_label("Follow in Bert").fill("nato")
        await page.keyboard.press("Enter")
        await expect(bert.locator(".wish")).to_have_count(2)
        await bert.get_by_label("Change NATO").click()
        await bert.get_by_label("At least so much").last.fill("60")
        await page.keyboard.press("Enter")
        await expect(bert.locator(".wish").last).to_contain_text("60%")
        await bert.get_by_label("Change NATO").click()
        await bert.get_by_role("button", name="Mute").last.click()
        await expect(bert.locator(".wish").last).to_contain_text("rests until")
        await bert.get_by_role("button", name="Pause").click()
        await expect(bert.locator(".entry-head .pill")).to_have_text("paused")
        await bert.get_by_role("button", name="Resume").click()
        await expect(bert.locator(".entry-head .pill")).to_have_text("active")
        await bert.get_by_label("Change Mark Rutte").click()
        await bert.get_by_role("button", name="Stop following").first.click()
        await expect(bert.locator(".wish")).to_have_count(1)
    wishes = (await chat_of(site, 2)).wishes
    assert [(wish.value, wish.threshold) for wish in wishes] == [("nato", 0.6)]
    assert wishes[0].muted_until


async def test_what_cannot_be_followed_is_said_beside_the_chat(browser: Browser, site: Site) -> None:
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    await sign_in(page, site, "subscriptions")
    await page.locator("#c2").get_by_label("Follow in Bert").fill("@nobody-known")
    await page.keyboard.press("Enter")
    await expect(page.locator("#c2").get_by_role("alert")).to_be_visible()
    await expect(page.locator("#c2").get_by_label("Follow in Bert")).to_have_value("@nobody-known")
    await context.close()


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
async def test_how_a_chat_is_told_is_changed_in_its_form(
    browser: Browser, site: Site, options: dict[str, Any]
) -> None:
    async with visit(browser, site, "settings/2", **options) as page:
        await expect(page.get_by_label("Timezone")).to_be_disabled()
        await sign_in(page, site, "settings")
        await page.get_by_role("link", name="Change Bert").click()
        await page.get_by_label("Language").select_option("nl")
        await page.get_by_label("From").fill("23:00")
        await page.get_by_label("Until").fill("07:00")
        await page.get_by_label("At these times").fill("08:00 18:00")
        await page.get_by_label("digest only").check()
        await page.get_by_label("Alerts an hour").fill("4")
        await page.get_by_role("button", name="Save").click()
        await page.wait_for_url("**/settings#c2")
        await expect(page.locator("#c2")).to_contain_text("23:00–07:00")
        await expect(page.locator("#c2")).to_contain_text("08:00 18:00 · nothing else")
    chat = (await chat_of(site, 2)).chat
    assert (chat.language, chat.manner.hourly_cap, chat.manner.digest_only) == ("nl", 4, True)


async def test_a_rule_of_the_lab_is_saved_for_a_chosen_chat(browser: Browser, site: Site) -> None:
    async with visit(browser, site, "login", viewport=PHONE) as page:
        await sign_in(page, site, "rules")
        await page.get_by_label("A rule").fill("@rutte AND luchtafweer")
        await page.keyboard.press("Enter")
        await page.get_by_label("Follow this in").select_option("room:heraut")
        await page.get_by_role("button", name="Follow", exact=True).click()
        await page.wait_for_url("**/subscriptions?*")
        await expect(page.locator(".wish").last).to_contain_text("@rutte AND luchtafweer")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "login", "nowhere", "rules?rule=%40rutte+AND+(", *PATHS])
async def test_axe_finds_nothing_to_complain_about(
    browser: Browser, window: Window, path: str, scheme: Literal["light", "dark"]
) -> None:
    who = None if path in ("", "login") else window.signed_in
    context = await browser.new_context(color_scheme=scheme, storage_state=who)
    page = await context.new_page()
    await page.goto(window.site.url + path)
    found = await Axe().run(page)
    assert found.response["passes"], "axe looked at nothing"
    assert found.response["violations"] == [], found.generate_report()
    await context.close()
