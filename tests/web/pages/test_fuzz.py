"""Whatever is sent to a page or form, the answer is no failure inside: fuzzed, the same way in every run."""

import asyncio
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from bot.store import roster
from bot.web.forms import form_fields
from tests.support.site import Site

pytestmark = pytest.mark.slow

ODD = (
    *(
        "",
        "0",
        "1",
        "2",
        "-1",
        "99",
        "9" * 40,
        "1e3",
        "٣",
        "x",
        "\0",
        "a\0b",
        "é",
        "🙂",
        "\u202e",
        "%00",
        "'; --",
    ),
    *(
        "on",
        "23:00",
        "24:00",
        "99:99",
        "08:00 18:00",
        "nl",
        "en",
        "Europe/Amsterdam",
        "../etc",
        "skip",
        "day",
    ),
    *(
        "follow",
        "drop",
        "pause",
        "resume",
        "mute",
        "wake",
        "threshold",
        "retry",
        "@nato",
        "nato",
        "AND (",
        "all",
    ),
    *("chat:1", "chat:99", "room:heraut", "room:", "//evil.example", "/\\evil", "<script>", "x" * 1001),
)
FORMS = {
    "/subscriptions/1": ("do", "wish", "text", "span", "threshold", "back"),
    "/subscriptions/2": ("do", "wish", "text", "span", "threshold", "back"),
    "/settings/1": (
        *("language", "timezone", "quiet_from", "quiet_until", "breaking", "digest_times", "digest_day"),
        *("digest_only", "hourly_cap", "lost_answer", "silent", "preview"),
    ),
    "/deliveries/5": ("do", "back"),
    "/rules": ("rule", "place"),
    "/login": ("name", "password", "token", "next"),
    "/c/heraut/messages": ("text", "key"),
}
PAGES = {
    "/stories": ("topic", "before"),
    "/topics/nato": ("days",),
    "/rules": ("rule",),
    "/feeds/rule.atom": ("rule",),
    "/feeds/rule.json": ("rule",),
    "/deliveries": ("state", "lane", "chat", "before"),
    "/subscriptions": ("platform", "after"),
    "/settings": ("after",),
    "/c/heraut/messages": ("before",),
    "/suggest": ("room", "command", "typed"),
    "/login": ("next",),
}
BOUNDED = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=60))


def asked(url: str, cookie: str, data: bytes | None = None) -> int:
    """The status of an answer; redirects are followed."""
    headers = {"cookie": cookie, "accept": "text/html"}
    request = urllib.request.Request(url, data, headers)  # noqa: S310  an address of this test's own server
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  as above
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.read()
        return error.code


def encoded(fields: dict[str, str]) -> str:
    return urllib.parse.urlencode(fields, errors="surrogatepass")


async def cookie_of(owner: aiohttp.ClientSession) -> str:
    [cookie] = [f"{each.key}={each.value}" for each in owner.cookie_jar]
    return cookie


@pytest.mark.parametrize("path", FORMS)
async def test_no_form_breaks_anything_inside(
    owner: aiohttp.ClientSession, csrf: str, site: Site, path: str
) -> None:
    cookie, statuses = await cookie_of(owner), Counter[int]()

    @BOUNDED
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(FORMS[path], VALUES)))
    def fuzz(fields: dict[str, str]) -> None:
        status = asked(site.url.rstrip("/") + path, cookie, encoded({**fields, "csrf": csrf}).encode())
        statuses[status] += 1
        assert status < 500, fields

    await asyncio.to_thread(fuzz)
    assert sum(statuses.values()) >= 20
    async with site.database.read() as tx:
        assert len(await roster.page(tx)) >= 3


@pytest.mark.parametrize("path", PAGES)
async def test_no_query_breaks_a_page(owner: aiohttp.ClientSession, site: Site, path: str) -> None:
    cookie, statuses = await cookie_of(owner), Counter[int]()

    @BOUNDED
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(PAGES[path], VALUES)))
    def fuzz(query: dict[str, str]) -> None:
        status = asked(f"{site.url.rstrip('/')}{path}?{encoded(query)}", cookie)
        statuses[status] += 1
        assert status < 500, query

    await asyncio.to_thread(fuzz)
    assert statuses[200] + statuses[429] + statuses[400] > 0


@BOUNDED
@given(body=st.binary(max_size=300))
def test_no_body_is_taken_for_a_form_it_is_not(body: bytes) -> None:
    try:
        fields = form_fields(body)
    except HTTPException:
        return
    assert all(isinstance(value, str) for value in fields.values())
