"""The intake as a whole, from a real server to the chat: the checks that products like ours fail.

The numbers in the names are those of the list the checks come from.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.models import DeliveryState, FeedSpec, Item, Outlet
from bot.domain.schedule import Pace
from bot.errors import CommandError
from bot.services.ingest import Ingest, Policy
from bot.services.poller import Poller
from bot.store import books, feeds, items
from bot.store.database import Database, Transaction
from bot.store.feedlist import FeedHealth
from bot.store.feeds import GAP
from tests.support.feedbuilder import FeedItem
from tests.support.newsroom import place
from tests.support.publishers import DOMAINS, Publishers, running_publishers, story

pytestmark = pytest.mark.slow

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def press(tmp_path: Path, url: str) -> AsyncIterator[Publishers]:
    async with running_publishers(tmp_path, url) as running:
        yield running


async def following(press: Publishers, *names: str) -> None:
    """Anna follows NATO; these publishers are watched and were read once."""
    await press.room.manager.subscribe(place(), "nato")
    for name in names:
        press.publish(name, [])
    await press.watch(*map(press.spec, names))
    await press.poll()
    press.room.clock.advance(HOUR)


# --- check 3: the same article under another guise --------------------------------------------------

Dress = Callable[[datetime], FeedItem]
OLD, NEW = "NAVO stuurt schepen naar de Oostzee", "NAVO stuurt tien schepen naar de Oostzee"
GUISES: dict[str, tuple[Dress, Dress, int]] = {
    "guid counter": (
        lambda at: FeedItem(
            OLD, "https://bbc.example/news/articles/c1", "", at, guid="https://bbc.example/c1#0"
        ),
        lambda at: FeedItem(
            OLD, "https://bbc.example/news/articles/c1", "", at, guid="https://bbc.example/c1#3"
        ),
        0,
    ),
    "headline corrected": (
        lambda at: FeedItem(OLD, "https://dw.example/schepen/a-123456", "", at, guid="dw-123456"),
        lambda at: FeedItem(NEW, "https://dw.example/tien-schepen/a-123456", "", at, guid="dw-123456"),
        1,
    ),
    "date bumped": (
        lambda at: FeedItem(OLD, "https://info.example/monde/otan_77.html", "", at),
        lambda at: FeedItem(OLD, "https://info.example/monde/otan_77.html", "", at + HOUR),
        0,
    ),
    "http to https": (
        lambda at: FeedItem(
            OLD, "http://krant.example/nieuws/9", "", at, guid="http://krant.example/nieuws/9"
        ),
        lambda at: FeedItem(
            OLD, "https://krant.example/nieuws/9", "", at, guid="https://krant.example/nieuws/9"
        ),
        0,
    ),
}


@pytest.mark.parametrize("guise", GUISES)
async def test_check_3_an_article_that_is_served_again_is_no_second_alert(
    press: Publishers, guise: str
) -> None:
    before, after, edits = GUISES[guise]
    await following(press, "kustbode")
    at = press.room.clock.now()
    press.publish("kustbode", [before(at)])
    await press.pass_time(HOUR)
    assert press.alerts() == [OLD]
    press.publish("kustbode", [after(at)])
    await press.pass_time(2 * HOUR)
    assert press.alerts() == [OLD]
    assert len(press.room.paper.edits) == edits


# --- check 4: guids and dates that cannot be trusted ------------------------------------------------


EVENTS = (
    ("NAVO oefent met veertig schepen voor de kust van Texel", "texel"),
    ("Nieuw hoofdkwartier van de NAVO komt in Sofia", "sofia"),
    ("Noorse onderzeeërs gaan onder bevel van de NAVO varen", "onderzeeers"),
    ("NAVO-generaal neemt afscheid na vier jaar Brussel", "afscheid"),
    ("Hackers leggen de website van de NAVO een ochtend plat", "hackers"),
    ("Zweedse boeren klagen over herrie van NAVO-helikopters", "helikopters"),
    ("NAVO koopt radars van een fabriek uit Hengelo", "radars"),
    ("Museum toont brieven van de eerste NAVO-tolken", "museum"),
)


def bulletin(count: int, at: datetime, guid: Callable[[int], str | None]) -> list[FeedItem]:
    """Different articles about NATO, newest first."""
    return [
        FeedItem(title, f"https://krant.example/{slug}", "", at - number * MINUTE, guid=guid(number))
        for number, (title, slug) in enumerate(EVENTS[:count])
    ]


@pytest.mark.parametrize("guid", ["", "0", "zelfde-voor-alles"])
async def test_check_4_guids_that_say_nothing_are_not_believed(press: Publishers, guid: str) -> None:
    await following(press, "kustbode")
    at = press.room.clock.now()
    for count in (3, 5):
        press.publish("kustbode", bulletin(count, at, lambda n: guid))
        await press.pass_time(HOUR)
    assert len(await press.stored()) == 5


async def test_check_4_guids_that_all_change_overnight_bring_nothing_new(press: Publishers) -> None:
    await following(press, "kustbode")
    at = press.room.clock.now()
    press.publish("kustbode", bulletin(6, at, lambda n: f"cms-1-article-{n}"))
    await press.pass_time(HOUR)
    told = list(press.alerts())
    press.publish("kustbode", bulletin(6, at, lambda n: f"cms-2-node-{900 + n}"))
    await press.pass_time(2 * HOUR)
    assert press.alerts() == told
    assert len(await press.stored()) == 6


async def test_check_4_a_feed_in_the_wrong_order_and_back_dated_tells_what_is_new(press: Publishers) -> None:
    await following(press, "kustbode")
    at = press.room.clock.now()
    first = bulletin(3, at, lambda n: None)
    press.publish("kustbode", first[::-1])
    await press.pass_time(HOUR)
    late = story("NAVO houdt spoedoverleg over de Zwarte Zee", 99, at - 3 * HOUR)
    archive = story("NAVO viert jubileum van de waterlelie", 98, at - 40 * DAY)
    press.publish("kustbode", [archive, *first[::-1], late])
    await press.pass_time(HOUR)
    assert late.title in press.alerts()
    assert archive.title not in press.alerts()


# --- check 5: titles that break things --------------------------------------------------------------

LONG = "NAVO " + "heel lang " * 500
ODD = {
    "NAVO: <script>alert(1)</script> staat in de kop": "NAVO: alert(1) staat in de kop",
    "NAVO & Rusland & <b>China</b> &amp; meer": "NAVO & Rusland & China & meer",
    "NAVO _cursief_ *vet* `code` [link](javascript:alert(1))": None,
    LONG: LONG.strip(),
    "حلف الناتو NAVO يجتمع في بروكسل \u202e omgekeerd": "حلف الناتو NAVO يجتمع في بروكسل omgekeerd",
    "NAVO 🚢🇳🇱👩‍👩‍👧 vaart uit": None,
    "NAVO @everyone <@123> #kanaal": None,
}
"""Titles of a feed, and what is kept of them where that is less."""


async def test_check_5_odd_titles_are_all_taken_in_and_told(press: Publishers) -> None:
    await following(press, "kustbode")
    at = press.room.clock.now()
    press.publish("kustbode", [story(title, number, at) for number, title in enumerate(ODD)])
    await press.pass_time(HOUR)
    stored = {title[:200] for title in await press.stored()}
    assert stored == {(kept or title)[:200] for title, kept in ODD.items()}
    assert set(press.alerts()) <= set(await press.stored())
    async with press.room.database.read() as tx:
        assert (await books.counts(tx)).keys() == {DeliveryState.SENT}
    assert not (await press.health())["kustbode"].state.failures


async def test_check_5_one_item_that_cannot_be_stored_does_not_stop_its_batch(press: Publishers) -> None:
    await following(press, "kustbode")
    at = press.room.clock.now().isoformat()
    titles = ("NAVO oefent bij Texel", "NAVO: kapot \ud800 teken", "NAVO-chef Rutte bezoekt Ankara")
    entries = [
        {"id": str(n), "url": f"https://a.example/{n}", "title": title, "date_published": at}
        for n, title in enumerate(titles)
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Kustbode", "items": entries}
    body = json.dumps(document).encode()
    press.server.put("/kustbode/rss", body, content_type="application/feed+json")
    await press.pass_time(HOUR)
    assert {titles[0], titles[2]} <= set(press.alerts())
    assert not (await press.health())["kustbode"].state.failures


async def test_check_5_an_item_that_trips_a_bug_of_ours_does_not_stop_its_batch(
    press: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await following(press, "kustbode")
    at = press.room.clock.now()
    add = items.add

    async def sometimes(tx: Transaction, item: Item, *rest: Any) -> int:
        if "Texel" in item.title:
            raise KeyError("a bug")
        return await add(tx, item, *rest)

    monkeypatch.setattr(items, "add", sometimes)
    press.publish(
        "kustbode", [story("NAVO oefent bij Texel", 1, at), story("Rutte leidt NAVO-top in Ankara", 2, at)]
    )
    await press.pass_time(HOUR)
    assert press.alerts() == ["Rutte leidt NAVO-top in Ankara"]


# --- check 6: away for a day, and back --------------------------------------------------------------


def missed(press: Publishers, name: str) -> list[FeedItem]:
    """What a publisher brought while nobody read it: two reports of today, and one older than that."""
    now = press.room.clock.now()
    return [
        story(f"NAVO-top van {name} begint", 1, now - HOUR),
        story(f"Rutte spreekt NAVO toe bij {name}", 2, now - 9 * HOUR),
        story(f"Schepen van de NAVO bij {name}", 3, now - 30 * HOUR),
    ]


async def test_check_6_a_host_that_is_down_for_a_day_is_one_notice_and_one_when_it_is_back(
    press: Publishers,
) -> None:
    names = DOMAINS[:3]
    await following(press, *names)
    press.server.reset("/kustbode/rss")
    await press.pass_time(DAY)
    assert press.notices() == ["A feed is broken: Kustbode"]
    assert [name for name, one in (await press.health()).items() if one.state.failures] == ["kustbode"]

    brought = missed(press, "kustbode")
    press.publish("kustbode", brought)
    await press.pass_time(8 * HOUR)
    assert press.notices() == ["A feed is broken: Kustbode", "A feed is back: Kustbode"]
    assert brought[0].title in press.alerts()
    assert brought[2].title not in press.alerts()
    assert not (await press.health())["kustbode"].state.failures
    assert [event.kind for event in await press.events() if event.kind != GAP] == ["broken", "back"]


async def test_check_6_when_our_own_line_is_down_for_a_day_nobody_is_blamed_and_all_is_read_again_at_once(
    press: Publishers,
) -> None:
    names = DOMAINS[:4]
    await following(press, *names)
    await press.line_goes_down()
    await press.pass_time(DAY)
    assert press.notices() == []
    assert max(one.state.failures for one in (await press.health()).values()) <= 1

    brought = {name: missed(press, name) for name in names}
    await press.line_comes_back()
    for name in names:
        press.publish(name, brought[name])
    await press.pass_time(10 * MINUTE, step=MINUTE)
    health = await press.health()
    since = press.room.clock.now() - 10 * MINUTE
    assert all(one.state.last_success_at and one.state.last_success_at > since for one in health.values())
    assert not any(one.state.failures for one in health.values())
    assert press.notices() == []
    told = set(press.alerts())
    assert told
    assert told <= {item.title for items in brought.values() for item in items[:2]}


async def test_check_6_a_restart_in_the_middle_of_an_outage_adds_no_notice(press: Publishers) -> None:
    await following(press, *DOMAINS[:3])
    press.server.reset("/kustbode/rss")
    await press.pass_time(12 * HOUR)
    async with press.room.database.write() as tx:
        await feeds.configure(tx, press.specs, press.room.clock.now(), 5 * MINUTE)
        await feeds.release_all(tx)
    await press.pass_time(12 * HOUR)
    assert press.notices() == ["A feed is broken: Kustbode"]


# --- check 7: Retry-After ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", ["5400", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=5400), usegmt=True)]
)
async def test_check_7_a_pause_that_one_feed_is_asked_for_holds_for_all_of_its_domain(
    press: Publishers, asked: str | Callable[[], str]
) -> None:
    header = asked if isinstance(asked, str) else asked()
    press.server.status("/kustbode/rss", 429, headers={"Retry-After": header})
    press.publish("kustbode", [], path="/sport")
    press.publish("havenblad", [])
    await press.watch(press.spec("kustbode"))
    await press.poll()
    await press.watch(press.spec("kustbode", "/sport"), press.spec("havenblad"))
    began = press.room.clock.now()
    await press.pass_time(80 * MINUTE)
    assert press.server.count("/kustbode/rss") == 1
    assert press.server.count("/kustbode/sport") == 0
    assert press.server.count("/havenblad/rss") > 1
    limited, held = (one for name, one in (await _by_path(press)).items() if "kustbode" in name)
    assert limited.next_poll_at >= began + 89 * MINUTE
    assert (limited.state.failures, held.state.failures) == (1, 0)


async def test_check_7_after_the_pause_the_domain_is_asked_again(press: Publishers) -> None:
    press.server.status("/kustbode/rss", 429, headers={"Retry-After": "1"})
    await press.watch(press.spec("kustbode"))
    await press.poll()
    press.publish("kustbode", [])
    await asyncio.sleep(1.1)
    await press.pass_time(20 * MINUTE)
    assert press.server.count("/kustbode/rss") >= 2
    assert not (await press.health())["kustbode"].state.failures


# --- check 8: a body that never ends ----------------------------------------------------------------


@pytest.mark.parametrize("how", ["drip", "hang", "endless"])
async def test_check_8_a_server_that_never_finishes_is_given_up_and_the_next_tick_runs(
    press: Publishers, how: str
) -> None:
    getattr(press.server, how)("/kustbode/rss")
    press.publish("havenblad", [])
    await press.watch(press.spec("kustbode"), press.spec("havenblad"))
    assert await press.poller.tick() == 2
    async with asyncio.timeout(120):
        await press.poller.drain()
        press.room.clock.advance(8 * HOUR)
        await press.poll()
    assert press.server.count("/havenblad/rss") == 2
    health = await press.health()
    assert health["kustbode"].state.failures >= 1
    assert not health["havenblad"].state.failures


async def test_check_8_a_poll_under_way_does_not_hold_up_the_next_tick(press: Publishers) -> None:
    press.server.hang("/kustbode/rss")
    await press.watch(press.spec("kustbode"))
    assert await press.poller.tick() == 1
    press.publish("havenblad", [])
    await press.watch(press.spec("havenblad"))
    assert await press.poller.tick() == 1
    await press.poller.drain()
    assert press.server.count("/havenblad/rss") == 1


# --- check 14: requests into private networks -------------------------------------------------------


METADATA = "http://169.254.169.254/latest/meta-data/"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (METADATA, "private network"),
        ("http://[fd00:ec2::254]/", "private network"),
        ("http://localhost:22/", "private network"),
        ("http://2852039166/", "disguise"),
        ("http://0/", "disguise"),
    ],
)
async def test_check_14_an_address_in_a_private_network_is_refused_when_added_and_when_polled(
    press: Publishers, address: str, reason: str
) -> None:
    with pytest.raises(CommandError, match=reason):
        await press.room.sources.find(address)
    await press.watch(FeedSpec(address, Outlet("Kwaad", "kwaad")))
    await press.poll()
    assert reason in str((await press.health())["kwaad"].state.last_error)


async def test_check_14_a_redirect_into_a_private_network_is_refused(press: Publishers) -> None:
    press.server.redirect("/kustbode/rss", METADATA, 301)
    await press.watch(press.spec("kustbode"))
    await press.poll()
    feed = (await press.health())["kustbode"]
    assert "private network" in str(feed.state.last_error)
    assert feed.spec.url == press.spec("kustbode").url


async def test_check_14_a_name_that_resolves_into_a_private_network_is_refused_at_the_connection(
    press: Publishers,
) -> None:
    inside = FeedSpec(f"http://wadpers.example:{press.server.port + 1}/rss", Outlet("Wadpers", "wadpers"))
    await press.watch(inside)
    await press.poll()
    assert (await press.health())[
        "wadpers"
    ].state.last_error == "wadpers.example resolves to a private network"
    assert press.server.requests == []


# --- check 15: two pollers, one database ------------------------------------------------------------


async def test_check_15_two_pollers_on_one_database_read_each_feed_once_and_tell_each_story_once(
    press: Publishers,
) -> None:
    room = press.room
    await room.manager.subscribe(place(), "nato")
    events = bulletin(8, room.clock.now(), lambda n: None)
    specs = [press.spec("kustbode", f"/{number}") for number in range(8)]
    for number in range(8):
        press.publish("kustbode", [], path=f"/{number}")
    await press.watch(*specs)
    await press.poll()
    for number, event in enumerate(events):
        press.publish("kustbode", [event], path=f"/{number}")
    room.clock.advance(8 * HOUR)
    asked = len(press.server.requests)

    database = Database(room.database.url.render_as_string(hide_password=False))
    ingest = Ingest(database, room.book, room.window, room.clock, Policy())
    other = Poller(database, press.fetcher, ingest, room.clock, lambda _: Pace())
    begun = await asyncio.gather(*(one.tick() for one in (press.poller, other) * 3))
    await press.poller.drain()
    await other.drain()
    await database.close()
    await room.deliver()
    assert sum(begun) == 8
    assert len(press.server.requests) - asked == 8
    assert sorted(press.alerts()) == sorted(event.title for event in events)


async def _by_path(press: Publishers) -> dict[str, FeedHealth]:
    return {one.spec.url: one for one in await press.room.sources.listed()}
