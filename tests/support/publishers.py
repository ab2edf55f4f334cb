"""Publishers with their own domains on one real server, a poller that reads them, a clock that a test moves.

Our own line is down while the server is stopped; one publisher is down while its path answers nothing.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.domain.messages import Message, Span, Text
from bot.domain.models import Address, FeedSpec, Outlet
from bot.domain.schedule import Pace
from bot.feeds.http import Fetcher
from bot.feeds.parsing.parser import Parser
from bot.services.alarm import Alarms, Owner
from bot.services.feedwatch import FeedWatch
from bot.services.poller import Poller
from bot.store import feeds
from bot.store.feedlist import FeedHealth
from bot.store.feeds import FeedEvent
from bot.store.schema import feed_events, items
from tests.emulators.feeds import FeedServer
from tests.support.feedbuilder import FeedItem, rss
from tests.support.fetching import BRISK
from tests.support.names import Names
from tests.support.newsroom import LANE, Newsroom

LIMITS = replace(BRISK, max_bytes=500_000, per_host=20)
DOMAINS = ("kustbode", "havenblad", "polderpost", "duinkrant", "wadpers")
BOSS = "boss"


@dataclass
class Publishers:
    """Everything between publishers and chats."""

    room: Newsroom
    server: FeedServer
    fetcher: Fetcher
    poller: Poller
    specs: list[FeedSpec] = field(default_factory=list)

    def spec(self, name: str, path: str = "/rss") -> FeedSpec:
        """A feed of the publisher with this name."""
        address = f"http://{name}.example:{self.server.port}/{name}{path}"
        return FeedSpec(address, Outlet(name.title(), name), "nl")

    async def watch(self, *specs: FeedSpec) -> None:
        """Add feeds to the configuration."""
        self.specs += specs
        async with self.room.database.write() as tx:
            await feeds.configure(tx, self.specs, self.room.clock.now(), timedelta(minutes=5))

    def publish(self, name: str, news: Iterable[FeedItem], path: str = "/rss", extra: str = "") -> None:
        """What a publisher's feed holds from now on."""
        self.server.put(f"/{name}{path}", rss(news, title=name.title(), extra=extra))

    async def poll(self) -> int:
        """One tick, to its end; returns how many feeds were due."""
        count = await self.poller.tick()
        await self.poller.drain()
        return count

    async def pass_time(self, time: timedelta, step: timedelta = timedelta(minutes=10)) -> None:
        """Let the service run for so long."""
        end = self.room.clock.now() + time
        while self.room.clock.now() < end:
            self.room.clock.advance(step)
            await self.poll()
            await self.room.deliver()

    async def line_goes_down(self) -> None:
        """From now on nothing answers."""
        await self.server.__aexit__(None, None, None)

    async def line_comes_back(self) -> None:
        """Everything answers again, at the same addresses."""
        await self.server.__aenter__()

    def alerts(self, chat: str = "anna") -> list[str]:
        """The headlines that a chat was told."""
        return self.room.paper.titles(chat)

    def notices(self) -> list[str]:
        """What the one who runs the bot was told: the first two lines of each notice."""
        return [": ".join(_lines(message)[:2]) for to, message, _ in self.room.paper.sent if to == BOSS]

    async def health(self) -> dict[str, FeedHealth]:
        """How the feeds are, by outlet."""
        return {one.spec.outlet.name.lower(): one for one in await self.room.sources.listed()}

    async def stored(self) -> list[str]:
        """The headlines of all items that are stored, in the order in which they came."""
        async with self.room.database.read() as tx:
            return [row.title for row in await tx.execute(select(items.c.title).order_by(items.c.id))]

    async def events(self) -> list[FeedEvent]:
        """What happened to feeds, the oldest first."""
        async with self.room.database.read() as tx:
            rows = (await tx.execute(select(feed_events).order_by(feed_events.c.id))).all()
        return [FeedEvent(row.feed_id, row.kind, row.at, row.detail) for row in rows]


@asynccontextmanager
async def running_publishers(folder: Path, url: str = "") -> AsyncIterator[Publishers]:
    """Publishers, and a service whose data is in a folder, or in the database at an address."""
    names = Names(**{f"{name}_example": ["127.0.0.1"] for name in DOMAINS})
    room = await Newsroom(folder, url=url).open()
    async with FeedServer() as server, Parser() as parser:
        hosts = [server.host, *(f"{name}.example:{server.port}" for name in DOMAINS)]
        async with Fetcher("Heraut-test", allow_hosts=hosts, limits=LIMITS, look_up=names) as fetcher:
            watch = FeedWatch(Alarms([Owner(LANE, Address("paper", BOSS))]))
            parts = room.database, fetcher, room.ingest, room.clock
            poller = Poller(*parts, lambda _: Pace(), parse=parser.parse, watch=watch)
            yield Publishers(room, server, fetcher, poller)
            await poller.drain()
    await room.close()


def story(title: str, number: int, at: datetime, summary: str = "") -> FeedItem:
    """An item of a feed."""
    return FeedItem(title, f"https://nieuws.example/artikel/{number}", summary, at)


def _lines(message: Message) -> list[str]:
    return ["".join(map(_words, line)) for line in message.lines]


def _words(span: Span) -> str:
    return span if isinstance(span, str) else span.text if isinstance(span, Text) else ""
