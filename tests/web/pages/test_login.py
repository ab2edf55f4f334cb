"""The door and signing in, seen from this machine and from elsewhere."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.access import LASTS, Login
from bot.web.desk import CHANGES
from bot.web.guard import GUESSES
from bot.web.pages.login import inside
from tests.support.clock import StoppedClock
from tests.support.site import Site, running_site

pytestmark = pytest.mark.slow

TOKEN = "a-token-that-is-long-enough"
PAGES = (
    "/",
    "/c/heraut",
    "/stories",
    "/stories/1",
    "/feeds",
    "/deliveries",
    "/topics",
    "/rules",
    "/subscriptions",
    "/settings",
    "/nowhere",
)


def from_elsewhere(number: int = 9) -> dict[str, str]:
    """Headers of a request that a proxy passes on."""
    return {"x-forwarded-for": f"203.0.113.{number}"}


async def sign_in(client: aiohttp.ClientSession, token: str = TOKEN, **fields: str) -> int:
    async with client.post(
        "/login", data={"token": token, **fields}, headers=from_elsewhere(), allow_redirects=False
    ) as answer:
        return answer.status


async def csrf_of(client: aiohttp.ClientSession) -> str:
    async with client.get("/deliveries", headers=from_elsewhere()) as answer:
        found = re.search(r'name="csrf" value="([^"]+)"', await answer.text())
    assert found
    return found[1]


@pytest.fixture
async def client(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(site.url, headers={"accept": "text/html"}, cookie_jar=jar) as session:
        yield session


@pytest.mark.parametrize("path", PAGES)
async def test_a_stranger_is_led_to_the_form(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path, headers=from_elsewhere(), allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["location"].startswith("/login?next=%2F")


@pytest.mark.parametrize("path", ["/stories", "/c/heraut/events", "/suggest", "/stories/fresh"])
async def test_a_program_without_the_token_is_told_so(client: aiohttp.ClientSession, path: str) -> None:
    headers = {**from_elsewhere(), "accept": "application/json"}
    async with client.get(path, headers=headers) as answer:
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_a_stranger_can_post_nothing(client: aiohttp.ClientSession, site: Site) -> None:
    async with client.post(
        "/c/heraut/messages", data={"text": "/status"}, headers=from_elsewhere()
    ) as answer:
        assert answer.status == 401
    assert site.bot.heard == []


@pytest.mark.parametrize("path", ["/health", "/static/base.css", "/login"])
async def test_health_and_the_form_are_open(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path, headers=from_elsewhere()) as answer:
        assert answer.status == 200


async def test_the_token_opens_the_pages_to_programs(client: aiohttp.ClientSession) -> None:
    headers = {**from_elsewhere(), "authorization": f"Bearer {TOKEN}"}
    async with client.get("/stories", headers=headers) as answer:
        assert answer.status == 200
    async with client.get("/stories", headers={**headers, "authorization": "Bearer no"}) as answer:
        assert answer.status == 401


async def test_signing_in_leads_back_and_stays(client: aiohttp.ClientSession) -> None:
    async with client.post(
        "/login", data={"token": TOKEN, "next": "/feeds"}, headers=from_elsewhere()
    ) as answer:
        assert answer.status == 200
        assert answer.url.path == "/feeds"
    for path in ("/", "/stories", "/deliveries"):
        async with client.get(path, headers=from_elsewhere()) as answer:
            assert (answer.status, answer.url.path) == (200, path)


async def test_a_wrong_token_opens_nothing(client: aiohttp.ClientSession) -> None:
    assert await sign_in(client, "wrong") == 403
    async with client.get("/stories", headers=from_elsewhere()) as answer:
        assert answer.url.path == "/login"


async def test_tokens_cannot_be_tried_for_long(client: aiohttp.ClientSession) -> None:
    statuses = [await sign_in(client, f"guess {number}") for number in range(GUESSES + 2)]
    assert statuses == [403] * GUESSES + [429] * 2
    assert await sign_in(client) == 429
    async with client.get(
        "/stories", headers={**from_elsewhere(), "authorization": "Bearer guess"}
    ) as answer:
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1


async def test_another_site_cannot_sign_somebody_in(client: aiohttp.ClientSession) -> None:
    headers = {**from_elsewhere(), "origin": "https://evil.example"}
    async with client.post("/login", data={"token": TOKEN}, headers=headers) as answer:
        assert answer.status == 403
    assert len(client.cookie_jar) == 0


async def test_signing_out_ends_it(client: aiohttp.ClientSession) -> None:
    await sign_in(client)
    csrf = await csrf_of(client)
    async with client.post("/logout", data={"csrf": "other"}, headers=from_elsewhere()) as answer:
        assert answer.status == 403
    async with client.post("/logout", data={"csrf": csrf}, headers=from_elsewhere()) as answer:
        assert answer.url.path == "/login"
    async with client.get("/stories", headers=from_elsewhere()) as answer:
        assert answer.url.path == "/login"


async def test_without_a_token_in_the_settings_nobody_signs_in(tmp_path: Path) -> None:
    async with running_site(tmp_path) as site, aiohttp.ClientSession(site.url) as client:
        assert await sign_in(client, "") == 403
        async with client.get("/login", headers={"accept-language": "nl"}) as answer:
            assert "web.token in de instellingen" in await answer.text()
        async with client.get("/stories", headers=from_elsewhere()) as answer:
            assert answer.status == 401
        async with client.get("/stories") as answer:
            assert answer.status == 200


async def test_an_endpoint_that_checks_for_itself_opens_no_page_at_its_path(tmp_path: Path) -> None:
    async def hook(_request: Request) -> Response:
        return Response("taken")

    routes = [Route("/", hook, methods=["POST"])]
    async with (
        running_site(tmp_path, token=TOKEN, routes=routes) as site,
        aiohttp.ClientSession(site.url, headers=from_elsewhere()) as client,
    ):
        async with client.post("/") as answer:
            assert (answer.status, await answer.text()) == (200, "taken")
        async with client.get("/") as answer:
            assert answer.status == 401


@pytest.mark.parametrize(
    ("there", "to"),
    [
        ("/feeds?x=1", "/feeds?x=1"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("/" + "x" * 500, "/"),
    ],
)
def test_one_is_led_on_inside_this_site_only(there: str, to: str) -> None:
    assert inside(there) == to


@given(st.text())
def test_no_text_leads_outside(there: str) -> None:
    assert re.fullmatch(r"/(?![/\\])[\x20-\x7e]*", inside(there))


PASSWORD = "vier woorden op een rij"
LOGIN = Login("anna", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))


@pytest.fixture
async def with_login(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        running_site(tmp_path, login=LOGIN) as site,
        aiohttp.ClientSession(site.url, headers={"accept": "text/html"}, cookie_jar=jar) as client,
    ):
        yield client


async def enter(client: aiohttp.ClientSession, name: str, password: str, **headers: str) -> int:
    async with client.post(
        "/login",
        data={"name": name, "password": password},
        headers={**from_elsewhere(), **headers},
        allow_redirects=False,
    ) as answer:
        return answer.status


async def test_name_and_password_open_the_pages(with_login: aiohttp.ClientSession) -> None:
    assert await enter(with_login, "anna", "wrong wrong wrong") == 403
    assert await enter(with_login, "bert", PASSWORD) == 403
    assert await enter(with_login, "anna", PASSWORD) == 303
    async with with_login.get("/stories", headers=from_elsewhere()) as answer:
        assert (answer.status, answer.url.path) == (200, "/stories")


async def test_where_only_a_login_is_set_no_token_opens(with_login: aiohttp.ClientSession) -> None:
    assert await sign_in(with_login, "") == 403
    headers = {**from_elsewhere(), "authorization": "Bearer ", "accept": "application/json"}
    async with with_login.get("/stories", headers=headers) as answer:
        assert answer.status == 401


async def test_passwords_cannot_be_tried_for_long(with_login: aiohttp.ClientSession) -> None:
    statuses = [await enter(with_login, "anna", f"guess number {number}") for number in range(GUESSES + 1)]
    assert statuses == [403] * GUESSES + [429]
    assert await enter(with_login, "anna", PASSWORD) == 429


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_a_login_of_another_site_is_none(
    with_login: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    assert await enter(with_login, "anna", PASSWORD, **headers) == 403


async def test_a_cookie_that_was_copied_before_signing_out_is_worth_nothing(
    client: aiohttp.ClientSession,
) -> None:
    await sign_in(client)
    [copied] = [f"{cookie.key}={cookie.value}" for cookie in client.cookie_jar]
    csrf = await csrf_of(client)
    async with client.post("/logout", data={"csrf": csrf}, headers=from_elsewhere()) as answer:
        assert answer.url.path == "/login"
    headers = {**from_elsewhere(), "cookie": copied}
    async with client.get("/stories", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303
    form = {"csrf": csrf, "do": "retry"}
    async with client.post("/deliveries/5", data=form, headers=headers) as answer:
        assert answer.status == 401


async def test_signing_in_gives_another_session_than_the_one_before(client: aiohttp.ClientSession) -> None:
    await sign_in(client)
    [first] = [cookie.value for cookie in client.cookie_jar]
    await sign_in(client)
    [second] = [cookie.value for cookie in client.cookie_jar]
    assert first != second


async def test_who_knows_the_secret_may_sign_in_as_often_as_they_like(
    client: aiohttp.ClientSession,
) -> None:
    assert {await sign_in(client) for _ in range(GUESSES + 3)} == {303}


async def test_a_session_ends_by_itself(client: aiohttp.ClientSession, clock: StoppedClock) -> None:
    await sign_in(client)
    [cookie] = [f"{each.key}={each.value}" for each in client.cookie_jar]
    clock.advance(LASTS)
    headers = {**from_elsewhere(), "cookie": cookie}
    async with client.get("/stories", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303


@pytest.mark.parametrize("cookie", ["x", "a.b.c", "%00", "é" * 50, "1." + "x" * 3000])
async def test_a_garbage_cookie_is_a_stranger(client: aiohttp.ClientSession, cookie: str) -> None:
    headers = {**from_elsewhere(), "cookie": f"heraut_session={cookie}"}
    async with client.get("/stories", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303


async def test_who_changes_too_much_too_fast_must_wait(client: aiohttp.ClientSession) -> None:
    statuses = []
    for _ in range(CHANGES + 5):
        async with client.post("/deliveries/5", data={"do": "retry", "csrf": "x"}) as answer:
            statuses.append(answer.status)
    assert statuses[0] == 403
    assert 429 in statuses
