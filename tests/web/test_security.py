"""What keeps strangers and other sites out."""

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from bot.web.security import HostGuard, content_security_policy, same_origin
from tests.support.site import Site

pytestmark = pytest.mark.slow


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw})


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8017"},
        {"host": "localhost:8017", "origin": "http://localhost:8017"},
        {"host": "news.example", "origin": "https://news.example", "sec_fetch_site": "same-origin"},
        {"host": "[::1]:8017", "origin": "http://[::1]:8017"},
    ],
)
def test_our_own_page_and_plain_clients_may_post(headers: dict[str, str]) -> None:
    assert same_origin(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8017", "origin": "http://localhost:9999"},
        {"host": "localhost:8017", "origin": "https://evil.example"},
        {"host": "localhost:8017", "origin": "null"},
        {"host": "localhost:8017", "origin": ""},
        {"host": "localhost:8017", "sec_fetch_site": "cross-site"},
        {"host": "localhost:8017", "sec_fetch_site": "same-site"},
        {"host": "localhost:8017", "sec_fetch_site": "none"},
        {"host": "localhost:8017", "origin": "http://localhost:8017", "sec_fetch_site": "cross-site"},
        {"host": "localhost:8017", "origin": "http://["},
    ],
)
def test_other_sites_may_not_post(headers: dict[str, str]) -> None:
    assert not same_origin(request(**headers))


async def test_a_post_from_another_site_changes_nothing(client: aiohttp.ClientSession, site: Site) -> None:
    forged = {"origin": "https://evil.example"}
    async with client.post("/c/atlantic/messages", data={"text": "/status"}, headers=forged) as answer:
        assert answer.status == 403
    assert site.bot.heard == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8017", "127.0.0.1:8017", "[::1]:8017", "10.1.2.3"])
async def test_known_names_and_numeric_addresses_are_answered(
    client: aiohttp.ClientSession, host: str
) -> None:
    async with client.get("/health", headers={"host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[", "[::1", "a@localhost.x"],
)
async def test_a_strange_name_is_refused(client: aiohttp.ClientSession, host: str) -> None:
    async with client.get("/health", headers={"host": host}) as answer:
        assert answer.status in (400, 421)
        assert "1.2.3" not in await answer.text()


def test_the_host_guard_knows_configured_names() -> None:
    guard = HostGuard(lambda *_: None, ["News.Example"])  # type: ignore[arg-type]  # never called
    assert guard._known("news.example:443")
    assert not guard._known("other.example")


@given(st.text())
def test_no_host_header_breaks_the_guard(host: str) -> None:
    guard = HostGuard(lambda *_: None, [])  # type: ignore[arg-type]  # never called
    assert guard._known(host) in (True, False)


@pytest.mark.parametrize(
    "path", ["/", "/health", "/static/chat.js", "/nowhere", "/c/atlantic/events?after=x"]
)
async def test_every_answer_has_the_security_headers(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        policy = answer.headers["content-security-policy"]
        assert policy == content_security_policy(remote_images=False)
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "server" not in answer.headers


def test_pictures_of_publishers_are_allowed_only_when_asked_for() -> None:
    assert "img-src 'self';" in content_security_policy(remote_images=False)
    assert "img-src 'self' https:;" in content_security_policy(remote_images=True)


async def test_who_talks_too_fast_is_told_when_to_come_back(
    client: aiohttp.ClientSession, site: Site
) -> None:
    statuses = []
    for _ in range(30):
        async with client.post("/c/atlantic/messages", json={"text": "/status"}) as answer:
            statuses.append(answer.status)
            if answer.status == 429:
                assert int(answer.headers["retry-after"]) >= 1
    assert statuses[0] == 204
    assert statuses[-1] == 429
    assert len(site.bot.heard) == statuses.count(204)
