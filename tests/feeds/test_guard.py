"""No request into private networks, however the address is written or reached."""

import socket

import aiohttp
import pytest
from aiohttp.abc import ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.domain.models import FeedSpec, Outlet, PollState
from bot.errors import FeedRefused, FeedUnreachable
from bot.feeds.guard import AddressRefused, Guard, GuardedResolver, is_public, system_look_up
from bot.feeds.http import Fetcher
from tests.emulators.feeds import FeedServer
from tests.support.fetching import PATIENT
from tests.support.names import Names

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1.1.1.1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "145.58.30.1", "2a02:26f0::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *(f"http://{f'[{ip}]' if ':' in ip else ip}/" for ip in PRIVATE if "%" not in ip),
        "http://[fe80::1%25eth0]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://16843009/",
        "http://127.0.0.1./",
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost:80/",
        "http://printer.local/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http:///feed",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "data:text/xml,<rss/>",
        "//example.org/feed",
        "feed",
    ],
)
def test_an_address_of_a_private_network_is_refused_in_every_notation(url: str) -> None:
    with pytest.raises(FeedRefused):
        Guard().check_url(URL(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://nos.nl/rss",
        "http://1.1.1.1:8080/",
        "http://[2a02:26f0::1]/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_an_address_of_the_public_internet_passes(url: str) -> None:
    Guard().check_url(URL(url))


@given(st.integers(0, 2**32 - 1))
def test_a_number_is_never_an_address(number: int) -> None:
    for form in (str(number), hex(number)):
        with pytest.raises(FeedRefused):
            Guard().check_url(URL.build(scheme="http", host=form))


def test_a_setting_allows_a_host_or_a_host_with_its_port() -> None:
    guard = Guard(["Intern.krant.example", "10.0.0.5:8080", "[fd00::1]:9000", "fd00::2"])
    for host in ("intern.krant.example:123", "10.0.0.5:8080", "[fd00::1]:9000", "[fd00::2]:8"):
        guard.check_url(URL(f"http://{host}/"))
    for url in ("http://10.0.0.5/", "http://10.0.0.6:8080/", "http://localhost/", "http://[fd00::1]/"):
        with pytest.raises(FeedRefused):
            guard.check_url(URL(url))


async def test_a_name_of_this_machine_does_not_resolve_to_it() -> None:
    resolver = GuardedResolver(Guard(), system_look_up)
    with pytest.raises(AddressRefused):
        await resolver.resolve("localhost", 80, socket.AF_UNSPEC)
    await resolver.close()


async def test_the_connection_itself_is_refused() -> None:
    async with FeedServer() as server:
        connector = aiohttp.TCPConnector(resolver=GuardedResolver(Guard(), system_look_up))
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(aiohttp.ClientConnectorError) as caught:
                await session.get(f"http://localhost:{server.port}/")
        await connector._resolver.close()
    assert isinstance(caught.value.os_error, AddressRefused)
    assert server.requests == []


def feed(url: str) -> FeedSpec:
    return FeedSpec(url, Outlet("Proefkrant", "proef"))


async def test_a_name_that_points_into_a_private_network_is_refused(server: FeedServer) -> None:
    names = Names(krant_example=["127.0.0.1"], half_example=["192.168.0.7"])
    async with Fetcher("Heraut-test/1", limits=PATIENT, look_up=names) as fetcher:
        for name in ("krant.example", "half.example"):
            with pytest.raises(FeedRefused, match=f"{name} resolves to a private network"):
                await fetcher.fetch(feed(f"http://{name}:{server.port}/feed"), PollState())
    assert server.requests == []


async def test_a_name_that_changes_its_address_is_judged_at_every_connection() -> None:
    """DNS rebinding: what is checked is the address that the connection is opened to."""
    names = Names(krant_example=["1.1.1.1", "127.0.0.1"])
    resolver = GuardedResolver(Guard(), names)
    assert [one["host"] for one in await resolver.resolve("krant.example", 80)] == ["1.1.1.1"]
    with pytest.raises(AddressRefused):
        await resolver.resolve("krant.example", 80)
    await resolver.close()


async def test_of_mixed_addresses_only_the_public_ones_are_used() -> None:
    def both(host: str, port: int, family: int) -> list[ResolveResult]:
        return Names(a=["10.0.0.1"])("a", port, family) + Names(a=["1.1.1.1"])("a", port, family)

    resolver = GuardedResolver(Guard(), both)
    assert [one["host"] for one in await resolver.resolve("krant.example", 80)] == ["1.1.1.1"]
    await resolver.close()


async def test_a_named_exception_reaches_its_server(server: FeedServer) -> None:
    server.put("/feed", b"<rss/>")
    names = Names(krant_example=["127.0.0.1"])
    host = f"krant.example:{server.port}"
    async with Fetcher("Heraut-test/1", allow_hosts=[host], limits=PATIENT, look_up=names) as fetcher:
        assert (await fetcher.fetch(feed(f"http://{host}/feed"), PollState())).body == b"<rss/>"


async def test_a_name_that_does_not_exist_is_unreachable() -> None:
    async with Fetcher("Heraut-test/1", limits=PATIENT, look_up=Names()) as fetcher:
        with pytest.raises(FeedUnreachable, match=r"weg\.example does not resolve") as caught:
            await fetcher.fetch(feed("https://weg.example/feed"), PollState())
    assert caught.value.status is None
