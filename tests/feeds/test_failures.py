"""Every failure of the network has a name, in words for people."""

import pytest

from bot.domain.models import FeedSpec, Outlet, PollState
from bot.errors import FeedError, FeedRefused, FeedUnreachable
from bot.feeds.http import Fetcher
from tests.emulators.feeds import FeedServer, garbage_server
from tests.support.fetching import PATIENT
from tests.support.names import Names


async def failure(url: str, *, proxy: str | None = None, **headers: str) -> FeedError:
    spec = FeedSpec(url, Outlet("Proefkrant", "proef"), headers=headers)
    names = Names(krant_example=["127.0.0.1"])
    allowed = ["127.0.0.1", "krant.example"]
    async with Fetcher(
        "Heraut/1", allow_hosts=allowed, limits=PATIENT, look_up=names, proxy=proxy
    ) as fetcher:
        with pytest.raises(FeedError) as caught:
            await fetcher.fetch(spec, PollState())
    return caught.value


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00" * 200_000,
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>",
        b"",
    ],
)
async def test_what_is_not_http_is_unreachable(answer: bytes) -> None:
    async with garbage_server(answer) as host:
        error = await failure(f"http://{host}/feed")
    assert type(error) is FeedUnreachable
    assert "127.0.0.1" in error.reason


async def test_a_server_without_tls_gives_no_secure_connection(server: FeedServer) -> None:
    error = await failure(f"https://{server.host}/feed")
    assert type(error) is FeedUnreachable
    assert error.reason.startswith("no secure connection with 127.0.0.1")
    assert error.status is None


async def test_a_name_without_address_does_not_resolve() -> None:
    assert (await failure("http://weg.example/")).reason == "weg.example does not resolve"


async def test_a_proxy_that_is_away_is_named_without_its_login() -> None:
    error = await failure("http://nieuws.example/", proxy="http://editor:geheim@127.0.0.1:1")
    assert error.reason == "the proxy does not let us through"


async def test_a_proxy_that_refuses_is_named(server: FeedServer) -> None:
    error = await failure("https://nieuws.example/", proxy=f"http://{server.host}")
    assert error.reason == "the proxy does not let us through"


async def test_a_header_that_cannot_be_sent_is_refused(server: FeedServer) -> None:
    error = await failure(server.url("/feed"), Cookie="a=1\r\nX-Evil: 1")
    assert type(error) is FeedRefused
    assert server.requests == []
