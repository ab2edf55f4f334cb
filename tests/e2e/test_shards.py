"""Two gateways on one PostgreSQL and an account of several connections: who speaks for it has all of them."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.emulators.discord import DiscordEmulator
from tests.support import databases
from tests.support.heraut import HerautProcess
from tests.support.waiting import until

pytestmark = pytest.mark.slow

SHARDS = 2


async def connections(gateway: HerautProcess) -> dict[str, Any]:
    """What a process says of its connections to Discord; nothing where another one has them."""
    async with aiohttp.ClientSession() as session, session.get(f"{gateway.url}/health") as answer:
        told = (await answer.json()).get("connections", {})
    return next(iter(told.values()), {})


async def test_the_gateway_that_takes_over_connects_all_shards(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(databases.address("postgres", tmp_path, migrated=True))
        discord = await stack.enter_async_context(DiscordEmulator())
        discord.gateway.advise(SHARDS, at_once=SHARDS)
        places = [await discord.add_channel(discord.add_guild(shard=number)) for number in range(SHARDS)]
        settings = (
            f"[discord]\napi_base_url = '{discord.api_base_url}'\ngateway_url = '{discord.gateway_url}'"
        )
        environment = {
            "HERAUT_DISCORD__TOKEN": discord.token,
            "HERAUT_DATABASE_URL": url,
            "HERAUT_WEB__PROBES": "true",
        }

        gateways = [
            HerautProcess(tmp_path / name, settings=settings, environment=environment, role="gateway")
            for name in ("one", "other")
        ]
        await asyncio.gather(*(stack.enter_async_context(each) for each in gateways))

        async def answers(gateway: HerautProcess) -> None:
            async def is_whole() -> bool:
                return (await connections(gateway)).get("up") == SHARDS

            await until(is_whole)
            for place in places:
                assert "Heraut" in (await discord.slash(place, "anna", "about")).text

        async def attending() -> list[HerautProcess]:
            return [each for each in gateways if await connections(each)]

        (first,) = await until(attending)
        await answers(first)
        await first.kill()
        gateways.remove(first)
        await answers(gateways[0])
    shards = [(number, SHARDS) for number in range(SHARDS)]
    assert sorted(discord.gateway.identified) == sorted(shards * 2)
