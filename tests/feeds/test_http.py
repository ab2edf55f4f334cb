"""Fetching, against a real server on loopback."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import uvloop
from aiohttp import web

from bot.domain.models import FeedSpec, Fetched, Outlet, PollState
from bot.errors import (
    FeedError,
    FeedGone,
    FeedHeld,
    FeedRefused,
    FeedTooLarge,
    FeedUnreachable,
    FeedUnreadable,
)
from bot.feeds.http import Fetcher
from tests.emulators.feeds import Encoding, FeedServer, Responder
from tests.support.fetching import BRISK, PATIENT
from tests.support.names import Names

pytestmark = pytest.mark.slow

BODY = b"<rss version='2.0'><channel><title>Nieuws</title></channel></rss>"
OUTLET = Outlet("Proefkrant", "proef")
NEVER = PollState()


def spec(url: str, **headers: str) -> FeedSpec:
    return FeedSpec(url, OUTLET, headers=headers)


def after(fetched: Fetched) -> PollState:
    return PollState(fetched.etag, fetched.last_modified, fetched.body_hash)


async def test_a_first_poll_brings_the_body_and_its_validators(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/feed", BODY, etag='"v1"', headers={"Cache-Control": "max-age=300"})
    fetched = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    assert fetched.body == BODY
    assert fetched.etag == '"v1"'
    assert fetched.last_modified == "Thu, 01 Jan 2026 00:01:00 GMT"
    assert fetched.content_type == "application/rss+xml; charset=utf-8"
    assert fetched.max_age == timedelta(minutes=5)
    assert fetched.moved_to is None


async def test_a_second_poll_asks_with_both_validators_and_learns_that_nothing_changed(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.put("/feed", BODY, etag='"v1"')
    first = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    second = await fetcher.fetch(spec(server.url("/feed")), after(first))
    assert second.body is None
    assert after(second) == after(first)
    sent = server.seen("/feed")[1].headers
    assert sent["If-None-Match"] == '"v1"'
    assert sent["If-Modified-Since"] == "Thu, 01 Jan 2026 00:01:00 GMT"


@pytest.mark.parametrize(("etag", "dated"), [(True, False), (False, True)])
async def test_one_validator_is_enough(server: FeedServer, fetcher: Fetcher, etag: bool, dated: bool) -> None:
    server.put("/feed", BODY, etag=etag, last_modified=dated)
    first = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    assert (await fetcher.fetch(spec(server.url("/feed")), after(first))).body is None
    server.put("/feed", BODY + b" ", etag=etag, last_modified=dated)
    assert (await fetcher.fetch(spec(server.url("/feed")), after(first))).body == BODY + b" "


@pytest.mark.parametrize("etag", [True, False])
async def test_an_equal_body_is_unchanged_even_without_validators(
    server: FeedServer, fetcher: Fetcher, etag: bool
) -> None:
    server.put("/feed", BODY, etag='"v1"' if etag else False, last_modified=False)
    first = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    server.put("/feed", BODY, etag='"v2"' if etag else False, last_modified=False)
    second = await fetcher.fetch(spec(server.url("/feed")), after(first))
    assert second.body is None
    assert second.etag == ('"v2"' if etag else None)


async def test_a_304_may_change_only_one_validator(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/feed", BODY, etag='"v1"')
    first = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    later = datetime(2026, 2, 2, tzinfo=UTC)
    server.put("/feed", BODY, etag='"v1"', last_modified=later)
    second = await fetcher.fetch(spec(server.url("/feed")), after(first))
    assert second.body is None
    assert (second.etag, second.last_modified) == ('"v1"', "Mon, 02 Feb 2026 00:00:00 GMT")


async def test_a_304_without_validators_leaves_them_as_they_are(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/feed", BODY, etag='"v1"')
    first = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    server.status("/feed", 304)
    assert after(await fetcher.fetch(spec(server.url("/feed")), after(first))) == after(first)


async def test_validators_that_disappear_are_forgotten(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/feed", BODY)
    first = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    server.put("/feed", BODY + b" ", etag=False, last_modified=False)
    second = await fetcher.fetch(spec(server.url("/feed")), after(first))
    assert (second.etag, second.last_modified) == (None, None)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_every_encoding_we_ask_for_is_understood(
    server: FeedServer, fetcher: Fetcher, encoding: Encoding
) -> None:
    server.put("/feed", BODY, encoding=encoding)
    assert (await fetcher.fetch(spec(server.url("/feed")), NEVER)).body == BODY
    assert encoding in server.seen("/feed")[0].headers["Accept-Encoding"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", None])
async def test_a_zip_bomb_is_an_error(
    server: FeedServer, fetcher: Fetcher, encoding: Encoding | None
) -> None:
    server.bomb("/bomb", 20_000_000, encoding=encoding)
    with pytest.raises(FeedTooLarge, match="more than 200000 bytes"):
        await fetcher.fetch(spec(server.url("/bomb")), NEVER)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_feed_of_50_mb_is_an_error(server: FeedServer, fetcher: Fetcher, announced: bool) -> None:
    server.large("/large", 50_000_000, announced=announced)
    with pytest.raises(FeedTooLarge):
        await fetcher.fetch(spec(server.url("/large")), NEVER)


async def test_an_announced_size_is_refused_before_the_body_comes(
    server: FeedServer, fetcher: Fetcher
) -> None:
    async def announce(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "50000000"})
        await response.prepare(request)
        await asyncio.sleep(2)
        return response

    server.answer("/feed", announce)
    with pytest.raises(FeedTooLarge, match="more than 200000 bytes"):
        await fetcher.fetch(spec(server.url("/feed")), NEVER)


async def test_a_feed_that_never_ends_is_an_error(server: FeedServer, fetcher: Fetcher) -> None:
    server.endless("/endless")
    with pytest.raises(FeedTooLarge):
        await fetcher.fetch(spec(server.url("/endless")), NEVER)


async def test_the_deadline_holds_against_a_drip(server: FeedServer, hasty: Fetcher) -> None:
    server.drip("/drip")
    with pytest.raises(FeedTooLarge, match=r"took longer than 0\.6 s"):
        await hasty.fetch(spec(server.url("/drip")), NEVER)


async def test_the_deadline_is_one_for_all_redirects(server: FeedServer, hasty: Fetcher) -> None:
    def slowly(location: str) -> Responder:
        async def respond(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(0.4)
            return web.Response(status=302, headers={"Location": location})

        return respond

    for step in range(4):
        server.answer(f"/{step}", slowly(f"/{step + 1}"))
    with pytest.raises(FeedUnreachable, match=r"no answer within 0\.6 s"):
        await hasty.fetch(spec(server.url("/0")), NEVER)
    assert server.count("/2") == 0


async def test_a_server_that_never_answers_is_unreachable(server: FeedServer, hasty: Fetcher) -> None:
    server.hang("/hang")
    with pytest.raises(FeedUnreachable, match=r"no answer within 0\.6 s") as caught:
        await hasty.fetch(spec(server.url("/hang")), NEVER)
    assert caught.value.status is None


@pytest.mark.parametrize("sent", [b"", b"<rss><channel>"])
async def test_a_broken_connection_is_unreachable(server: FeedServer, fetcher: Fetcher, sent: bytes) -> None:
    server.reset("/reset", after=sent)
    with pytest.raises(FeedUnreachable):
        await fetcher.fetch(spec(server.url("/reset")), NEVER)


async def test_a_damaged_encoding_is_an_error(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/feed", b"not gzip at all", headers={"Content-Encoding": "gzip"})
    with pytest.raises(FeedUnreachable, match="encoded wrongly"):
        await fetcher.fetch(spec(server.url("/feed")), NEVER)


@pytest.mark.parametrize("junk", [b"\x1f\x8b\x08 not really", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"])
async def test_a_damaged_gzip_file_is_unreadable(server: FeedServer, fetcher: Fetcher, junk: bytes) -> None:
    server.put("/feed", junk)
    with pytest.raises(FeedUnreadable):
        await fetcher.fetch(spec(server.url("/feed")), NEVER)


@pytest.mark.slow
async def test_other_feeds_go_on_while_bad_ones_fail(server: FeedServer) -> None:
    server.put("/good", BODY)
    server.drip("/drip")
    server.endless("/endless")
    server.bomb("/bomb", 5_000_000)
    start = server.redirect_for_ever("/away")
    paths = ["/drip", "/endless", "/bomb", start, "/good"]
    async with Fetcher("Heraut-test/1", allow_hosts=[server.host], limits=BRISK) as fetcher:
        results = await asyncio.gather(
            *(fetcher.fetch(spec(server.url(path)), NEVER) for path in paths), return_exceptions=True
        )
    assert [type(one) for one in results[:4]] == [FeedTooLarge, FeedTooLarge, FeedTooLarge, FeedUnreachable]
    assert isinstance(results[4], Fetched)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, FeedUnreachable), (500, FeedUnreachable), (410, FeedGone)]
)
async def test_an_error_status_is_named(
    server: FeedServer, fetcher: Fetcher, status: int, kind: type[FeedError]
) -> None:
    server.status("/feed", status)
    with pytest.raises(kind, match=str(status)) as caught:
        await fetcher.fetch(spec(server.url("/feed")), NEVER)
    assert caught.value.status == status


@pytest.mark.parametrize("status", [403, 429, 502, 503])
async def test_retry_after_holds_all_feeds_of_the_domain(
    server: FeedServer, fetcher: Fetcher, status: int
) -> None:
    server.status("/busy", status, headers={"Retry-After": "120"})
    server.put("/other", BODY)
    with pytest.raises(FeedUnreachable) as caught:
        await fetcher.fetch(spec(server.url("/busy")), NEVER)
    assert caught.value.retry_after == 120
    with pytest.raises(FeedHeld) as held:
        await fetcher.fetch(spec(server.url("/other")), NEVER)
    assert held.value.retry_after == pytest.approx(120, abs=5)
    assert server.count("/other") == 0


async def test_a_429_that_names_no_time_holds_its_domain_for_a_minute(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.status("/busy", 429)
    for kind in (FeedUnreachable, FeedHeld):
        with pytest.raises(kind) as caught:
            await fetcher.fetch(spec(server.url("/busy")), NEVER)
        assert caught.value.retry_after == pytest.approx(60, abs=5)
    assert server.count("/busy") == 1


async def test_retry_after_as_a_date_is_understood(server: FeedServer, fetcher: Fetcher) -> None:
    headers = {"Retry-After": "Thu, 01 Jan 2026 00:10:00 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    server.status("/busy", 503, headers=headers)
    with pytest.raises(FeedUnreachable) as caught:
        await fetcher.fetch(spec(server.url("/busy")), NEVER)
    assert caught.value.retry_after == 600


async def test_a_redirect_is_followed_and_only_a_permanent_one_is_remembered(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.put("/new", BODY)
    server.redirect("/moved", "/new", 301)
    server.redirect("/elsewhere", "/new", 302)
    server.redirect("/mixed", "/moved", 308)
    server.redirect("/first-elsewhere", "/moved", 307)
    moved = {
        path: (await fetcher.fetch(spec(server.url(path)), NEVER)).moved_to
        for path in ("/moved", "/elsewhere", "/mixed", "/first-elsewhere")
    }
    new = server.url("/new")
    assert moved == {"/moved": new, "/elsewhere": None, "/mixed": new, "/first-elsewhere": None}


async def test_the_answer_names_the_address_it_came_from(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/new/feed", BODY)
    server.redirect("/old", "/new/feed")
    assert (await fetcher.fetch(spec(server.url("/old")), NEVER)).url == server.url("/new/feed")


async def test_redirects_end(server: FeedServer, fetcher: Fetcher) -> None:
    start = server.redirect_for_ever("/away")
    with pytest.raises(FeedUnreachable, match="more than 5 redirects"):
        await fetcher.fetch(spec(server.url(start)), NEVER)
    assert len(server.requests) == 6


async def test_a_redirect_in_a_circle_is_an_error(server: FeedServer, fetcher: Fetcher) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    with pytest.raises(FeedUnreachable, match="circle"):
        await fetcher.fetch(spec(server.url("/a")), NEVER)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:1/",
        "http://[::1]/",
        "http://2130706433/",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_into_a_private_network_is_refused(
    server: FeedServer, fetcher: Fetcher, target: str
) -> None:
    server.redirect("/feed", target)
    with pytest.raises(FeedRefused):
        await fetcher.fetch(spec(server.url("/feed")), NEVER)


async def test_without_a_setting_loopback_is_refused(server: FeedServer) -> None:
    server.put("/feed", BODY)
    async with Fetcher("Heraut-test/1", limits=PATIENT) as strict:
        with pytest.raises(FeedRefused):
            await strict.fetch(spec(server.url("/feed")), NEVER)
    assert server.requests == []


async def test_a_redirect_without_an_address_is_an_error(server: FeedServer, fetcher: Fetcher) -> None:
    server.status("/feed", 302)
    with pytest.raises(FeedUnreachable, match="without an address"):
        await fetcher.fetch(spec(server.url("/feed")), NEVER)


async def test_login_from_the_url_is_sent_and_never_shown(server: FeedServer, fetcher: Fetcher) -> None:
    url = server.url("/feed").replace("http://", "http://editor:gehe%3Aim@")
    server.put("/feed", BODY)
    fetched = await fetcher.fetch(spec(url), NEVER)
    assert server.seen("/feed")[0].headers["Authorization"] == "Basic ZWRpdG9yOmdlaGU6aW0="
    assert fetched.url == server.url("/feed")
    for broken in (404, 410, 503):
        server.status("/feed", broken)
        with pytest.raises(FeedError) as caught:
            await fetcher.fetch(spec(url), NEVER)
        assert "gehe" not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_login_and_private_headers_stay_with_their_host(server: FeedServer, fetcher: Fetcher) -> None:
    async with FeedServer() as other:
        other.put("/feed", BODY)
        server.redirect("/feed", other.url("/feed"), 301)
        url = server.url("/feed").replace("http://", "http://editor:geheim@")
        async with Fetcher("Heraut-test/1", allow_hosts=["127.0.0.1"], limits=PATIENT) as free:
            fetched = await free.fetch(spec(url, Cookie="abo=1", **{"User-Agent": "Eigen/2"}), NEVER)
    assert server.seen("/feed")[0].headers["Cookie"] == "abo=1"
    received = other.seen("/feed")[0].headers
    assert "Authorization" not in received
    assert "Cookie" not in received
    assert received["User-Agent"] == "Eigen/2"
    assert fetched.moved_to == other.url("/feed")


async def test_login_stays_with_a_feed_that_moved_on_its_own_host(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.put("/new", BODY)
    server.redirect("/old", "/new", 301)
    url = server.url("/old").replace("http://", "http://editor:geheim@")
    fetched = await fetcher.fetch(spec(url), NEVER)
    assert fetched.moved_to == server.url("/new").replace("http://", "http://editor:geheim@")


async def test_the_bot_says_who_it_is(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/feed", BODY)
    await fetcher.fetch(spec(server.url("/feed"), **{"X-Sleutel": "s1"}), NEVER)
    headers = server.seen("/feed")[0].headers
    assert headers["User-Agent"] == "Heraut-test/1"
    assert headers["X-Sleutel"] == "s1"
    assert "application/atom+xml" in headers["Accept"]


async def test_cookies_of_one_answer_do_not_return_with_the_next_question(server: FeedServer) -> None:
    server.put("/feed", BODY, headers={"Set-Cookie": "volg=mij"})
    host, names = f"krant.example:{server.port}", Names(krant_example=["127.0.0.1"])
    async with Fetcher("Heraut-test/1", allow_hosts=[host], limits=PATIENT, look_up=names) as fetcher:
        for _ in range(2):
            await fetcher.fetch(spec(f"http://{host}/feed"), NEVER)
    assert "Cookie" not in server.seen("/feed")[1].headers


@pytest.mark.parametrize("address", ["", "feed", "http://", "http://[::1", "ftp://example.org/feed"])
async def test_an_address_that_is_none_is_refused(fetcher: Fetcher, address: str) -> None:
    with pytest.raises(FeedRefused):
        await fetcher.fetch(spec(address), NEVER)


async def test_a_closed_port_is_unreachable(fetcher: Fetcher) -> None:
    async with FeedServer() as gone:
        address = gone.url("/feed")
    async with Fetcher("Heraut-test/1", allow_hosts=["127.0.0.1"], limits=PATIENT) as free:
        with pytest.raises(FeedUnreachable, match=r"no connection to 127\.0\.0\.1"):
            await free.fetch(spec(address), NEVER)


async def test_a_page_is_fetched_under_the_same_guard(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/artikel", b"<html>", content_type="text/html; charset=latin-1")
    server.redirect("/kort", "/artikel")
    page = await fetcher.fetch_page(server.url("/kort"))
    assert (page.url, page.body) == (server.url("/artikel"), b"<html>")
    assert page.content_type == "text/html; charset=latin-1"
    with pytest.raises(FeedRefused):
        await fetcher.fetch_page("http://10.0.0.1/")


async def test_a_feed_may_have_a_proxy_of_its_own(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/feed", BODY)
    proxied = replace(spec("http://nieuws.example/feed"), proxy=f"http://{server.host}")
    assert (await fetcher.fetch(proxied, NEVER)).body == BODY
    assert server.seen("/feed")[0].headers["Host"] == "nieuws.example"


async def test_requests_go_through_the_proxy(server: FeedServer) -> None:
    async with Fetcher("Heraut-test/1", limits=PATIENT, proxy=f"http://{server.host}") as behind:
        server.put("/feed", BODY)
        fetched = await behind.fetch(spec("http://nieuws.example/feed"), NEVER)
        assert fetched.body == BODY
        assert server.seen("/feed")[0].headers["Host"] == "nieuws.example"
        with pytest.raises(FeedRefused):
            await behind.fetch(spec(server.url("/feed")), NEVER)


@pytest.mark.slow
async def test_it_works_on_uvloop_too(server: FeedServer) -> None:
    server.put("/feed", BODY, encoding="br")
    server.drip("/drip")
    server.bomb("/bomb", 20_000_000)

    async def ask() -> list[str]:
        hosts = [server.host]
        async with Fetcher("Heraut-test/1", allow_hosts=hosts, limits=BRISK, look_up=Names()) as fetcher:
            first = await fetcher.fetch(spec(server.url("/feed")), NEVER)
            second = await fetcher.fetch(spec(server.url("/feed")), after(first))
            urls = [server.url("/drip"), server.url("/bomb"), "http://localhost.:1/", "http://weg.example/"]
            failures = await asyncio.gather(
                *(fetcher.fetch(spec(url), NEVER) for url in urls), return_exceptions=True
            )
        return [str(first.body == BODY), str(second.body), *(type(one).__name__ for one in failures)]

    def run() -> list[str]:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(ask())

    assert await asyncio.to_thread(run) == [
        "True", "None", "FeedTooLarge", "FeedTooLarge", "FeedRefused", "FeedUnreachable"
    ]  # fmt: skip


async def test_a_validator_that_is_no_text_is_not_kept(server: FeedServer, fetcher: Fetcher) -> None:
    raw = b'HTTP/1.1 200 OK\r\nETag: "caf\xe9"\r\nLast-Modified: g\xe9st\r\nContent-Length: %d\r\n\r\n'
    server.raw("/feed", raw % len(BODY) + BODY)
    fetched = await fetcher.fetch(spec(server.url("/feed")), NEVER)
    assert fetched.body == BODY
    assert (fetched.etag, fetched.last_modified) == (None, None)


@pytest.mark.parametrize("rest", [b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"\r\n<rss/>"])
async def test_a_server_that_breaks_off_its_304_is_asked_without_conditions(
    server: FeedServer, fetcher: Fetcher, rest: bytes
) -> None:
    server.raw(
        "/feed",
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY,
        known=b"HTTP/1.1 304 Not Modified\r\n" + rest,
    )
    fetched = await fetcher.fetch(spec(server.url("/feed")), PollState(etag='"v1"'))
    assert fetched.body == BODY
    assert ["If-None-Match" in seen.headers for seen in server.seen("/feed")] == [True, False]


async def test_an_answer_may_have_a_head_as_large_sites_send_it(server: FeedServer, fetcher: Fetcher) -> None:
    policy = {"Content-Security-Policy": "default-src 'self' " + "https://cdn.example " * 600}
    server.put("/feed", BODY, headers=policy | {f"X-{number}": "y" for number in range(150)})
    assert (await fetcher.fetch(spec(server.url("/feed")), NEVER)).body == BODY


async def test_a_date_that_no_calendar_has_is_no_date(server: FeedServer, fetcher: Fetcher) -> None:
    never = {"Expires": "Fri, 31 Dec 9999 23:59:59 -2359"}
    server.put("/feed", BODY, headers=never)
    assert (await fetcher.fetch(spec(server.url("/feed")), NEVER)).max_age is None
