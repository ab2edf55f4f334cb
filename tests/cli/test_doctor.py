"""`heraut doctor`: everything is looked at, and what is wrong comes with what to do about it."""

import json
from pathlib import Path

import pytest

from bot.app.rules import load_names
from bot.config import Settings
from bot.jobs.datalock import data_lock
from bot.store.database import Database
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator
from tests.support.databases import prepare
from tests.support.heraut import run_cli
from tests.support.packs import MORE_ENTITY
from tests.support.ports import free_port

pytestmark = pytest.mark.slow

WRONG = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


async def examine(folder: Path, settings: str = "") -> tuple[int, dict[str, dict[str, str]]]:
    path = folder / "heraut.toml"
    path.write_text(f"data_dir = '{folder / 'data'}'\n{settings}", encoding="utf8")
    status, out, errors = await run_cli("doctor", "--json", "--config", str(path))
    assert "Traceback" not in errors
    return status, {each["about"]: each for each in map(json.loads, out.splitlines())}


async def test_a_fresh_installation_is_well_and_is_told_what_comes_next(tmp_path: Path) -> None:
    status, found = await examine(tmp_path)
    assert status == 0
    assert "first start" in found["database"]["seen"]
    assert found["platforms"]["advice"]
    assert not (tmp_path / "data").exists()


async def test_mistakes_in_the_settings_are_all_told(tmp_path: Path) -> None:
    status, found = await examine(tmp_path, "foo = 1\n")
    assert status == 1
    assert "foo" in found["settings"]["seen"]


async def test_tokens_that_platforms_know_are_named_by_their_bot(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram, DiscordEmulator() as discord:
        status, found = await examine(
            tmp_path,
            f"[telegram]\ntoken = '{telegram.token}'\napi_base_url = '{telegram.url}'\n"
            f"[discord]\ntoken = '{discord.token}'\napi_base_url = '{discord.api_base_url}'\n",
        )
    assert status == 0
    assert "heraut_bot" in found["Telegram"]["seen"]
    assert "knows this token" in found["Discord"]["seen"]


async def test_a_token_that_is_not_known_and_a_platform_out_of_reach_are_told_apart(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram:
        status, found = await examine(
            tmp_path,
            f"[telegram]\ntoken = '{WRONG}'\napi_base_url = '{telegram.url}'\n"
            f"[discord]\ntoken = 'abc'\napi_base_url = 'http://127.0.0.1:{free_port()}'\n",
        )
    assert status == 1
    assert "BotFather" in found["Telegram"]["advice"]
    assert "line up" in found["Discord"]["advice"]
    assert WRONG not in json.dumps(found)


async def test_every_account_is_asked_for_itself(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram, DiscordEmulator() as discord:
        status, found = await examine(
            tmp_path,
            f"[telegram]\ntoken = '{telegram.token}'\napi_base_url = '{telegram.url}'\n"
            f"[telegram.accounts.sport]\ntoken = '{WRONG}'\n"
            f"[discord.accounts.desk]\ntoken = '{discord.token}'\napi_base_url = '{discord.api_base_url}'\n",
        )
    assert status == 1
    assert "heraut_bot" in found["Telegram"]["seen"]
    assert "BotFather" in found["Telegram (sport)"]["advice"]
    assert "knows this token" in found["Discord (desk)"]["seen"]
    assert "Discord" not in found


async def test_a_service_that_runs_is_seen_and_not_disturbed(tmp_path: Path) -> None:
    with data_lock(tmp_path / "data"):
        _, found = await examine(tmp_path)
    assert "running here as process" in found["service"]["seen"]


async def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://heraut:geheim@127.0.0.1:{free_port()}/heraut"
    status, found = await examine(tmp_path, f"database_url = '{url}'\n")
    assert status == 1
    assert "database_url" in found["database"]["advice"]
    assert "geheim" not in json.dumps(found)


async def test_the_mark_of_the_rules_is_told_where_there_is_a_database(tmp_path: Path) -> None:
    database = await prepare(Database(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'heraut.sqlite3'}"))
    await database.close()
    _, topics = load_names(Settings())
    _, found = await examine(tmp_path)
    assert f"{len(topics)}, mark" in found["rules"]["seen"]
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "own.toml").write_text(MORE_ENTITY, encoding="utf8")
    _, other = await examine(tmp_path, "packs_dir = 'packs'\n")
    assert other["rules"]["seen"] != found["rules"]["seen"]
