"""Which outlet and owner a new feed gets, and how lists of feeds are taken in."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.models import FeedSpec, Outlet
from bot.errors import CommandError
from bot.feeds.discover import Candidate
from bot.feeds.opml import Opml, read_opml
from bot.services.sources import Imported, Wanted, described
from bot.store import feeds
from tests.emulators.feeds import FeedServer
from tests.support.clock import NOON
from tests.support.feedbuilder import items, rss
from tests.support.newsroom import Newsroom, place


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


def candidate(url: str, title: str, language: str | None = "nl-NL") -> Candidate:
    return Candidate(url, title, language, 5, NOON)


@pytest.mark.parametrize(
    ("url", "title", "outlet", "owner"),
    [
        ("https://www.kustbode.nl/rss", "Kustbode", "Kustbode", "kustbode"),
        ("https://www.kustbode.nl/rss", "Voorpagina | Kustbode", "Kustbode", "kustbode"),
        ("https://www.kustbode.nl/rss", "De Kustbode - Binnenland", "De Kustbode", "kustbode"),
        ("https://feeds.kustbode.co.uk/x", "Kustbode: World news", "Kustbode", "kustbode"),
        ("https://rss.example.org/a", "Het laatste nieuws - Economie", "example.org", "example"),
        ("https://rss.example.org/a", "", "example.org", "example"),
        ("https://kust-bode.nl/a", "  Kust   Bode  ", "Kust Bode", "kust-bode"),
        ("http://192.0.2.7/a", "Krant", "Krant", "192-0-2-7"),
        ("https://xn--krnt-hoa.nl/a", "x" * 300, "krãnt.nl", "krant"),
    ],
)
def test_outlet_and_owner_are_guessed_from_title_and_domain(
    url: str, title: str, outlet: str, owner: str
) -> None:
    spec = described(candidate(url, title), [])
    assert spec.outlet == Outlet(outlet, owner)
    assert spec.language == "nl"
    assert len(spec.title) <= 200


def test_a_feed_of_a_domain_that_is_watched_belongs_to_the_same_outlet() -> None:
    known = [FeedSpec("https://feeds.nos.nl/algemeen", Outlet("NOS", "npo"))]
    spec = described(candidate("https://nos.nl/sport.xml", "NOS Sport"), known)
    assert (spec.outlet, spec.title) == (Outlet("NOS", "npo"), "NOS Sport")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("https://feeds.kust.example/a", "https://www.kust.example/b", True),
        ("https://anna:geheim@kust.example/a", "https://kust.example:8443/b", True),
        ("https://xn--krnt-hoa.nl/a", "https://feeds.krãnt.nl/b", True),
        ("http://192.0.2.7/a", "http://192.0.2.7/b", True),
        ("https://zeekust.example/a", "https://kust.example/b", False),
        ("https://else.example/kust.example/a", "https://kust.example/b", False),
        ("http://192.0.2.77/a", "http://192.0.2.7/b", False),
    ],
)
async def test_a_feed_that_is_added_belongs_to_the_outlet_of_a_watched_one_of_its_domain(
    room: Newsroom, first: str, second: str, same: bool
) -> None:
    known = await room.sources.add(candidate(first, "Bode"), wanted=Wanted("Kustbode", "uitgever"))
    added = await room.sources.add(candidate(second, "Sport"))
    assert (added.spec.outlet == known.spec.outlet) is same


async def test_a_feed_is_meant_by_its_number_by_either_address_or_by_words(room: Newsroom) -> None:
    ids = [(await room.sources.add(candidate(f"https://krant{n}.example/rss", "Krant"))).id for n in range(3)]
    async with room.database.write() as tx:
        await feeds.move(tx, ids[1], "https://elders.example/rss")

    async def meant(wanted: str, limit: int | None = None) -> list[int]:
        return [one.id for one in await room.sources.named(wanted, limit)]

    assert await meant(f" #{ids[2]} ") == [ids[2]]
    assert await meant("https://krant1.example/rss") == await meant("https://elders.example/rss") == [ids[1]]
    assert sorted(await meant("KRANT example")) == ids
    assert len(await meant("krant", 2)) == 2
    assert await meant("#999") == []
    assert await meant("#" + "9" * 30) == []


def test_what_somebody_says_wins() -> None:
    wanted = Wanted("Het Blad", "uitgever", "fr")
    spec = described(candidate("https://nos.nl/x", "NOS", None), [], wanted)
    assert (spec.outlet, spec.language) == (Outlet("Het Blad", "uitgever"), "fr")


async def test_a_login_in_the_address_is_kept_and_never_shown(room: Newsroom, server: FeedServer) -> None:
    server.put("/rss", rss(items(2)))
    address = server.url("/rss").replace("http://", "http://anna:geheim@")
    (found,) = await room.sources.find(address)
    done = await room.sources.add(found, address)
    assert done.spec.url == address
    assert server.seen("/rss")[0].headers["Authorization"].startswith("Basic ")
    assert b"geheim" not in await room.sources.as_opml()


async def test_a_login_does_not_go_to_another_host(room: Newsroom) -> None:
    elsewhere = candidate("https://feeds.example/rss", "Krant")
    done = await room.sources.add(elsewhere, "https://anna:geheim@krant.example/")
    assert done.spec.url == "https://feeds.example/rss"


async def test_a_list_is_read_feed_by_feed_and_each_says_what_became_of_it(
    room: Newsroom, server: FeedServer
) -> None:
    server.put("/goed", rss(items(2)))
    links = [
        f'<link rel="alternate" type="application/rss+xml" href="/{name}">' for name in ("goed", "sport")
    ]
    server.put("/pagina", "".join(links).encode(), content_type="text/html")
    server.put("/sport", rss(items(2)))
    server.status("/a/weg", 410)
    outlet = Outlet("Krant", "krant")
    wanted = [FeedSpec(server.url(path), outlet) for path in ("/goed", "/pagina", "/a/weg", "/nergens")]
    ends = {done.spec.url: done async for done in room.sources.take_in(Opml("", tuple(wanted)))}
    assert ends[wanted[0].url] == Imported(FeedSpec(wanted[0].url, outlet, "nl"), new=True)
    assert "several feeds" in ends[wanted[1].url].problem
    assert "410" in ends[wanted[2].url].problem
    assert "404" in ends[wanted[3].url].problem
    assert [one.spec.outlet for one in await room.sources.listed()] == [outlet]


async def test_a_list_that_is_given_up_halfway_leaves_no_task_behind(
    room: Newsroom, server: FeedServer
) -> None:
    for number in range(20):
        server.put(f"/{number}", rss(items(1)))
    many = Opml("", tuple(FeedSpec(server.url(f"/{n}"), Outlet("K", "k")) for n in range(20)))
    ends = room.sources.take_in(many)
    assert (await anext(ends)).new
    await ends.aclose()
    assert len(await room.sources.listed()) < 20


async def test_a_written_list_holds_every_feed_in_order(room: Newsroom) -> None:
    for name in ("Wadpers", "Kustbode"):
        await room.add_feed(name, name.lower())
    found = read_opml(await room.sources.as_opml())
    assert [spec.outlet.name for spec in found.feeds] == ["Kustbode", "Wadpers"]


def test_offers_are_forgotten_when_there_are_too_many(room: Newsroom) -> None:
    for number in range(150):
        room.sources.offer(place(f"chat{number}"), [candidate("https://a.example", "A")])
    assert room.sources.offered(place("chat149"), "1") is not None
    assert room.sources.offered(place("chat149"), "nos.nl") is None


def test_what_one_account_offers_cannot_be_chosen_from_another(room: Newsroom) -> None:
    room.sources.offer(place(), [candidate("https://a.example", "A")])
    with pytest.raises(CommandError):
        room.sources.offered(replace(place(), lane="paper:2"), "1")
