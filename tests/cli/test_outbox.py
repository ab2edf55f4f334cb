"""`heraut outbox`: the books are shown, failed messages go out again, others are given up."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.domain.models import Address, DeliveryState
from bot.store import books, deliveries
from bot.store.database import Database, Transaction
from bot.store.deliveries import Closing
from tests.support.ledger import add_chats, owe_all

T = TypeVar("T")
LANE = "paper:1"
NOW = datetime.now(UTC)


class Books:
    """A data folder with three messages: one failed, one sent, one waiting."""

    def __init__(self, folder: Path) -> None:
        self._url = f"sqlite+aiosqlite:///{folder}/heraut.sqlite3"
        self._config = folder / "heraut.toml"
        self._config.write_text(f"data_dir = '{folder}'\n", encoding="utf8")
        asyncio.run(self._fill())

    async def _fill(self) -> None:
        database = Database(self._url)
        await database.migrate()
        chats = await add_chats(database, LANE, [Address("paper", each) for each in ("a", "b", "c")], NOW)
        await owe_all(database, LANE, chats, [1], NOW)
        async with database.write() as tx:
            await deliveries.close(
                tx,
                [
                    Closing(1, 0, DeliveryState.FAILED, detail="can't parse [entities]"),
                    Closing(2, 0, DeliveryState.SENT, "m2"),
                ],
                NOW,
            )
            await books.hold_lane(tx, LANE, NOW, "the token was revoked")
        await database.close()

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli, ["outbox", *arguments, "--config", str(self._config)])

    def read(self, look: Callable[[Transaction], Awaitable[T]]) -> T:
        async def run() -> T:
            database = Database(self._url)
            async with database.read() as tx:
                found = await look(tx)
            await database.close()
            return found

        return asyncio.run(run())

    def states(self) -> dict[int, str]:
        return {line.id: line.state for line in self.read(lambda tx: books.lines(tx, tuple(DeliveryState)))}


@pytest.fixture
def ledger(tmp_path: Path) -> Books:
    return Books(tmp_path)


def test_the_list_shows_what_is_open_with_its_reason_and_what_is_held(ledger: Books) -> None:
    result = ledger.run("list")
    assert result.exit_code == 0, result.output
    assert "can't parse" in result.stdout.replace("\n", " ")
    assert "1 pending" in result.stdout
    assert "1 failed" in result.stdout
    assert "the token was revoked" in result.stdout


def test_the_list_as_json_is_one_object_a_line(ledger: Books) -> None:
    result = ledger.run("list", "--json", "--state", "failed")
    (line,) = [json.loads(row) for row in result.stdout.splitlines()]
    assert (line["id"], line["state"], line["detail"]) == (1, "failed", "can't parse [entities]")


def test_what_failed_is_sent_again(ledger: Books) -> None:
    assert "1 message(s) will be sent again" in ledger.run("retry").stdout
    assert ledger.states() == {1: "pending", 2: "sent", 3: "pending"}


def test_a_message_is_given_up_and_stays_in_the_books(ledger: Books) -> None:
    assert ledger.run("drop", "1", "3").exit_code == 0
    assert ledger.states() == {1: "dropped", 2: "sent", 3: "dropped"}


def test_what_was_sent_can_neither_be_dropped_nor_sent_again(ledger: Books) -> None:
    assert ledger.run("drop", "2").exit_code == 2
    assert ledger.run("retry", "2").exit_code == 2
    assert ledger.states()[2] == "sent"
