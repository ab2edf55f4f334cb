"""`heraut copy-data`: to PostgreSQL, though it is killed midway, and never over data that is there."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.domain.models import Address
from bot.jobs.datalock import data_lock
from bot.store import copying
from bot.store.database import Database
from bot.store.schema import chats
from tests.support import databases
from tests.support.clock import NOON
from tests.support.heraut import run_cli
from tests.support.ledger import add_chats, owe_all
from tests.support.waiting import until

LANE = "paper:1"


def installation(folder: Path) -> Path:
    """The configuration of an installation whose database is to be copied."""
    config = folder / "heraut.toml"
    config.write_text(f"data_dir = '{folder}/data'\n", encoding="utf8")
    (folder / "data").mkdir()
    return config


async def filled(folder: Path, number: int) -> None:
    """Its database, with so many chats; each has an open message."""
    database = Database(f"sqlite:///{folder}/data/heraut.sqlite3")
    await database.migrate()
    addresses = [Address("paper", f"chat {each}") for each in range(number)]
    ids = await add_chats(database, LANE, addresses, NOON)
    await owe_all(database, LANE, ids, [1], NOON)
    await database.close()


def copy(config: Path, target: str) -> Result:
    return CliRunner().invoke(cli, ["copy-data", "--config", str(config), "--to", target])


def test_a_copy_is_told_and_the_same_target_is_refused_afterwards(tmp_path: Path) -> None:
    config, target = installation(tmp_path), f"sqlite:///{tmp_path}/copy.sqlite3"
    asyncio.run(filled(tmp_path, 5))
    done = copy(config, target)
    assert done.exit_code == 0, done.stderr
    assert "rows copied and verified" in done.stderr
    again = copy(config, target)
    assert again.exit_code == 2
    assert "the target is in use" in again.stderr


def test_a_running_heraut_is_not_copied(tmp_path: Path) -> None:
    config = installation(tmp_path)
    with data_lock(tmp_path / "data"):
        refused = copy(config, f"sqlite:///{tmp_path}/copy.sqlite3")
    assert refused.exit_code == 2
    assert "already running" in refused.stderr


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("nonsense", "not an address"),
        ("mysql://root:geheim@localhost/x", "no mysql database"),
        ("sqlite:///{data}/heraut.sqlite3", "the database in use"),
        ("postgresql://heraut:geheim@127.0.0.1:1/x", "does not answer"),
    ],
)
def test_a_target_that_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, target: str, complaint: str
) -> None:
    refused = copy(installation(tmp_path), target.format(data=tmp_path / "data"))
    assert refused.exit_code == 2
    assert complaint in refused.stderr
    assert "geheim" not in refused.output


@pytest.mark.slow
async def test_a_copy_that_is_killed_goes_on_when_it_is_started_again(tmp_path: Path) -> None:
    config = installation(tmp_path)
    await filled(tmp_path, 1_500)
    async with databases.address("postgres", tmp_path, migrated=False) as target:
        command = ["copy-data", "--config", str(config), "--to", target]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *command, "--batch", "1", stderr=asyncio.subprocess.DEVNULL
        )
        await until(lambda: looked(target, "SELECT copied FROM copy_notes WHERE name = 'chats'"), 60)
        process.kill()
        await process.wait()
        first = await looked(target, "SELECT count(*) FROM chats")
        assert 0 < first < 1_500

        status, _, errors = await run_cli(*command)
        assert status == 0, errors
        assert "goes on where it stopped" in errors
        assert await looked(target, "SELECT count(*) FROM deliveries") == 1_500
        source, copied = Database(f"sqlite:///{tmp_path}/data/heraut.sqlite3"), Database(target)
        assert await copying.count(source, chats) == await copying.count(copied, chats)
        for database in (source, copied):
            await database.close()


async def looked(url: str, query: str) -> int:
    """A number from a database, 0 while it has no such table."""

    def look() -> int:
        engine = create_engine(url)
        try:
            with engine.connect() as connection:
                return connection.scalar(text(query)) or 0
        except Exception as error:
            if "does not exist" not in str(error):
                raise
            return 0
        finally:
            engine.dispose()

    return await asyncio.to_thread(look)
