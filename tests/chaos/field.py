"""The field of the crash test: emulated far ends, forty chats on each platform, one feed, one Heraut.

The chats follow one topic; a publisher brings out one story after another. The books are closed at the
end: every story is told once in every chat, in a message of its own or in a digest.
"""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.chat.discord import DiscordPlatform
from bot.chat.telegram import TelegramPlatform
from bot.domain.models import Address, Target
from bot.store import chats
from bot.store.database import Database
from tests.emulators.discord import DiscordEmulator
from tests.emulators.feeds import FeedServer
from tests.emulators.telegram import TelegramEmulator
from tests.support import lane as lanes
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess
from tests.support.waiting import until

CHATS = 40
SHOWN = 30
"""Items in the feed's document."""

HEADLINES = (Path(__file__).parent / "headlines.txt").read_text(encoding="utf8").splitlines()
"""Fifty events that nobody takes for one another."""


@dataclass
class Account:
    """One emulated account: where it was told what."""

    lane: str
    addresses: list[Address]
    emulator: TelegramEmulator | DiscordEmulator

    def shown(self, address: Address) -> list[str]:
        """The texts of all messages in a chat."""
        if isinstance(self.emulator, TelegramEmulator):
            return [f"{m.text} {' '.join(m.links)}" for m in self.emulator.messages(int(address.chat))]
        return [
            f"{m.text} {' '.join(url for _, url in m.links)}" for m in self.emulator.messages(address.chat)
        ]

    @property
    def told(self) -> int:
        """How many messages there are in all chats."""
        if isinstance(self.emulator, TelegramEmulator):
            return sum(len(self.emulator.messages(int(address.chat))) for address in self.addresses)
        return sum(len(self.emulator.messages(address.chat)) for address in self.addresses)


@dataclass
class Scene(ABC):
    """What is published, and what becomes of it, whoever does the work."""

    feed: FeedServer
    accounts: list[Account]
    published: list[FeedItem] = field(default_factory=list, kw_only=True)
    kills: int = field(default=0, kw_only=True)

    @abstractmethod
    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the ledger from outside."""

    def publish(self) -> None:
        """One more story."""
        number = len(self.published)
        title = HEADLINES[number]
        url = f"https://proefkrant.example/artikel/{1000 + number}"
        self.published.append(FeedItem(title, url, "", datetime.now(UTC)))
        self.feed.put("/rss", rss(list(reversed(self.published))[:SHOWN]))

    @property
    def told(self) -> int:
        return sum(account.told for account in self.accounts)

    @property
    def backlog(self) -> int:
        """How many messages are owed on both platforms, those of stories that are not yet read included."""
        (items,) = self.ask("SELECT count(*) FROM items WHERE url LIKE '%/artikel/1___'")[0]
        (open_rows,) = self.ask("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')")[0]
        return int(open_rows + (len(self.published) - items) * 2 * CHATS)

    async def settled(self, seconds: float) -> None:
        """Wait until every story is stored, placed and told, and nothing is owed any more."""

        async def done() -> bool:
            (items,) = self.ask("SELECT count(*) FROM items WHERE url LIKE '%/artikel/1___'")[0]
            (open_rows,) = self.ask("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')")[
                0
            ]
            return bool(items == len(self.published) and open_rows == 0)

        await until(done, seconds)

    def stories(self) -> dict[int, list[str]]:
        """The addresses of the reports of each story."""
        found: dict[int, list[str]] = {}
        for story, url in self.ask(
            "SELECT story_id, url FROM story_items JOIN items ON items.id = item_id "
            "WHERE url LIKE '%/artikel/1___'"
        ):
            found.setdefault(story, []).append(url)
        return found

    def lost_answers(self, lane: str) -> dict[tuple[str, int], int]:
        """How often an answer was lost, by chat and story; for a digest, by chat and each of its stories."""
        rows = self.ask(
            "SELECT c.chat, coalesce(d.story_id, f.story_id), d.lost_answers FROM deliveries d "
            "JOIN chats c ON c.id = d.chat_id LEFT JOIN deliveries f ON f.folded_into = d.id "
            "WHERE d.lane = ? AND d.lost_answers > 0",
            lane,
        )
        return {(chat, story): lost for chat, story, lost in rows if story is not None}

    def disorder(self, account: Account) -> list[tuple[str, list[int], list[int]]]:
        """The chats that read their alerts in another order than they were owed, with both orders."""
        owed: dict[str, list[int]] = {}
        for chat, story in self.ask(
            "SELECT c.chat, d.story_id FROM deliveries d JOIN chats c ON c.id = d.chat_id "
            "WHERE d.lane = ? AND d.kind = 'alert' AND d.state = 'sent' ORDER BY d.priority DESC, d.id",
            account.lane,
        ):
            owed.setdefault(chat, []).append(story)
        stories, wrong = self.stories(), []
        for address in account.addresses:
            shown = account.shown(address)
            first = {
                story: min(place for place, text in enumerate(shown) if any(url in text for url in urls))
                for story, urls in stories.items()
                if story in owed.get(address.chat, [])
            }
            read = sorted(first, key=first.__getitem__)
            if read != owed.get(address.chat, []):
                wrong.append((address.chat, read, owed.get(address.chat, [])))
        return wrong

    def books(self, account: Account) -> "Books":
        """What was owed to an account's chats against what its emulator shows."""
        stories, lost_answers = self.stories(), self.lost_answers(account.lane)
        books = Books()
        for address in account.addresses:
            shown = account.shown(address)
            for story, urls in stories.items():
                times = sum(any(f"{url}" in text for url in urls) for text in shown)
                books.owed += 1
                books.times[times] += 1
                if times == 0:
                    books.lost.append((address.chat, story))
                elif times > 1:
                    explained = times - 1 <= lost_answers.get((address.chat, story), 0)
                    (books.explained if explained else books.unexplained).append((address.chat, story))
        return books


@dataclass
class Field(Scene):
    """One Heraut on SQLite, with a clock that can be moved."""

    heraut: HerautProcess
    clock: Path

    async def kill_and_restart(self) -> None:
        self.kills += 1
        await self.heraut.kill()
        await self.heraut.start()

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the ledger from outside."""
        with sqlite3.connect(f"file:{self.heraut.database}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(query, values).fetchall()


@dataclass
class Books:
    """The count of one account. `explained` are doubles of which the ledger knows that an answer was lost."""

    owed: int = 0
    times: Counter[int] = field(default_factory=Counter)
    lost: list[tuple[str, int]] = field(default_factory=list)
    explained: list[tuple[str, int]] = field(default_factory=list)
    unexplained: list[tuple[str, int]] = field(default_factory=list)


@asynccontextmanager
async def opened(folder: Path, *, shifted: bool = False) -> AsyncIterator[Field]:
    """A field with Heraut running and its first poll done."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramEmulator())
        discord = await stack.enter_async_context(DiscordEmulator())
        feed = await stack.enter_async_context(FeedServer())
        feed.put("/rss", rss([FeedItem("Veerdienst vaart weer", "https://proefkrant.example/artikel/1")]))
        clock = folder / "clock"
        heraut = HerautProcess(
            folder,
            settings=settings_of(telegram, discord, feed),
            feeds=f"[[feed]]\nurl = '{feed.url('/rss')}'\noutlet = 'Proefkrant'\nowner = 'proef'\n",
            environment={
                "HERAUT_TELEGRAM__TOKEN": telegram.token,
                "HERAUT_DISCORD__TOKEN": discord.token,
                "HERAUT_TEST_CLOCK": str(clock),
            },
            command=("-m", "tests.chaos.shifted") if shifted else ("-m", "bot", "run", "--config"),
        )
        accounts = await accounts_of(telegram, discord)
        heraut.database.parent.mkdir(parents=True, exist_ok=True)
        await subscribe(f"sqlite+aiosqlite:///{heraut.database}", accounts)
        await stack.enter_async_context(heraut)
        made = Field(feed, accounts, heraut, clock)

        async def polled() -> bool:
            return bool(made.ask("SELECT 1 FROM feeds WHERE last_success_at IS NOT NULL"))

        await until(polled)
        yield made


async def accounts_of(telegram: TelegramEmulator, discord: DiscordEmulator) -> list[Account]:
    """Forty chats on each."""
    return [
        Account(_lane_of(lanes.telegram(telegram)), lanes.telegram_chats(telegram, CHATS), telegram),
        Account(_lane_of(lanes.discord(discord)), await lanes.discord_chats(discord, CHATS), discord),
    ]


def _lane_of(platform: TelegramPlatform | DiscordPlatform) -> str:
    return platform.lane


def settings_of(telegram: TelegramEmulator, discord: DiscordEmulator, feed: FeedServer) -> str:
    return (
        f"[telegram]\napi_base_url = '{telegram.url}'\n"
        f"[discord]\napi_base_url = '{discord.api_base_url}'\ngateway_url = '{discord.gateway_url}'\n"
        "[polling]\ntick_seconds = 0.2\nmin_interval_seconds = 1\nmax_interval_seconds = 1\n"
        f"host_spacing_seconds = 0\nallow_hosts = ['{feed.host}']\n"
        "[alerts]\nthreshold = 0.0\n"
    )


async def subscribe(url: str, accounts: list[Account]) -> None:
    """As if every chat had said ``/subscribe nato`` an hour ago."""
    database = Database(url)
    await database.migrate()
    now = datetime.now(UTC)
    async with database.write() as tx:
        for account in accounts:
            for address in account.addresses:
                chat = await chats.ensure(
                    tx, account.lane, address, now, title=address.chat, language="nl", timezone="UTC"
                )
                await chats.subscribe(tx, chat.id, Target.TOPIC, "nato", 0.0, now)
    await database.close()


async def pause(seconds: float) -> None:
    await asyncio.sleep(seconds)
