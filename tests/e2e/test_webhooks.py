"""From a feed to a program's webhook, with the real program: what the settings name is told, signed, once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.emulators.feeds import FeedServer
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess, run_cli
from tests.support.receiver import SECRET, Receiver, running_receiver
from tests.support.waiting import until

pytestmark = pytest.mark.slow

HEADLINE = "NAVO stuurt extra schepen naar de Oostzee"
TOKEN = "a-token-that-is-long-enough"


def item(title: str, number: int) -> FeedItem:
    return FeedItem(title, f"https://proefkrant.example/artikel/{number}", "", datetime.now(UTC))


@pytest.fixture
async def feed() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        server.put("/rss", rss([item("Stationshal in Zwolle wordt verbouwd", 1)]))
        yield server


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


def settings(feed: FeedServer, receiver: Receiver, secret: Path, *, private: bool = True) -> str:
    return (
        "[polling]\ntick_seconds = 0.2\nmin_interval_seconds = 1\nmax_interval_seconds = 1\n"
        f"host_spacing_seconds = 0\nallow_hosts = ['{feed.host}']\n"
        f"[[webhook]]\nname = 'newsdesk'\nurl = '{receiver.url}'\nsecret_file = '{secret}'\n"
        f"topics = ['nato']\nrules = ['walvis*']\nprivate = {str(private).lower()}\n"
    )


async def test_a_webhook_of_the_settings_is_told_and_shown_on_the_pages(
    feed: FeedServer, receiver: Receiver, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET, encoding="utf8")
    receiver.reactions = ["lose", 503]
    process = HerautProcess(
        tmp_path / "run",
        settings=settings(feed, receiver, secret),
        feeds=f"[[feed]]\nurl = '{feed.url('/rss')}'\noutlet = 'Proefkrant'\nowner = 'proef'\n",
        environment={"HERAUT_WEB__TOKEN": TOKEN},
    )
    async with process:
        polls = feed.count("/rss")

        async def polled() -> bool:
            return feed.count("/rss") > polls

        await until(polled)
        feed.put("/rss", rss([item(HEADLINE, 2), item("Stationshal in Zwolle wordt verbouwd", 1)]))

        async def taken() -> list[dict[str, Any]]:
            return receiver.got if len(receiver.got) >= 3 else []

        told = await until(taken, 60)
        assert told[0]["alert"]["title"] == HEADLINE
        assert len(set(receiver.keys)) == 1
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{process.url}/subscriptions") as answer:
                page = await answer.text()
            assert "newsdesk" in page
            assert "walvis*" in page
            async with session.get(f"{process.url}/settings") as answer:
                page = await answer.text()
        assert SECRET not in page
        assert "webhook 1" in page
    assert SECRET not in process.log


async def test_a_webhook_in_a_private_network_is_refused_at_the_start(
    feed: FeedServer, receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET, encoding="utf8")
    path = tmp_path / "heraut.toml"
    text = settings(feed, receiver, tmp_path / "secret", private=False)
    path.write_text(
        f"data_dir = '{tmp_path}'\nsample = 'never'\n[web]\nenabled = false\n{text}", encoding="utf8"
    )
    status, _, errors = await run_cli("run", "--config", str(path))
    assert status == 2
    assert "set private = true" in errors
