"""The program as a whole: one start per data folder, a stop in time, mistakes before anything is opened."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.errors import AlreadyRunning
from bot.jobs.datalock import data_lock
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support.heraut import HerautProcess, run_cli
from tests.support.waiting import until


def test_a_second_holder_of_the_data_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    with data_lock(tmp_path), pytest.raises(AlreadyRunning, match="already running"), data_lock(tmp_path):
        pass
    with data_lock(tmp_path):
        pass


@pytest.fixture
async def heraut(tmp_path: Path) -> AsyncIterator[HerautProcess]:
    async with HerautProcess(tmp_path) as process:
        yield process


@pytest.mark.slow
async def test_a_second_start_on_the_same_data_is_refused_with_a_clear_message(heraut: HerautProcess) -> None:
    status, _, errors = await run_cli("run", "--config", str(heraut.folder / "heraut.toml"))
    assert status == 2
    assert "already running" in errors
    assert "Traceback" not in errors


@pytest.mark.slow
async def test_sigterm_ends_it_in_time_with_status_0_also_with_a_page_open(heraut: HerautProcess) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{heraut.url}/c/heraut/events") as stream:
        assert stream.status == 200
        assert await heraut.stop() == 0
    assert "Traceback" not in heraut.log


@pytest.mark.slow
async def test_platforms_that_are_down_at_the_start_are_joined_when_they_come_up(tmp_path: Path) -> None:
    telegram, discord = TelegramEmulator(), DiscordEmulator()
    await telegram.start()
    await discord.start()
    discord.gateway.advise(2, at_once=2)
    channel = await discord.add_channel(discord.add_guild(shard=1))
    address = telegram.url
    await telegram.stop()
    await discord.go_down()
    process = HerautProcess(
        tmp_path,
        settings=(
            f"[telegram]\napi_base_url = '{address}'\n[discord]\n"
            f"api_base_url = '{discord.api_base_url}'\ngateway_url = '{discord.gateway_url}'"
        ),
        environment={"HERAUT_TELEGRAM__TOKEN": telegram.token, "HERAUT_DISCORD__TOKEN": discord.token},
    )
    async with process:
        await asyncio.sleep(2)
        await telegram.start()
        await discord.come_up()
        chat = telegram.add_chat(title="Anna")
        telegram.user_says(chat, chat, "/about")

        async def answered() -> bool:
            return bool(telegram.messages(chat)) and discord.gateway.connected

        assert await until(answered, 90)
        assert "Heraut" in (await discord.slash(channel, "anna", "about")).text

        async def all_told() -> bool:
            async with aiohttp.ClientSession() as session, session.get(f"{process.url}/health") as answer:
                (told,) = (await answer.json())["connections"].values()
                return bool(told["shards"] == told["up"] == 2)

        assert await until(all_told)
    await telegram.stop()
    await discord.stop()
    for token in (telegram.token, discord.token):
        assert token not in process.log


@pytest.mark.slow
async def test_a_port_that_is_taken_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "heraut.toml").write_text(
            f"data_dir = '{tmp_path}/data'\nsample = 'never'\n[web]\nport = {taken.getsockname()[1]}\n"
        )
        status, _, errors = await run_cli("run", "--config", str(tmp_path / "heraut.toml"))
    assert status == 2
    assert "cannot listen" in errors
    assert not (tmp_path / "data" / "heraut.sqlite3").exists()
