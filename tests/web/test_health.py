"""What a process without pages answers: to anybody how it is, to who has the token what it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from bot.domain.entities import Catalog
from bot.domain.rules import parse_rule
from bot.ports import Connection, SystemClock
from bot.services.rulebook import RuleBook
from bot.store.database import Database
from bot.web.access import Access
from bot.web.connections import details
from bot.web.health import Health, create_probes
from bot.web.server import WebServer, address, listen
from tests.support.databases import prepare

TOKEN = "geheim-van-zestien-en-meer"
STRANGER = {"x-forwarded-for": "203.0.113.9"}
HANGING = Connection(2, 3, up=True, lag=7.5)
LANES = {"telegram:1": True, "discord:2": False}


@pytest.fixture
async def state() -> dict[str, bool]:
    return {"well": True, "ready": True}


@pytest.fixture
async def client(tmp_path: Path, state: dict[str, bool]) -> AsyncIterator[aiohttp.ClientSession]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/heraut.sqlite3")
    await prepare(database)

    async def health() -> Health:
        return Health(state["well"], {"feeds": 3})

    app = create_probes(
        access=Access(database, SystemClock(), token=TOKEN, login=None),
        health=health,
        ready=lambda: state["ready"],
        attended=LANES,
        version="1.2.3",
        book=RuleBook(Catalog(), {"gas": parse_rule("gas", ())}),
        connections=lambda: {
            "discord:2": [Connection(0, 3, up=True, lag=0.25), Connection(1, 3, up=False), HANGING]
        },
        hosts=["worker"],
    )
    listener = listen("127.0.0.1", 0)
    server = asyncio.create_task(WebServer(app, listener, lambda: None).serve_until_cancelled())
    async with aiohttp.ClientSession(address(listener)) as session:
        yield session
    server.cancel()
    with suppress(asyncio.CancelledError):
        await server
    await database.close()


async def status(client: aiohttp.ClientSession, path: str, **headers: str) -> int:
    async with client.get(path, headers=headers) as answer:
        return answer.status


async def test_health_and_readiness_are_told_to_anybody(
    client: aiohttp.ClientSession, state: dict[str, bool]
) -> None:
    assert [await status(client, path, **STRANGER) for path in ("/health", "/ready")] == [200, 200]
    state["ready"] = False
    assert [await status(client, path, **STRANGER) for path in ("/health", "/ready")] == [200, 503]
    state["well"] = False
    assert [await status(client, path, **STRANGER) for path in ("/health", "/ready")] == [503, 503]
    assert await status(client, "/live", **STRANGER) == 200


async def test_metrics_need_the_token_and_say_which_accounts_are_attended(
    client: aiohttp.ClientSession,
) -> None:
    assert await status(client, "/metrics", **STRANGER) == 401
    own = {**STRANGER, "authorization": f"Bearer {TOKEN}"}
    async with client.get("/metrics", headers=own) as answer:
        text = await answer.text()
    assert 'heraut_lane_attended{lane="telegram:1"} 1.0' in text
    assert 'heraut_lane_attended{lane="discord:2"} 0.0' in text
    assert "process_cpu_seconds_total" in text


async def test_metrics_say_how_many_connections_of_an_account_are_up_and_how_slow(
    client: aiohttp.ClientSession,
) -> None:
    own = {**STRANGER, "authorization": f"Bearer {TOKEN}"}
    async with client.get("/metrics", headers=own) as answer:
        text = await answer.text()
    assert 'heraut_shards{lane="discord:2"} 3.0' in text
    assert 'heraut_shards_up{lane="discord:2"} 2.0' in text
    assert [line for line in text.splitlines() if line.startswith("heraut_shard_lag_seconds{")] == [
        'heraut_shard_lag_seconds{lane="discord:2",shard="0"} 0.25',
        'heraut_shard_lag_seconds{lane="discord:2",shard="2"} 7.5',
    ]


def test_details_name_the_connections_that_are_down_or_slow() -> None:
    found = [Connection(0, 3, up=True, lag=0.25), Connection(1, 3, up=False), HANGING]
    assert details({"discord:2": found}) == {"discord:2": {"shards": 3, "up": 2, "down": [1], "slow": [2]}}
    assert details({}) == {}


async def test_a_name_that_is_not_ours_gets_nothing_and_pages_there_are_none(
    client: aiohttp.ClientSession,
) -> None:
    assert await status(client, "/health", host="worker:8017") == 200
    assert await status(client, "/health", host="elsewhere.example") == 421
    assert await status(client, "/") == 404


async def test_the_mark_of_the_rules_in_force_is_measured(client: aiohttp.ClientSession) -> None:
    mark = RuleBook(Catalog(), {"gas": parse_rule("gas", ())}).mark
    async with client.get("/metrics") as answer:
        assert f'heraut_rules{{mark="{mark}"}} 1.0' in await answer.text()
