"""The web chat on a real port with a real database, and a small bot that answers in it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

from starlette.routing import Route

from bot.chat.webchat import WebChatPlatform
from bot.domain.messages import AlertCard, Button, Message, Text, say
from bot.domain.models import Address
from bot.domain.rooms import Room
from bot.ports import ChatEvent, Clock, CommandSpec, Hooks, Inbound, SystemClock
from bot.services.chatdesk import ChatDesk
from bot.services.manage import Defaults, Manager
from bot.services.rooms import Rooms
from bot.services.rulebook import RuleBook
from bot.store.database import Database
from bot.web.access import Login
from bot.web.app import create_app
from bot.web.desk import Desk
from bot.web.health import Health
from bot.web.server import WebServer, address, listen
from bot.web.settingsview import Group
from tests.support import newsroom
from tests.support.clock import NOON
from tests.support.databases import prepare

ROOMS = (
    Room("atlantic", "atlantic", about="NAVO, Rutte en Trump, in het Nederlands en het Engels"),
    Room("heraut", "Heraut", direct=True),
)
COMMANDS = (
    CommandSpec("help", "What Heraut can do"),
    CommandSpec("topics", "What there is to follow"),
    CommandSpec("subscribe", "Follow a topic here", "topic", "a topic", True, True, True),
    CommandSpec("status", "How it is going"),
)
TOPICS = (("nato", "NAVO"), ("rutte", "Mark Rutte"), ("trump", "Donald Trump"))


def alert(title: str = "NAVO oefent bij Zeebrugge", age: timedelta = timedelta(minutes=12)) -> AlertCard:
    """An alert of an invented event."""
    return AlertCard(
        title=title,
        url="https://nieuws.example/navo-oefent",
        outlet="Kustbode",
        published=NOON - age,
        summary="Twintig schepen oefenen drie dagen lang voor de kust.",
        topics=("nato",),
        language="nl",
    )


@dataclass
class SmallBot:
    """Answers a few commands, when it is free to, and keeps what it was told."""

    heard: list[Inbound] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    async def receive(self, said: Inbound) -> Message:
        self.heard.append(said)
        await self.free.wait()
        if said.text == "/help":
            lines = [(Text(f"/{command.name}", code=True), " ", command.description) for command in COMMANDS]
            return say((Text("Heraut", bold=True),), *lines, buttons=[[Button("Onderwerpen", "/topics")]])
        if said.text == "/topics":
            rows = [[Button(f"Volg {label}", f"/subscribe {value}") for value, label in TOPICS]]
            return say("Hier kun je kiezen:", buttons=rows)
        return say(f"Gehoord: {said.text}")

    async def suggest(self, command: str, typed: str, where: Address) -> list[tuple[str, str]]:
        return [pair for pair in TOPICS if pair[0].startswith(typed)]

    async def observe(self, event: ChatEvent) -> None:
        raise AssertionError("the web chat has nothing to observe")


@dataclass
class Site:
    """A running web chat."""

    url: str
    database: Database
    rooms: Rooms
    platform: WebChatPlatform
    bot: SmallBot

    async def send(self, card: AlertCard, key: str, room: str = "atlantic") -> str:
        message = Message(card=card, buttons=((Button("Open", url=card.url),),), language="nl")
        await self.platform.send(Address("web", room), message, key)
        return str((await self.rooms.history(room)).posts[-1].id)


@cache
def _empty_book() -> RuleBook:
    return RuleBook(newsroom.CATALOG, {})


@asynccontextmanager
async def running_site(
    folder: Path,
    *,
    port: int = 0,
    rooms: Sequence[Room] = ROOMS,
    clock: Clock | None = None,
    idle_seconds: float = 10,
    healthy: bool = True,
    ready: bool = True,
    token: str = "",
    login: Login | None = None,
    book: RuleBook | None = None,
    settings: Sequence[Group] = (),
    routes: Sequence[Route] = (),
    hooks: Hooks | None = None,
) -> AsyncIterator[Site]:
    """The site on loopback, with its data in a folder; stopped as in production.

    `hooks` answer instead of the small bot.
    """
    clock = clock or SystemClock()
    database = Database(f"sqlite+aiosqlite:///{folder}/heraut.sqlite3")
    await prepare(database)
    bot = SmallBot()
    shelf = Rooms(database, clock, rooms, idle_seconds=idle_seconds)
    hooks = hooks or Hooks(bot.receive, bot.suggest, bot.observe, COMMANDS)
    platform = WebChatPlatform(shelf, hooks)

    async def health() -> Health:
        return Health(healthy, {"lanes": 1})

    book = book or _empty_book()

    async def follow(texts: Collection[str]) -> None:
        followed.append(frozenset(texts))

    followed: list[frozenset[str]] = []
    manager = Manager(database, newsroom.TOPICS, book, follow, clock, Defaults())
    app = create_app(
        desk=Desk(database, newsroom.TOPICS, book, clock),
        chats=ChatDesk(database, manager, clock),
        settings=settings,
        token=token,
        login=login,
        rooms=shelf,
        say=platform.say,
        suggest=platform.suggest,
        commands=hooks.commands,
        health=health,
        ready=lambda: ready,
        routes=routes,
        version="1.2.3",
    )
    listener = listen("127.0.0.1", port)
    server = asyncio.create_task(WebServer(app, listener, shelf.close).serve_until_cancelled())
    try:
        yield Site(address(listener), database, shelf, platform, bot)
    finally:
        server.cancel()
        with suppress(asyncio.CancelledError):
            await server
        await database.close()
