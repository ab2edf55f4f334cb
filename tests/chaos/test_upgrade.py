"""The tables are migrated under a process of the version before; it goes on, and then the new one takes over.

The version before comes from the repository's history: the last program that did not know the newest schema.
Where there is no history, the test says so, and the present program works on while the tables become those of
a version to come. `make chaos` does both, and goes further back.
"""

import json
import shutil
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert
from sqlalchemy.engine import make_url

from bot.store import migrating
from bot.store.database import Database
from bot.store.schema import metadata
from tests.chaos.cluster import OUTLETS, Cluster
from tests.chaos.field import CHATS, Account, accounts_of, settings_of
from tests.chaos.size import LONG
from tests.emulators.discord import DiscordEmulator
from tests.emulators.feeds import FeedServer
from tests.emulators.telegram import Limits, TelegramEmulator
from tests.support.crashable import CrashablePostgres
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess, run_cli
from tests.support.history import Earlier, NoHistory, earlier
from tests.support.waiting import until

pytestmark = pytest.mark.slow

PATIENCE = 180.0
TOLD = CHATS if LONG else 12
"""Chats on each platform."""
TO_COME = 0
BACK = (1, 2, 3, TO_COME) if LONG else (1,)
RETRIED = {"lane step failed", "job failed", "work failed", "batch not composed"}
"""Errors in the log of which each says that the same is tried again."""
NEXT = '''\
"""A version to come"""

import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in {tables}:
        op.add_column(table, sa.Column("to_come", sa.String(20), server_default="", nullable=False))
    chat = sa.Column("chat_id", sa.Integer(), sa.ForeignKey("chats.id"), primary_key=True)
    op.create_table("to_come", chat)
'''


@pytest.mark.parametrize("back", BACK)
async def test_a_process_of_the_version_before_works_on_while_the_tables_are_migrated(
    back: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(back, tmp_path / "tree")
    async with _opened(tmp_path, program) as cluster:
        old, new = cluster.processes["old"], cluster.processes["new"]
        config = str(new.folder / "heraut.toml")
        migrate = _to_come(cluster, tmp_path, monkeypatch) if program is None else lambda: _migrate(config)
        await old.start()
        await until(lambda: _polled(cluster), PATIENCE)
        await _tell_one(cluster)
        assert cluster.ask("SELECT version_num FROM alembic_version") == [(_schema(program),)]
        begun = len(old.log)
        for _ in range(4):
            cluster.publish()
        await migrate()
        assert cluster.ask("SELECT version_num FROM alembic_version") > [(_schema(program),)]
        await _tell_one(cluster)
        await cluster.settled(PATIENCE)
        troubles = _errors(old.log[begun:])
        await new.start()
        cluster.publish()
        await old.stop()
        cluster.publish()
        await cluster.settled(PATIENCE)
        print(f"{program or 'the present program'}: {troubles or 'no error'} while the tables were migrated")
        assert set(troubles) <= RETRIED
        for account in cluster.accounts:
            _check(cluster, account)


def _program(back: int, folder: Path) -> Earlier | None:
    if back == TO_COME:
        return None
    try:
        return earlier(back, folder)
    except NoHistory as why:
        warnings.warn(f"no earlier version, so the present one meets a version to come: {why}", stacklevel=1)
        return None


def _schema(program: Earlier | None) -> str:
    return program.revision if program else migrating.newest_revision()


async def _migrate(config: str) -> None:
    status, out, errors = await run_cli("migrate", "--config", config)
    assert status == 0, out + errors


def _to_come(
    cluster: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Awaitable[None]]:
    """The migration of a version to come: a column in every table, and a table."""
    migrations = folder / "migrations"
    shutil.copytree(migrating.MIGRATIONS, migrations)
    text = NEXT.format(newest=migrating.newest_revision(), tables=sorted(metadata.tables))
    (migrations / "versions" / "9998_to_come.py").write_text(text, encoding="utf8")

    async def migrate() -> None:
        monkeypatch.setattr(migrating, "MIGRATIONS", migrations)
        database = Database(cluster.postgres.url)
        await database.migrate()
        await database.close()
        monkeypatch.undo()

    return migrate


async def _polled(cluster: Cluster) -> bool:
    return len(cluster.ask("SELECT 1 FROM feeds WHERE last_success_at IS NOT NULL")) == len(OUTLETS)


async def _tell_one(cluster: Cluster) -> None:
    before = [account.told for account in cluster.accounts]
    cluster.publish()

    async def told() -> bool:
        return all(account.told > had for account, had in zip(cluster.accounts, before, strict=True))

    await until(told, PATIENCE)


def _errors(log: str) -> list[str]:
    lines = (json.loads(line) for line in log.splitlines() if line.startswith("{"))
    return [line["event"] for line in lines if line["level"] in ("error", "critical")]


def _check(cluster: Cluster, account: Account) -> None:
    books = cluster.books(account)
    print(f"{account.lane}: {books.owed} owed, {account.told} messages, {len(books.explained)} doubled")
    assert books.owed == len(account.addresses) * len(cluster.published)
    assert books.lost == []
    assert books.unexplained == []
    assert cluster.disorder(account) == []


@asynccontextmanager
async def _opened(folder: Path, program: Earlier | None) -> AsyncIterator[Cluster]:
    """Tables as the old program knows them, chats that follow a topic, and both programs, not yet running."""
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(CrashablePostgres())
        telegram = await stack.enter_async_context(TelegramEmulator(limits=Limits()))
        discord = await stack.enter_async_context(DiscordEmulator(enforce_limits=True))
        feed = await stack.enter_async_context(FeedServer())
        for number in range(len(OUTLETS)):
            old = FeedItem("Veerdienst vaart weer", f"https://proefkrant.example/artikel/{number}")
            feed.put(f"/{number}", rss([old]))
        accounts = [
            replace(account, addresses=account.addresses[:TOLD])
            for account in await accounts_of(telegram, discord)
        ]
        _tables(postgres.url, program.revision if program else "head", accounts)
        feeds = "".join(
            f"[[feed]]\nurl = '{feed.url(f'/{number}')}'\noutlet = '{outlet}'\nowner = '{outlet.lower()}'\n"
            for number, outlet in enumerate(OUTLETS)
        )
        settings = f"database_url = '{postgres.url}'\n{settings_of(telegram, discord, feed)}"
        tokens = {"HERAUT_TELEGRAM__TOKEN": telegram.token, "HERAUT_DISCORD__TOKEN": discord.token}
        processes = {
            name: HerautProcess(folder / name, settings=settings, feeds=feeds, environment=tokens, tree=tree)
            for name, tree in {"old": program.tree if program else None, "new": None}.items()
        }
        made = Cluster(feed, accounts, processes, {}, postgres)
        for process in processes.values():
            stack.push_async_callback(process.stop)
        yield made
        if made.window is not None:
            made.window.close()


def _tables(url: str, revision: str, accounts: list[Account]) -> None:
    """What the first version wrote, which every later one reads."""
    config, now = Config(), datetime.now(UTC)
    config.set_main_option("script_location", str(migrating.MIGRATIONS))
    engine = create_engine(make_url(url))
    chats, subscriptions = metadata.tables["chats"], metadata.tables["subscriptions"]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for account in accounts:
            for each in account.addresses:
                row = {"lane": account.lane, "platform": each.platform, "chat": each.chat, "language": "nl"}
                made = connection.execute(insert(chats).values(**row, created_at=now).returning(chats.c.id))
                follows = {"target": "topic", "value": "nato", "rule_key": "topic:nato", "threshold": 0.0}
                wish = {"chat_id": made.scalar_one(), "created_at": now}
                connection.execute(insert(subscriptions).values(**follows, **wish))
    engine.dispose()
