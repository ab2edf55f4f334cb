"""The PostgreSQL of the tests: gone with its last user, also when that was killed; never silently missing."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.models import Address
from bot.store.database import Database
from tests.support import postgres
from tests.support.clock import NOON
from tests.support.ledger import add_chats
from tests.support.newsroom import LANE
from tests.support.pgkeeper import binaries
from tests.support.postgres import ROOT
from tests.support.waiting import until

pytestmark = pytest.mark.slow

USER = """
import asyncio, sys
from tests.support import postgres
print(asyncio.run(postgres.make_database(migrated=False)), flush=True)
sys.stdin.read()
"""


async def started(folder: Path, **environment: str) -> asyncio.subprocess.Process:
    """A process that uses a server of the run whose temporary files are in a folder."""
    clean = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        USER,
        cwd=ROOT,
        env=clean | {"TMPDIR": str(folder), "PYTEST_XDIST_TESTRUNUID": folder.name} | environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """Reachable for the user that the server runs as where we are root, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="heraut-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def test_users_share_a_server_that_goes_when_the_last_of_them_is_killed(folder: Path) -> None:
    users = [await started(folder) for _ in range(2)]
    urls = []
    for user in users:
        assert user.stdout is not None
        urls.append((await asyncio.wait_for(user.stdout.readline(), 90)).decode().strip())
    first, second = (url.partition("host=")[2] for url in urls)
    assert first == second != ""
    assert urls[0] != urls[1]
    for user in users:
        user.kill()
        await user.wait()

    async def gone() -> bool:
        return is_empty(folder)

    await until(gone, 60)


async def test_where_no_server_can_be_had_a_test_says_so(folder: Path) -> None:
    assert binaries() is not None
    nothing = (
        "from pathlib import Path; from tests.support import pgkeeper; pgkeeper.binaries = lambda: None; "
        f"pgkeeper.main(Path({str(folder)!r}), {{}})"
    )
    keeper = await asyncio.create_subprocess_exec(sys.executable, "-c", nothing, cwd=ROOT)
    assert await keeper.wait() != 0
    assert "no initdb and postgres" in (folder / "failed").read_text(encoding="utf8")


async def known(database: Database) -> list[int]:
    """The numbers of two chats that are made; the database stays open."""
    people = [Address("paper", name) for name in ("anna", "bram")]
    return await add_chats(database, LANE, people, NOON)


async def test_a_database_that_was_given_back_is_as_a_new_one() -> None:
    url = await postgres.make_database()
    before, after = Database(url), Database(url)
    numbers = await known(before)
    postgres.give_back(url)
    assert await postgres.make_database() == url
    assert await known(after) == numbers
    postgres.drop_database(url)
    for database in (before, after):
        await database.close()


@pytest.mark.parametrize(
    "change", ["DROP TABLE feed_events", "ALTER TABLE chats ADD COLUMN more text", "ANALYZE chats"]
)
async def test_a_database_that_was_altered_is_given_to_nobody_else(change: str) -> None:
    url = await postgres.make_database()
    database = Database(url)
    await known(database)
    async with database.write() as tx:
        await tx.execute(text(change))
    postgres.give_back(url)
    another = await postgres.make_database()
    assert another != url
    postgres.drop_database(another)
    await database.close()
