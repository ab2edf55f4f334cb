"""Politeness between requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.domain.models import FeedSpec, Outlet, PollState
from bot.errors import FeedHeld, FeedUnreachable
from bot.feeds.http import Fetcher, FetchLimits
from bot.feeds.limits import DomainHolds, HostGate, registrable_domain
from tests.emulators.feeds import FeedServer
from tests.support.fetching import PATIENT
from tests.support.names import Names


@asynccontextmanager
async def turn(gate: HostGate, host: str) -> AsyncIterator[None]:
    await gate.enter(host)
    try:
        yield
    finally:
        gate.leave(host)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("feeds.nos.nl", "nos.nl"),
        ("nos.nl", "nos.nl"),
        ("feeds.bbci.co.uk", "bbci.co.uk"),
        ("een.blogspot.com", "een.blogspot.com"),
        ("145.58.30.1", "145.58.30.1"),
        ("2a02:26f0::1", "2a02:26f0::1"),
        ("intranet", "intranet"),
        ("krant.example", "krant.example"),
        ("a.b.krant.example", "krant.example"),
        ("", ""),
        ("..", "."),
    ],
)
def test_the_registrable_domain_of_a_host(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


async def test_a_host_gets_a_few_requests_at_a_time_and_others_do_not_wait() -> None:
    gate = HostGate(concurrency=2, spacing=0, patience=5)
    under_way: list[str] = []
    most = 0
    go = asyncio.Event()

    async def ask(host: str) -> None:
        nonlocal most
        async with turn(gate, host):
            under_way.append(host)
            most = max(most, under_way.count("druk.example"))
            await go.wait()
            under_way.remove(host)

    tasks = [asyncio.create_task(ask("druk.example")) for _ in range(6)]
    tasks.append(asyncio.create_task(ask("stil.example")))
    await asyncio.sleep(0.01)
    assert sorted(under_way) == ["druk.example", "druk.example", "stil.example"]
    go.set()
    await asyncio.gather(*tasks)
    assert most == 2


async def test_requests_to_one_host_keep_their_distance() -> None:
    gate = HostGate(concurrency=4, spacing=0.05, patience=5)
    loop = asyncio.get_running_loop()
    starts: list[float] = []

    async def ask() -> None:
        async with turn(gate, "krant.example"):
            starts.append(loop.time())

    began = loop.time()
    await asyncio.gather(*(ask() for _ in range(4)))
    # Each may come later than its time on a busy machine, and never earlier.
    assert all(start - began > 0.05 * number - 0.005 for number, start in enumerate(starts))


async def test_a_request_that_waits_too_long_is_put_off_and_loses_no_slot() -> None:
    gate = HostGate(concurrency=1, spacing=0, patience=0.02)
    async with turn(gate, "krant.example"):
        for _ in range(3):
            with pytest.raises(FeedHeld, match="busy"):
                async with turn(gate, "krant.example"):
                    raise AssertionError("two at once")
    async with turn(gate, "krant.example"):
        pass


async def test_a_cancelled_wait_for_distance_gives_its_slot_back() -> None:
    gate = HostGate(concurrency=1, spacing=60, patience=0.02)
    async with turn(gate, "krant.example"):
        pass
    for _ in range(3):
        with pytest.raises(FeedHeld):
            async with turn(gate, "krant.example"):
                raise AssertionError("too close together")


async def test_hosts_that_are_idle_are_forgotten_and_those_in_use_are_not() -> None:
    gate = HostGate(concurrency=1, spacing=0, patience=0.001)
    await gate.enter("bezig.example")
    for number in range(12_000):
        async with turn(gate, f"h{number}.example"):
            pass
        if number % 1000 == 0:
            with pytest.raises(FeedHeld):
                await gate.enter("bezig.example")
    assert len(gate) < 10_000
    gate.leave("bezig.example")
    for number in range(12_000):
        async with turn(gate, f"i{number}.example"):
            pass
    async with turn(gate, "bezig.example"):
        assert len(gate) < 10_001


def test_a_pause_holds_for_the_whole_domain_until_it_is_over() -> None:
    holds = DomainHolds()
    holds.hold("www.krant.example", 60, now=100)
    for host in ("www.krant.example", "feeds.krant.example", "krant.example"):
        with pytest.raises(FeedHeld) as caught:
            holds.check(host, now=130)
        assert caught.value.retry_after == 30
    holds.check("andere.example", now=130)
    holds.check("krant.example", now=160)


def test_a_shorter_pause_does_not_shorten_a_longer_one() -> None:
    holds = DomainHolds()
    holds.hold("krant.example", 600, now=0)
    holds.hold("krant.example", 1, now=0)
    with pytest.raises(FeedHeld):
        holds.check("krant.example", now=599)


def test_a_pause_of_years_is_a_day() -> None:
    holds = DomainHolds()
    holds.hold("krant.example", 1e9, now=0)
    holds.check("krant.example", now=24 * 3600 + 1)


async def test_feeds_of_one_domain_share_the_pause_and_others_do_not() -> None:
    names = Names(a_krant_example=["127.0.0.1"], b_krant_example=["127.0.0.1"], andere_example=["127.0.0.1"])
    async with FeedServer() as server:
        server.status("/druk", 429, headers={"Retry-After": "300"})
        server.put("/feed", b"<rss/>")
        hosts = [f"{name}:{server.port}" for name in ("a.krant.example", "b.krant.example", "andere.example")]
        async with Fetcher("Heraut-test/1", allow_hosts=hosts, limits=PATIENT, look_up=names) as fetcher:

            def feed(host: str, path: str) -> FeedSpec:
                return FeedSpec(f"http://{host}{path}", Outlet("Proefkrant", "proef"))

            with pytest.raises(FeedUnreachable):
                await fetcher.fetch(feed(hosts[0], "/druk"), PollState())
            with pytest.raises(FeedHeld):
                await fetcher.fetch(feed(hosts[1], "/feed"), PollState())
            assert (await fetcher.fetch(feed(hosts[2], "/feed"), PollState())).body == b"<rss/>"


async def test_a_slow_host_does_not_hold_up_the_others() -> None:
    limits = FetchLimits(total_seconds=0.5, per_host=1, spacing_seconds=0, patience_seconds=0.1)
    names = Names(traag_example=["127.0.0.1"], vlot_example=["127.0.0.1"])
    async with FeedServer() as server:
        server.hang("/traag")
        server.put("/vlot", b"<rss/>")
        hosts = [f"{name}.example:{server.port}" for name in ("traag", "vlot")]
        async with Fetcher("Heraut-test/1", allow_hosts=hosts, limits=limits, look_up=names) as fetcher:
            urls = [f"http://{hosts[0]}/traag"] * 5 + [f"http://{hosts[1]}/vlot"]
            results = await asyncio.gather(
                *(fetcher.fetch(FeedSpec(url, Outlet("", "")), PollState()) for url in urls),
                return_exceptions=True,
            )
    assert [type(one).__name__ for one in results] == ["FeedUnreachable", *["FeedHeld"] * 4, "Fetched"]
