"""What happens to feeds is written down and told: once, to those who run the bot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.models import FeedDue, FeedSpec, Outlet, PollState
from bot.domain.schedule import Notice, Polled
from bot.domain.tongue import ENGLISH
from bot.services.feedwatch import feed_name, notice_message
from bot.store import feeds
from bot.store.feeds import GAP
from tests.support.clock import NOON
from tests.support.feedbuilder import FeedItem
from tests.support.newsroom import place
from tests.support.publishers import DOMAINS, Publishers, running_publishers, story

pytestmark = pytest.mark.slow

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def press(tmp_path: Path, url: str) -> AsyncIterator[Publishers]:
    async with running_publishers(tmp_path, url) as running:
        yield running


def numbered(press: Publishers, first: int, count: int = 5) -> list[FeedItem]:
    """A feed's window: items with these numbers, a minute apart up to now, newest first."""
    now, last = press.room.clock.now(), first + count - 1
    return [
        story(f"NAVO-bericht nummer {number} uit {number}dorp", number, now - (last - number) * MINUTE)
        for number in range(last, first - 1, -1)
    ]


async def begun(press: Publishers, name: str = "kustbode") -> None:
    """A feed after two polls, with items 1 to 5 in its window."""
    press.publish(name, numbered(press, 1))
    await press.watch(press.spec(name))
    await press.poll()
    press.room.clock.advance(3 * HOUR)


# --- gaps -------------------------------------------------------------------------------------------


async def test_a_window_that_moved_on_is_noted_as_a_gap_and_polled_sooner(press: Publishers) -> None:
    await begun(press)
    press.publish("kustbode", numbered(press, 21))
    await press.poll()
    (event,) = await press.events()
    assert (event.kind, event.detail) == (GAP, "it names no older page")
    feed = (await press.health())["kustbode"]
    assert feed.gap_at == event.at
    assert feed.next_poll_at < press.room.clock.now() + 3 * MINUTE
    assert press.notices() == []


async def test_the_gap_is_filled_from_the_older_page(press: Publishers) -> None:
    await begun(press)
    older = press.spec("kustbode", "/rss?page=2").url
    link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="{older}"/>'
    press.publish("kustbode", numbered(press, 12), extra=link)
    press.publish("kustbode", numbered(press, 4, 8), path="/rss?page=2")
    await press.poll()
    assert await press.events() == []
    assert len(await press.stored()) == 16
    assert press.server.count("/kustbode/rss?page=2") == 1


async def test_an_older_page_that_does_not_reach_back_is_a_gap_but_taken_in(press: Publishers) -> None:
    await begun(press)
    older = press.spec("kustbode", "/rss?page=2").url
    link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="{older}"/>'
    press.publish("kustbode", numbered(press, 42), extra=link)
    press.publish("kustbode", numbered(press, 32, 11), path="/rss?page=2")
    await press.poll()
    assert [event.detail for event in await press.events()] == [
        "its older page does not reach back far enough"
    ]
    assert len(await press.stored()) == 20


async def test_what_is_missing_is_looked_for_at_the_backup_that_an_editor_named(press: Publishers) -> None:
    spec = replace(
        press.spec("kustbode"), backup=press.spec("kustbode", "/alles").url, headers={"X-Key": "k"}
    )
    press.publish("kustbode", numbered(press, 1))
    await press.watch(spec)
    await press.poll()
    press.room.clock.advance(3 * HOUR)
    press.publish("kustbode", numbered(press, 12))
    press.publish("kustbode", numbered(press, 3, 14), path="/alles")
    await press.poll()
    assert await press.events() == []
    assert len(await press.stored()) == 16
    assert press.server.seen("/kustbode/alles")[0].headers["X-Key"] == "k"


async def test_a_feeds_own_headers_do_not_go_to_another_host(press: Publishers) -> None:
    spec = replace(press.spec("kustbode"), backup=press.spec("havenblad").url, headers={"X-Key": "k"})
    press.publish("kustbode", numbered(press, 1))
    press.publish("havenblad", [])
    await press.watch(spec)
    await press.poll()
    press.room.clock.advance(3 * HOUR)
    press.publish("kustbode", numbered(press, 12))
    await press.poll()
    assert "X-Key" not in press.server.seen("/havenblad/rss")[0].headers


async def test_an_older_page_that_cannot_be_read_is_named_and_blames_nobody(press: Publishers) -> None:
    spec = replace(press.spec("kustbode"), backup=press.spec("kustbode", "/weg").url)
    press.publish("kustbode", numbered(press, 1))
    await press.watch(spec)
    await press.poll()
    press.room.clock.advance(3 * HOUR)
    press.publish("kustbode", numbered(press, 12))
    await press.poll()
    assert [event.detail for event in await press.events()] == ["its backup: the server answered 404"]
    assert (await press.health())["kustbode"].state.failures == 0


# --- silence ----------------------------------------------------------------------------------------


async def test_a_feed_that_falls_silent_is_told_once_and_shown_until_it_speaks(press: Publishers) -> None:
    for _ in range(12):
        press.publish("kustbode", numbered(press, 1 + int(press.room.clock.now().timestamp()) // 3600))
        await press.watch(*([] if press.specs else [press.spec("kustbode")]))
        await press.pass_time(HOUR)
    assert not (await press.health())["kustbode"].is_silent(press.room.clock.now())
    await press.pass_time(3 * DAY, step=HOUR)
    assert press.notices() == ["A feed fell silent: Kustbode"]
    assert (await press.health())["kustbode"].is_silent(press.room.clock.now())
    press.publish("kustbode", numbered(press, 900_000))
    await press.pass_time(8 * HOUR, step=HOUR)
    assert not (await press.health())["kustbode"].is_silent(press.room.clock.now())
    assert len(press.notices()) == 1


# --- retired, moved ---------------------------------------------------------------------------------


async def test_a_retired_feed_is_one_notice_and_never_asked_again(press: Publishers) -> None:
    press.server.status("/kustbode/rss", 410)
    await press.watch(press.spec("kustbode"))
    await press.pass_time(DAY, step=HOUR)
    assert press.notices() == ["A feed was retired by its publisher: Kustbode"]
    assert press.server.count("/kustbode/rss") == 1


async def test_a_permanent_redirect_outlives_a_restart(press: Publishers) -> None:
    press.publish("kustbode", [], path="/nieuw")
    press.server.redirect("/kustbode/rss", "/kustbode/nieuw", 301)
    await press.watch(press.spec("kustbode"))
    await press.poll()
    await press.watch()
    press.room.clock.advance(8 * HOUR)
    await press.poll()
    assert press.server.count("/kustbode/rss") == 1
    assert press.server.count("/kustbode/nieuw") == 2


async def test_a_permanent_redirect_to_something_that_is_no_feed_is_not_believed(press: Publishers) -> None:
    press.server.put("/kustbode/weg", b"<html>Dit domein is te koop</html>", content_type="text/html")
    press.server.redirect("/kustbode/rss", "/kustbode/weg", 301)
    await press.watch(press.spec("kustbode"))
    await press.poll()
    assert (await press.health())["kustbode"].spec == press.spec("kustbode")


async def test_a_feed_whose_new_address_breaks_is_read_at_the_old_one_again(press: Publishers) -> None:
    press.publish("kustbode", [], path="/nieuw")
    press.publish("havenblad", [])
    press.server.redirect("/kustbode/rss", "/kustbode/nieuw", 308)
    await press.watch(press.spec("kustbode"), press.spec("havenblad"))
    await press.poll()
    press.server.status("/kustbode/nieuw", 404)
    press.publish("kustbode", [])
    await press.pass_time(DAY)
    feed = (await press.health())["kustbode"]
    assert (feed.spec.url, feed.state.failures) == (press.spec("kustbode").url, 0)
    assert press.notices() == ["A feed is broken: Kustbode", "A feed is back: Kustbode"]


# --- hot stories, first polls -----------------------------------------------------------------------


async def test_feeds_of_a_developing_story_are_polled_sooner_than_they_would_be(press: Publishers) -> None:
    await press.room.manager.subscribe(place(), "nato")
    names = DOMAINS[:4]
    began = press.room.clock.now()
    for name in names:
        # Something every four hours: their own rhythm says to come back after 40 minutes.
        slow = [(f"{name} over gras {n}", f"https://{name}.example/{n}") for n in range(10)]
        press.publish(name, [FeedItem(*one, "", began - n * 4 * HOUR) for n, one in enumerate(slow)])
    await press.watch(*map(press.spec, names))
    await press.poll()
    press.room.clock.advance(HOUR)
    at = press.room.clock.now()
    for name in names[:3]:
        title = "Rutte roept NAVO bijeen na aanval op haven van Gdynia"
        press.publish(name, [FeedItem(title, f"https://{name}.example/gdynia", "", at)])
    await press.poll()
    reads = {name: press.server.count(f"/{name}/rss") for name in names}
    await press.pass_time(20 * MINUTE, step=MINUTE)
    more = {name: press.server.count(f"/{name}/rss") - reads[name] for name in names}
    assert min(more[name] for name in names[:3]) >= 5
    assert more[names[3]] == 0


async def test_the_first_poll_of_a_feed_floods_nobody_who_followed_before(press: Publishers) -> None:
    await press.room.manager.subscribe(place(), "nato")
    press.room.clock.advance(7 * DAY)
    press.publish("kustbode", numbered(press, 1, 60))
    press.room.clock.advance(MINUTE)
    await press.watch(press.spec("kustbode"))
    await press.poll()
    await press.room.deliver()
    assert press.alerts() == []
    assert len(await press.stored()) == 60


async def test_a_feed_that_comes_back_after_a_month_begins_as_a_new_one(press: Publishers) -> None:
    await press.room.manager.subscribe(place(), "nato")
    await begun(press)
    async with press.room.database.write() as tx:
        await feeds.configure(tx, [], press.room.clock.now(), 5 * MINUTE)
    press.room.clock.advance(30 * DAY)
    press.publish("kustbode", numbered(press, 100, 40))
    press.room.clock.advance(MINUTE)
    await press.watch()
    await press.poll()
    await press.room.deliver()
    assert press.alerts() == []


# --- what is said -----------------------------------------------------------------------------------


def due(title: str = "") -> FeedDue:
    spec = FeedSpec("https://kust.example/rss", Outlet("Kustbode", "kust"), "nl", title)
    return FeedDue(7, spec, PollState(last_success_at=NOON), NOON, NOON)


@pytest.mark.parametrize("notice", Notice)
def test_every_notice_names_the_feed_and_offers_to_stop_it_when_it_is_bad_news(notice: Notice) -> None:
    message = notice_message(notice, due(), Polled(PollState(last_error="503"), NOON, notice), ENGLISH)
    assert message.lines[1] == ("Kustbode",)
    actions = [button.action for row in message.buttons for button in row]
    assert actions == ([] if notice is Notice.BACK else ["/removefeed #7"])


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("", "Kustbode"),
        ("Kustbode", "Kustbode"),
        ("Kustbode: sport", "Kustbode: sport"),
        ("Sport", "Kustbode: Sport"),
    ],
)
def test_a_feed_is_called_by_its_outlet_first(title: str, name: str) -> None:
    assert feed_name(due(title).spec) == name
