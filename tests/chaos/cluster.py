"""The field of the chaos on many machines: workers and two gateways on a PostgreSQL that can crash.

Each gateway has a line of its own to the database, which can be cut while its line to the platforms works:
that is the cut after which two could speak at once. Where this process has a network of its own, the database
runs in another namespace and the lines are network links that are put down; elsewhere they are ports of a
proxy that lets nothing through.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from sqlalchemy import make_url

from tests.chaos.field import HEADLINES, SHOWN, Account, Scene, accounts_of, settings_of, subscribe
from tests.chaos.size import LONG
from tests.emulators.discord import DiscordEmulator
from tests.emulators.feeds import FeedServer
from tests.emulators.telegram import Limits, TelegramEmulator
from tests.support.crashable import CrashablePostgres
from tests.support.cutline import CutLine
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess
from tests.support.namespace import ALONE, VethLine, entered
from tests.support.waiting import until

OUTLETS = ("Kustbode", "Proefkrant", "Gazette")
WORKERS = ("w1", "w2", "w3") if LONG else ("w1", "w2")
GATEWAYS = ("g1", "g2")


@dataclass
class Cluster(Scene):
    """Processes on one database, by name; and the line of each gateway."""

    processes: dict[str, HerautProcess]
    lines: dict[str, CutLine] | dict[str, VethLine]
    postgres: CrashablePostgres
    window: psycopg.Connection[tuple[Any, ...]] | None = None

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        if self.window is None or self.window.closed:
            address = make_url(self.postgres.url).set(drivername="postgresql")
            self.window = psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)
        return self.window.execute(query.replace("?", "%s").encode(), values or None).fetchall()

    def publish(self) -> None:
        """One more story, in the feeds in turn."""
        number = len(self.published)
        url = f"https://proefkrant.example/artikel/{1000 + number}"
        self.published.append(FeedItem(HEADLINES[number], url, "", datetime.now(UTC)))
        own = self.published[number % len(OUTLETS) :: len(OUTLETS)]
        self.feed.put(f"/{number % len(OUTLETS)}", rss(list(reversed(own))[:SHOWN]))

    async def crash(self) -> None:
        """The database is gone, with all connections to it."""
        await self.postgres.crash()
        if self.window is not None:
            self.window.close()

    async def kill(self, name: str) -> None:
        self.kills += 1
        await self.processes[name].kill()

    async def speaker(self, account: Account) -> str:
        """The gateway that speaks for an account."""

        async def found() -> str:
            for name in GATEWAYS:
                if account.lane in await attended(self.processes[name]):
                    return name
            return ""

        return await until(found)


async def attended(process: HerautProcess) -> set[str]:
    """The accounts that a gateway says it speaks for; none while it does not run."""
    soon = aiohttp.ClientTimeout(total=5)  # one that is cut off from the database does not answer
    try:
        async with (
            aiohttp.ClientSession(process.url, timeout=soon) as client,
            client.get("/metrics") as answer,
        ):
            return set(re.findall(r'heraut_lane_attended\{lane="([^"]+)"\} 1', await answer.text()))
    except (aiohttp.ClientError, TimeoutError):
        return set()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Cluster]:
    """All of them running, and every feed read once."""
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(CrashablePostgres(ALONE if entered() else ()))
        telegram = await stack.enter_async_context(TelegramEmulator(limits=Limits()))
        discord = await stack.enter_async_context(DiscordEmulator(enforce_limits=True))
        feed = await stack.enter_async_context(FeedServer())
        for number in range(len(OUTLETS)):
            old = FeedItem("Veerdienst vaart weer", f"https://proefkrant.example/artikel/{number}")
            feed.put(f"/{number}", rss([old]))
        accounts = await accounts_of(telegram, discord)
        await subscribe(postgres.url, accounts)
        lines = await _lines(stack, postgres)
        addresses = dict.fromkeys(WORKERS, postgres.url) | {name: line.url for name, line in lines.items()}
        processes = {
            name: _process(folder / name, name, url, telegram, discord, feed)
            for name, url in addresses.items()
        }
        made = Cluster(feed, accounts, processes, lines, postgres)
        for process in processes.values():
            stack.push_async_callback(process.stop)
        await asyncio.gather(*(process.start() for process in processes.values()))
        stack.callback(lambda: made.window.close() if made.window else None)

        async def polled() -> bool:
            rows = made.ask("SELECT 1 FROM feeds WHERE last_success_at IS NOT NULL")
            return len(rows) == len(OUTLETS)

        await until(polled)
        for account in accounts:
            await made.speaker(account)
        yield made


async def _lines(
    stack: AsyncExitStack, postgres: CrashablePostgres
) -> dict[str, CutLine] | dict[str, VethLine]:
    if not entered():
        return {name: await stack.enter_async_context(CutLine(postgres.url)) for name in GATEWAYS}
    return {
        name: await stack.enter_async_context(VethLine(postgres, number))
        for number, name in enumerate(GATEWAYS, 1)
    }


def _process(
    folder: Path, name: str, url: str, telegram: TelegramEmulator, discord: DiscordEmulator, feed: FeedServer
) -> HerautProcess:
    return HerautProcess(
        folder,
        settings=settings_of(telegram, discord, feed),
        feeds="".join(
            f"[[feed]]\nurl = '{feed.url(f'/{number}')}'\noutlet = '{outlet}'\nowner = '{outlet.lower()}'\n"
            for number, outlet in enumerate(OUTLETS)
        ),
        environment={
            "HERAUT_TELEGRAM__TOKEN": telegram.token,
            "HERAUT_DISCORD__TOKEN": discord.token,
            "HERAUT_DATABASE_URL": url,
            "HERAUT_WEB__PROBES": "true",
        },
        role="worker" if name in WORKERS else "gateway",
    )
