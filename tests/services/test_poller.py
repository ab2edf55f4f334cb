"""The poller against a real server: one bad feed is an error on that feed, and all others go on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.models import Brief, FeedDue, FeedSpec, Fetched, Outlet, ParsedFeed
from bot.domain.schedule import Pace
from bot.feeds.http import Fetcher, FetchLimits
from bot.services import poller as polling
from bot.services.articles import Aside
from bot.services.poller import LEASE, Poller
from bot.store import feedlist, feeds, items
from bot.store.feedlist import FeedHealth
from tests.emulators.feeds import FeedServer
from tests.support.feedbuilder import FeedItem, rss
from tests.support.newsroom import Newsroom, place
from tests.support.waiting import until

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as feed_server:
        yield feed_server


@pytest.fixture
async def poller(room: Newsroom, server: FeedServer) -> AsyncIterator[Poller]:
    limits = FetchLimits(max_bytes=MEGABYTE, total_seconds=5, spacing_seconds=0, per_host=20)
    async with Fetcher("Heraut-test", allow_hosts=[server.host], limits=limits) as fetcher:
        yield Poller(room.database, fetcher, room.ingest, room.clock, lambda spec: Pace())


async def configure(room: Newsroom, server: FeedServer, *paths: str) -> None:
    specs = [FeedSpec(server.url(path), Outlet(path.strip("/"), path.strip("/")), "nl") for path in paths]
    async with room.database.write() as tx:
        await feeds.configure(tx, specs, room.clock.now(), timedelta(minutes=5))


async def poll(poller: Poller) -> int:
    count = await poller.tick()
    await poller.drain()
    return count


def item(title: str, room: Newsroom) -> FeedItem:
    return FeedItem(title, f"https://krant.example/{len(title)}", "", room.clock.now())


BAD: dict[str, Callable[[FeedServer], None]] = {
    "not-a-feed": lambda server: server.put(
        "/bad", b"<html><body>Welkom!</body></html>", content_type="text/html"
    ),
    "garbage": lambda server: server.put("/bad", bytes(range(256)) * 50),
    "empty": lambda server: server.put("/bad", b""),
    "huge": lambda server: server.large("/bad", 50 * MEGABYTE),
    "never-ends": lambda server: server.endless("/bad"),
    "drips": lambda server: server.drip("/bad"),
    "redirects-for-ever": lambda server: server.redirect("/bad", server.redirect_for_ever("/loop")),
    "zip-bomb": lambda server: server.bomb("/bad", 200 * MEGABYTE),
    "reset": lambda server: server.reset("/bad"),
    "500": lambda server: server.status("/bad", 500),
    "404": lambda server: server.status("/bad", 404),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_feed_is_an_error_on_that_feed_and_the_others_go_on(
    room: Newsroom, server: FeedServer, poller: Poller, kind: str
) -> None:
    BAD[kind](server)
    server.put("/good", rss([item("NAVO vergadert", room)]))
    await room.manager.subscribe(place(), "nato")
    await configure(room, server, "/bad", "/good")
    assert await poll(poller) == 2

    (failing,) = await _failing(room)
    assert failing.spec.outlet.name == "bad"
    assert failing.state.last_error
    await room.deliver()
    assert room.paper.titles("anna") == ["NAVO vergadert"]


async def test_a_feed_is_polled_when_it_is_due_and_not_before(
    room: Newsroom, server: FeedServer, poller: Poller
) -> None:
    server.put("/good", rss([item("NAVO vergadert", room)]))
    await configure(room, server, "/good")
    assert [await poll(poller), await poll(poller)] == [1, 0]
    room.clock.advance(timedelta(hours=7))
    assert await poll(poller) == 1
    assert server.seen("/good")[1].headers.get("If-None-Match")


async def test_two_pollers_on_one_database_poll_each_feed_once(
    room: Newsroom, server: FeedServer, poller: Poller
) -> None:
    for number in range(10):
        server.put(f"/{number}", rss([item("NAVO vergadert", room)]))
    await configure(room, server, *(f"/{number}" for number in range(10)))
    async with Fetcher("other", allow_hosts=[server.host]) as fetcher:
        other = Poller(room.database, fetcher, room.ingest, room.clock, lambda spec: Pace())
        assert await poller.tick() + await other.tick() == 10
        await poller.drain()
        await other.drain()
    assert len(server.requests) == 10


async def test_a_permanent_redirect_is_remembered(room: Newsroom, server: FeedServer, poller: Poller) -> None:
    server.redirect("/old", server.url("/new"), 301)
    server.put("/new", rss([item("NAVO vergadert", room)]))
    await configure(room, server, "/old")
    await poll(poller)
    (health,) = await _failing(room) or await room.sources.listed()
    assert health.spec.url == server.url("/new")


async def test_a_feed_that_recovers_is_no_longer_failing(
    room: Newsroom, server: FeedServer, poller: Poller
) -> None:
    server.status("/rss", 503)
    await configure(room, server, "/rss")
    await poll(poller)
    assert (await room.manager.status()).failing == 1
    server.put("/rss", rss([item("NAVO vergadert", room)]))
    room.clock.advance(timedelta(days=2))
    await poll(poller)
    assert (await room.manager.status()).failing == 0


async def test_a_feed_that_was_taken_away_answers_410_and_is_left_alone(
    room: Newsroom, server: FeedServer, poller: Poller
) -> None:
    server.status("/rss", 410)
    await configure(room, server, "/rss")
    await poll(poller)
    room.clock.advance(timedelta(days=30))
    assert await poll(poller) == 0


async def test_when_nothing_answers_no_feed_is_blamed(room: Newsroom) -> None:
    limits = FetchLimits(total_seconds=20, spacing_seconds=0)
    specs = [FeedSpec(f"http://feed.nowhere{n}.invalid/rss", Outlet(str(n), str(n))) for n in range(4)]
    async with room.database.write() as tx:
        await feeds.configure(tx, specs, room.clock.now(), timedelta(minutes=5))
    async with Fetcher("Heraut-test", limits=limits) as fetcher:
        poller = Poller(room.database, fetcher, room.ingest, room.clock, lambda spec: Pace())
        assert await poll(poller) == 4
    assert (await room.manager.status()).failing == 0


async def test_our_own_bug_on_one_feed_does_not_stop_another(
    room: Newsroom, server: FeedServer, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("/good", rss([item("NAVO vergadert", room)]))
    server.put("/odd", rss([item("NAVO oefent", room)]))
    await configure(room, server, "/odd", "/good")
    take = room.ingest.take

    async def sometimes(due: object, *rest: object) -> object:
        if "/odd" in due.spec.url:  # type: ignore[attr-defined]  # FeedDue, untyped in this stand-in
            raise KeyError("a bug")
        return await take(due, *rest)  # type: ignore[arg-type]  # the same

    monkeypatch.setattr(room.ingest, "take", sometimes)
    await poll(poller)
    (failing,) = await _failing(room)
    assert (failing.spec.outlet.name, failing.state.last_error) == ("odd", "internal error: KeyError")


async def test_a_failure_that_cannot_be_written_down_is_found_again_when_the_lease_is_over(
    room: Newsroom, server: FeedServer, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.status("/bad", 500)
    await configure(room, server, "/bad")

    async def away(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(feeds, "finish", away)
        await poll(poller)
    assert (await room.manager.status()).failing == 0
    room.clock.advance(LEASE)
    await poll(poller)
    assert (await room.manager.status()).failing == 1


async def test_a_poll_that_takes_longer_than_its_lease_keeps_it(
    room: Newsroom, server: FeedServer, poller: Poller
) -> None:
    server.status("/slow", 500)
    await configure(room, server, "/slow")
    await poller.tick()
    room.clock.advance(LEASE / 2)
    await poller.renew()
    room.clock.advance(LEASE / 2)
    async with room.database.write() as tx:
        assert await feeds.lease_due(tx, room.clock.now(), LEASE, 1) == []
    await poller.drain()
    await poller.renew()
    assert (await room.manager.status()).failing == 1


async def test_when_our_own_database_fails_no_feed_is_blamed_and_nothing_is_lost(
    room: Newsroom, server: FeedServer, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("/good", rss([item("NAVO vergadert", room)]))
    await room.manager.subscribe(place(), "nato")
    await configure(room, server, "/good")

    async def full(*_: object) -> int:
        raise OperationalError("INSERT", {}, OSError("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(items, "add", full)
        for _ in range(6):
            await poll(poller)
            room.clock.advance(timedelta(minutes=5))
        assert (await room.manager.status()).failing == 0
    await poll(poller)
    await room.deliver()
    assert room.paper.titles("anna") == ["NAVO vergadert"]


async def _failing(room: Newsroom) -> list[FeedHealth]:
    return [one for one in await room.sources.listed() if one.state.failures]


async def test_while_many_documents_wait_to_be_read_no_further_feeds_are_asked(
    room: Newsroom, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = asyncio.Event()

    async def slowly(fetched: Fetched) -> ParsedFeed:
        await may_end.wait()
        return await polling.parse_in_thread(fetched)

    monkeypatch.setattr(polling, "MOST_WAITING", 1)
    names = [f"/{number}" for number in range(polling.IN_HAND + 4)]
    for name in names:
        server.put(name, rss([]))
    await configure(room, server, *names)
    limits = FetchLimits(total_seconds=20, spacing_seconds=0, per_host=20)
    async with Fetcher("Heraut-test", allow_hosts=[server.host], limits=limits) as fetcher:
        poller = Poller(
            room.database, fetcher, room.ingest, room.clock, lambda _: Pace(), batch=len(names), parse=slowly
        )
        assert await poller.tick() == len(names)

        async def all_wait() -> bool:
            return poller._waiting == 4

        await until(all_wait)
        room.clock.advance(timedelta(days=1))
        assert await poller.tick() == 0
        may_end.set()
        await poller.drain()
        room.clock.advance(timedelta(days=1))
        assert await poller.tick() == len(names)
        await poller.drain()


async def test_feeds_whose_pages_are_waited_for_hold_up_no_others(room: Newsroom, server: FeedServer) -> None:
    may_end = asyncio.Event()
    waiting: set[int] = set()

    async def slowly(
        due: FeedDue, parsed: ParsedFeed, only: object, hearing: object, aside: Aside
    ) -> Mapping[str, Brief]:
        async with aside():
            waiting.add(due.id)
            await may_end.wait()
        return {}

    names = [f"/{number}" for number in range(polling.IN_HAND + 4)]
    for name in names:
        server.put(name, rss([item(f"Nieuws van {name}", room)]))
    await configure(room, server, *names)
    limits = FetchLimits(total_seconds=20, spacing_seconds=0, per_host=20)
    async with Fetcher("Heraut-test", allow_hosts=[server.host], limits=limits) as fetcher:
        poller = Poller(
            room.database, fetcher, room.ingest, room.clock, lambda _: Pace(), batch=len(names), briefs=slowly
        )
        assert await poller.tick() == len(names)

        async def all_wait() -> bool:
            return len(waiting) == len(names)

        await until(all_wait)
        may_end.set()
        await poller.drain()
    async with room.database.read() as tx:
        assert all(one.state.last_success_at for one in await feedlist.page(tx, room.clock.now()))


async def test_a_wait_for_pages_that_fails_ends_with_its_feed(room: Newsroom, server: FeedServer) -> None:
    async def fail(
        due: FeedDue, parsed: ParsedFeed, only: object, hearing: object, aside: Aside
    ) -> Mapping[str, Brief]:
        async with aside():
            raise ZeroDivisionError

    server.put("/1", rss([item("NAVO vergadert", room)]))
    await configure(room, server, "/1")
    async with Fetcher("Heraut-test", allow_hosts=[server.host]) as fetcher:
        poller = Poller(room.database, fetcher, room.ingest, room.clock, lambda _: Pace(), briefs=fail)
        await poll(poller)
        assert poller._hands._value == polling.IN_HAND
