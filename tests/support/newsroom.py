"""Everything between a feed document and the ledger, small and real: a database, rules, stories."""

import asyncio
import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from bot.domain.entities import Catalog
from bot.domain.messages import Message
from bot.domain.models import (
    Address,
    Brief,
    FeedDue,
    FeedSpec,
    Outcome,
    Outlet,
    ParsedFeed,
    ParsedItem,
    Sent,
    Topic,
)
from bot.domain.rule_tree import Rule
from bot.domain.rules import parse_rule
from bot.domain.schedule import Pace, Polled, Reading
from bot.domain.stories import StoryWindow
from bot.feeds.http import Fetcher
from bot.services.alarm import Alarms, Owner
from bot.services.charting import Painter
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.services.ingest import Ingest, Intake, Policy
from bot.services.manage import Defaults, Manager, Place
from bot.services.packs import load_catalog, load_vocabulary
from bot.services.rulebook import RuleBook
from bot.services.sources import Sources
from bot.services.usecases import Footing, use_cases
from bot.store import feedlist, feeds
from bot.store.database import Database
from tests.support.clock import StoppedClock
from tests.support.databases import prepare
from tests.support.fetching import PATIENT

TOPICS = (
    Topic("nato", {"nl": "NAVO", "en": "NATO"}, "@nato"),
    Topic("rutte", {"nl": "Mark Rutte", "en": "Mark Rutte"}, "@rutte"),
    Topic("harbour", {"nl": "Haven", "en": "Harbour"}, "haven* OR harbour*"),
)
CATALOG: Catalog = load_catalog()
VOCABULARY = load_vocabulary()
LANE = "paper:1"
PACE = Pace(timedelta(minutes=2), timedelta(hours=6))


def place(chat: str = "anna") -> Place:
    return Place(LANE, Address("paper", chat), chat.title())


@dataclass
class Paper:
    """A chat platform on paper: it keeps what it was told, and answers as the test wants."""

    name: str = "paper"
    lane: str = LANE
    sent: list[tuple[str, Message, str]] = field(default_factory=list)
    edits: list[tuple[str, str, Message]] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    async def run(self) -> None:
        """Nothing to connect to."""

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        self.sent.append((address.chat, message, key))
        return self.answers.pop(0) if self.answers else Sent(f"m{len(self.sent)}")

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        self.edits.append((address.chat, message_id, message))
        return self.answers.pop(0) if self.answers else Sent(message_id)

    def titles(self, chat: str) -> list[str]:
        """The headlines of the alerts that a chat got."""
        return [message.card.title for to, message, _ in self.sent if to == chat and message.card]


@cache
def _first_book() -> RuleBook:
    return RuleBook(CATALOG, _rules(()))


def new_book() -> RuleBook:
    """A book of the topics' rules. Compiling takes long; what one test replaces no other sees."""
    book = copy.copy(_first_book())
    book._turn = asyncio.Lock()
    return book


class Newsroom:
    """A database, one in a folder of the test unless its address is given, and the services around it."""

    def __init__(self, folder: Path, clock: StoppedClock | None = None, url: str = "") -> None:
        self.clock = clock or StoppedClock()
        self.database = Database(url or f"sqlite+aiosqlite:///{folder}/heraut.sqlite3")
        self.book = new_book()
        self.window = StoryWindow(vocabulary=VOCABULARY)
        self.manager = Manager(self.database, TOPICS, self.book, self._follow, self.clock, Defaults())
        self.ingest = Ingest(self.database, self.book, self.window, self.clock, Policy())
        self.paper = Paper()
        self.first = Intake()
        self.pump = LanePump(
            self.database,
            self.paper,
            Composer(self.database),
            self.clock,
            monotonic=lambda: self.clock.now().timestamp(),
        )

        self.fetcher = Fetcher("Heraut-test", allow_hosts=["127.0.0.1"], limits=PATIENT)
        self.sources = Sources(self.database, self.fetcher, self.clock)

        self.alarms = Alarms([Owner(LANE, Address("paper", "boss"))])
        self.cases = use_cases(
            self.database,
            self.clock,
            self.manager,
            Painter(),
            Footing(self.book, TOPICS, self._follow, self.alarms.notify),
            folder=folder / "backups",
        )

    async def open(self) -> "Newsroom":
        await prepare(self.database)
        await self.fetcher.__aenter__()
        return self

    async def close(self) -> None:
        await self.fetcher.__aexit__(None, None, None)
        await self.database.close()

    async def add_feed(
        self,
        outlet: str = "Proefkrant",
        owner: str = "proef",
        first: Sequence[ParsedItem] = (),
        language: str = "nl",
    ) -> FeedDue:
        """A feed after its first poll, which brought the items of `first`."""
        spec = FeedSpec(
            f"https://{owner}.example/{outlet}/rss".replace(" ", "-"), Outlet(outlet, owner), language
        )
        async with self.database.write() as tx:
            known = [health.spec for health in await feedlist.page(tx, self.clock.now())]
            await feeds.configure(tx, [*known, spec], self.clock.now(), timedelta(minutes=5))
        self.first = await self.take(await self.due(spec), list(first))
        return await self.due(spec)

    async def due(self, spec: FeedSpec) -> FeedDue:
        """Lease one feed, whenever it is due."""
        return await self.due_at(spec.url)

    async def due_at(self, url: str) -> FeedDue:
        """The same, by its address."""
        async with self.database.write() as tx:
            await feeds.release_all(tx)
            found = await feeds.lease_due(tx, self.clock.now() + timedelta(days=1), timedelta(minutes=1), 100)
        return next(due for due in found if due.spec.url == url)

    async def take(
        self, due: FeedDue, items: list[ParsedItem], briefs: Mapping[str, Brief] | None = None
    ) -> Intake:
        """What the poller does with a document of these items, newest first."""
        due = await self.due(due.spec)

        def schedule(reading: Reading) -> Polled:
            state = due.state
            return Polled(
                type(state)(last_success_at=self.clock.now()), self.clock.now() + timedelta(minutes=5)
            )

        parsed = ParsedFeed("", due.spec.url, None, tuple(items))
        intake, _ = await self.ingest.take(due, parsed, schedule, briefs=briefs)
        return intake

    async def deliver(self) -> None:
        """Run the pump until nothing is left that may go now."""
        while await self.pump.turn():
            pass

    async def _follow(self, texts: Collection[str]) -> None:
        await self.book.replace(_rules(texts))


def _rules(texts: Collection[str]) -> dict[str, Rule]:
    written = {f"rule:{text}": parse_rule(text, CATALOG.entities) for text in texts}
    return {f"topic:{topic.slug}": parse_rule(topic.rule, CATALOG.entities) for topic in TOPICS} | written


def report(title: str, number: int, at: datetime, summary: str = "", site: str = "proef") -> ParsedItem:
    """An item of a feed document."""
    url = f"https://{site}.example/artikel/{number}"
    return ParsedItem(guid=url, url=url, title=title, summary=summary, text=summary, published=at)
