"""The work in several processes on one PostgreSQL: workers, two gateways, the pages; a gateway is killed."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest

from bot.domain.models import DeliveryState
from bot.store import books
from bot.store.database import Database
from tests.emulators.feeds import FeedServer
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.server import DEFAULT_TOKEN
from tests.support import databases
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess, run_cli
from tests.support.waiting import until

pytestmark = pytest.mark.slow

PATIENCE = 60.0
INTERVAL_SECONDS, FEEDS = 4, 8
EVENTS = (
    "Waddenwacht stuurt extra schepen naar de Oostzee",
    "Waddenwacht opent een hoofdkwartier in Finland",
)
PACK = """
title = "The coast"
[[entity]]
id = "waddenwacht"
name = "Waddenwacht"
kind = "organisation"
wikidata = "Q99999999"
sources = ["https://waddenwacht.example/over"]
names.all = ["Waddenwacht"]
"""


class Stack:
    """Processes on one database, one feed, and a chat on Telegram."""

    def __init__(self, folder: Path, url: str, telegram: TelegramEmulator, feed: FeedServer) -> None:
        self.telegram, self.feed = telegram, feed
        self.chat = telegram.add_chat(title="Anna")
        self._folder, self._url = folder, url
        self._packs = folder / "packs"
        self._packs.mkdir()
        self._items = [
            FeedItem(
                "Stationshal in Zwolle verbouwd",
                "https://proefkrant.example/artikel/1",
                "",
                datetime.now(UTC) - timedelta(days=7),
            )
        ]
        self._put()

    def process(self, name: str, role: str) -> HerautProcess:
        """One more process, not started."""
        return HerautProcess(
            self._folder / name,
            settings=f"packs_dir = '{self._packs}'\n[telegram]\napi_base_url = '{self.telegram.url}'\n"
            "[polling]\ntick_seconds = 0.2\n"
            "min_interval_seconds = 1\nmax_interval_seconds = 1\nhost_spacing_seconds = 0\n"
            f"allow_hosts = ['{self.feed.host}']",
            feeds=f"[[feed]]\nurl = '{self.feed.url('/rss')}'\noutlet = 'Proefkrant'\nowner = 'proef'\n",
            environment={
                "HERAUT_TELEGRAM__TOKEN": self.telegram.token,
                "HERAUT_DATABASE_URL": self._url,
                "HERAUT_WEB__PROBES": "true",
            },
            role=role,
        )

    def publish(self, number: int) -> None:
        """An article appears in the feed."""
        url = f"https://proefkrant.example/artikel/{number + 2}"
        self._items.insert(0, FeedItem(EVENTS[number], url, "", datetime.now(UTC)))
        self._put()

    async def told(self, number: int) -> None:
        """Wait for the alert about an article."""
        await until(lambda: self._count(number), PATIENCE)

    def alerts(self) -> list[int]:
        """How often the chat was told of each article."""
        return [sum(event in each.text for each in self.telegram.messages(self.chat)) for event in EVENTS]

    async def booked(self) -> None:
        """Wait until no message is under way any more: one whose answer is lost would come twice."""
        database = Database(self._url)

        async def closed() -> bool:
            async with database.read() as tx:
                counts = await books.counts(tx)
            return counts.get(DeliveryState.SENT, 0) > 0 and set(counts) <= {DeliveryState.SENT}

        try:
            await until(closed, PATIENCE)
        finally:
            await database.close()

    async def follow(self, *processes: HerautProcess) -> None:
        """Anna follows a name that comes in a new pack, by a rule of her own; these processes know both."""
        (self._packs / "coast.toml").write_text(PACK, encoding="utf8")
        await _logged(processes, "packs taken")
        before = await _mark(processes[0])
        self.telegram.user_says(self.chat, self.chat, "/subscribe @waddenwacht")
        await self.telegram.wait_text(self.chat, "waddenwacht", PATIENCE)
        await until(lambda: _agree(processes, before), PATIENCE)

    async def _count(self, number: int) -> int:
        return self.alerts()[number]

    def _put(self) -> None:
        self.feed.put("/rss", rss(list(self._items)))


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(databases.address("postgres", tmp_path, migrated=False))
        telegram = await opened.enter_async_context(TelegramEmulator())
        feed = await opened.enter_async_context(FeedServer())
        yield Stack(tmp_path, url, telegram, feed)


async def test_each_alert_comes_once_though_a_gateway_is_killed(stack: Stack) -> None:
    roles = {"w1": "worker", "w2": "worker", "g1": "gateway", "g2": "gateway", "web": "web"}
    processes = {name: stack.process(name, role) for name, role in roles.items()}
    async with AsyncExitStack() as running:
        for name in ("g1", "w1", "w2", "web"):
            await running.enter_async_context(processes[name])
        await until(lambda: _owns(processes["g1"]), PATIENCE)
        await running.enter_async_context(processes["g2"])
        await until(lambda: _attends(processes["g1"]), PATIENCE)
        assert not await _attends(processes["g2"])
        await stack.follow(*processes.values())
        stack.publish(0)
        await stack.told(0)
        await stack.booked()

        await processes["g1"].kill()
        stack.publish(1)
        await stack.told(1)
        await asyncio.sleep(2)
        assert stack.alerts() == [1, 1]
        assert await _owns(processes["g2"])
        assert await _attends(processes["g2"])
        assert [await each.stop() for name, each in processes.items() if name != "g1"] == [0] * 4
    assert "Traceback" not in "".join(each.log for each in processes.values())


async def test_two_workers_started_at_once_poll_each_feed_once_per_interval(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(FEEDS)]
    async with databases.address("postgres", tmp_path, migrated=False) as url, FeedServer() as feed:
        for path in paths:
            feed.put(path, rss([FeedItem("Veerdienst vaart weer", f"https://proefkrant.example{path}")]))
        workers = [_worker(tmp_path / name, url, feed, paths) for name in ("w1", "w2")]
        await asyncio.gather(*(worker.start() for worker in workers))
        try:
            await until(lambda: _asked(feed, paths, 4), PATIENCE)
        finally:
            await asyncio.gather(*(worker.stop() for worker in workers))
        for path in paths:
            times = [seen.at for seen in feed.requests if seen.path == path]
            assert min(later - earlier for earlier, later in pairwise(times)) > INTERVAL_SECONDS / 2


async def test_a_role_needs_a_database_that_can_be_shared(tmp_path: Path) -> None:
    config = tmp_path / "heraut.toml"
    config.write_text(f"data_dir = '{tmp_path}'\n", encoding="utf8")
    status, _, errors = await run_cli("run", "--config", str(config), "--role", "worker")
    assert status == 2
    assert "one PostgreSQL" in errors


def _worker(folder: Path, url: str, feed: FeedServer, paths: list[str]) -> HerautProcess:
    return HerautProcess(
        folder,
        settings=f"[polling]\ntick_seconds = 0.2\nbatch = 2\nper_host = {FEEDS}\nhost_spacing_seconds = 0\n"
        f"min_interval_seconds = {INTERVAL_SECONDS}\nmax_interval_seconds = {INTERVAL_SECONDS}\n"
        f"allow_hosts = ['{feed.host}']",
        feeds="".join(
            f"[[feed]]\nurl = '{feed.url(path)}'\noutlet = '{path}'\nowner = 'proef'\n" for path in paths
        ),
        environment={"HERAUT_DATABASE_URL": url, "HERAUT_TELEGRAM__TOKEN": DEFAULT_TOKEN},
        role="worker",
    )


async def _asked(feed: FeedServer, paths: list[str], times: int) -> bool:
    return all(feed.count(path) >= times for path in paths)


async def _attends(process: HerautProcess) -> bool:
    """Whether it says that it is ready, and that it speaks for the account on Telegram."""
    async with aiohttp.ClientSession(process.url) as client:
        async with client.get("/ready") as answer:
            assert answer.status == 200
        async with client.get("/metrics") as answer:
            (line,) = re.findall(r'heraut_lane_attended{lane="telegram:\d+"} (\S+)', await answer.text())
    return bool(float(line))


async def _logged(processes: Sequence[HerautProcess], words: str) -> None:
    """Wait until each of these has written that."""

    async def all_have() -> bool:
        return all(words in each.log for each in processes)

    await until(all_have, PATIENCE)


async def _agree(processes: Sequence[HerautProcess], before: str) -> bool:
    """Whether all have the same rules in force, and others than one had before."""
    marks = {await _mark(each) for each in processes}
    return len(marks) == 1 and before not in marks


async def _mark(process: HerautProcess) -> str:
    """The mark of the rules that it has in force."""
    async with aiohttp.ClientSession(process.url) as client, client.get("/metrics") as answer:
        (mark,) = re.findall(r'heraut_rules\{mark="(\w+)"\}', await answer.text())
    return str(mark)


async def _owns(process: HerautProcess) -> bool:
    return any("owned" in line and "telegram:" in line for line in process.log.splitlines())
