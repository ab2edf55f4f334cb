"""The commands about feeds, as a chat sees them, against a real publisher."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.chat.router import Router
from bot.domain.messages import Message, Text
from bot.domain.models import Address
from bot.ports import Inbound
from bot.store import feeds
from bot.store.feeds import GAP, FeedEvent
from tests.emulators.feeds import FeedServer
from tests.support.feedbuilder import items, rss
from tests.support.newsroom import LANE, Newsroom

pytestmark = pytest.mark.slow

HTML = "text/html; charset=utf-8"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
def router(room: Newsroom) -> Router:
    return Router(room.manager, room.sources, room.clock, {"paper": LANE}, owners=["paper:boss"])


def words(message: Message) -> str:
    return "\n".join(
        "".join(
            span if isinstance(span, str) else span.text if isinstance(span, Text) else "" for span in line
        )
        for line in message.lines
    )


def actions(message: Message) -> list[str]:
    return [button.action for row in message.buttons for button in row]


async def say(router: Router, text: str, user: str = "boss", chat: str = "anna") -> Message:
    return await router.receive(Inbound(Address("paper", chat), text, user=user))


async def test_a_feed_is_read_and_watched_with_its_outlet_and_owner_shown(
    router: Router, room: Newsroom, server: FeedServer
) -> None:
    server.put("/rss", rss(items(3), title="Kustbode"))
    answer = await say(router, f"/addfeed {server.url('/rss')}")
    assert "Watched from now on: Kustbode" in words(answer)
    assert "3 items" in words(answer)
    assert "Outlet: Kustbode. Owner: 127-0-0-1." in words(answer)
    (feed,) = await room.sources.listed()
    assert (feed.spec.url, feed.added) == (server.url("/rss"), True)
    assert actions(answer) == [f"/removefeed #{feed.id}"]
    assert "watched already" in words(await say(router, f"/addfeed {server.url('/rss')}"))


async def test_a_site_with_several_feeds_offers_them_as_buttons(
    router: Router, room: Newsroom, server: FeedServer
) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}">'
        for name in ("binnenland", "sport")
    )
    server.put("/", links.encode(), content_type=HTML)
    server.put("/binnenland", rss(items(2), title="Kustbode: binnenland"))
    server.put("/sport", rss(items(1), title="Kustbode: sport"))
    answer = await say(router, f"/addfeed {server.url('/')}")
    assert actions(answer) == ["/addfeed 1", "/addfeed 2"]
    assert await room.sources.listed() == []
    assert "Watched from now on" in words(await say(router, "/addfeed 2"))
    (feed,) = await room.sources.listed()
    assert feed.spec.title == "Kustbode: sport"


async def test_a_number_means_what_was_offered_in_that_chat(router: Router) -> None:
    assert "Nothing was offered" in words(await say(router, "/addfeed 2", chat="bob"))


@pytest.mark.parametrize("line", ["/addfeed http://127.0.0.1/rss", "/removefeed 1"])
async def test_only_who_runs_the_bot_changes_what_is_watched(
    router: Router, room: Newsroom, line: str
) -> None:
    feed = await room.add_feed()
    assert "Only those who run this bot" in words(await say(router, line, user="anna"))
    assert [one.id for one in await room.sources.listed()] == [feed.id]


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("http://10.0.0.1/rss", "private network"),
        ("http://169.254.169.254/latest/meta-data", "private network"),
        ("file:///etc/passwd", "not http"),
        ("two words", "no address"),
        ("x" * 3000, "no address"),
    ],
)
async def test_an_address_that_cannot_be_is_refused_with_a_reason(
    router: Router, room: Newsroom, address: str, answer: str
) -> None:
    assert answer in words(await say(router, f"/addfeed {address}"))
    assert await room.sources.listed() == []


async def test_a_page_without_feeds_is_not_added(router: Router, room: Newsroom, server: FeedServer) -> None:
    server.put("/", b"<html><body>Welkom</body></html>", content_type=HTML)
    assert "no feed to be found" in words(await say(router, f"/addfeed {server.url('/')}"))
    assert await room.sources.listed() == []


async def test_a_feed_is_removed_by_number_by_address_or_by_name(router: Router, room: Newsroom) -> None:
    by_number, by_address, by_name = [
        await room.add_feed(name, name.lower()) for name in ("Kustbode", "Havenblad", "Polderpost")
    ]
    for wanted in (f"#{by_number.id}", by_address.spec.url, "polder"):
        assert "No longer watched" in words(await say(router, f"/removefeed {wanted}"))
    assert by_name.spec.outlet.name == "Polderpost"
    assert await room.sources.listed() == []
    assert "No feed fits" in words(await say(router, "/removefeed polder"))


async def test_where_several_feeds_fit_it_asks_which(router: Router, room: Newsroom) -> None:
    first, second = await room.add_feed("Kustbode"), await room.add_feed("Kustbode sport")
    answer = await say(router, "/removefeed kustbode")
    assert actions(answer) == [f"/removefeed #{first.id}", f"/removefeed #{second.id}"]
    assert len(await room.sources.listed()) == 2


async def test_feeds_in_trouble_come_first_and_say_why(router: Router, room: Newsroom) -> None:
    await room.add_feed("Kustbode", "kust")
    gap = await room.add_feed("Havenblad", "haven")
    async with room.database.write() as tx:
        await feeds.note(tx, FeedEvent(gap.id, GAP, room.clock.now(), "it names no older page"))
    lines = words(await say(router, "/feeds", user="anybody")).splitlines()
    assert lines[0] == "Feeds: 2 watched, 1 with something to say"
    assert "Havenblad: may have lost items" in lines[1]
    assert "Kustbode: read" in lines[2]
    assert "may have lost items" in words(await say(router, "/status"))
    room.clock.advance(timedelta(days=2))
    assert "0 with something to say" in words(await say(router, "/feeds"))


async def test_feeds_are_found_by_words_and_completed(router: Router, room: Newsroom) -> None:
    feed = await room.add_feed("Kustbode", "kust")
    await room.add_feed("Havenblad", "haven")
    assert "1 watched" in words(await say(router, "/feeds kustbode"))
    assert "No feed fits" in words(await say(router, "/feeds zeppelin"))
    here = Address("paper", "anna")
    assert await router.suggest("removefeed", "kust", here) == [(f"#{feed.id}", "Kustbode")]


async def test_help_says_who_may_add_feeds(router: Router) -> None:
    assert "Only those who run this bot" in words(await say(router, "/help addfeed"))
