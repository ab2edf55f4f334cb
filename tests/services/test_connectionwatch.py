"""Those who run the bot are told of connections that stay down, and of no others."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import structlog

from bot.domain.messagecodec import from_json
from bot.domain.models import Address
from bot.domain.tongue import Tongue
from bot.ports import Connection
from bot.services.alarm import Alarms, Notices, Owner
from bot.services.connectionwatch import STAYS_DOWN, ConnectionWatch, down_message
from bot.store import deliveries
from tests.support.newsroom import Newsroom

BOSS = Owner("web", Address("web", "heraut"))
MINUTE = timedelta(minutes=1)


class Watched:
    """An account whose connections a test sets, and what its owner is told."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.accounts: dict[str, Sequence[Connection]] = {}
        notices = Notices(room.database, room.clock, Alarms([BOSS]).notify)
        self.watch = ConnectionWatch(room.clock, notices, lambda: self.accounts)

    def has(self, *up: bool, lane: str = "discord:1") -> None:
        self.accounts[lane] = [Connection(number, len(up), each) for number, each in enumerate(up)]

    async def after(self, passed: timedelta) -> int:
        self.room.clock.advance(passed)
        return await self.watch.tick()

    async def notices(self) -> list[str]:
        async with self.room.database.read() as tx:
            owed = await deliveries.ready(tx, BOSS.lane, 10)
        payloads = [from_json(each.payload) for each in owed if each.payload]
        return [str(line[0]) for message in payloads for line in message.lines[1:2]]


@pytest.fixture
def watched(room: Newsroom) -> Watched:
    return Watched(room)


async def test_a_connection_that_stays_down_is_told_once(watched: Watched) -> None:
    watched.has(True, False, True)
    assert [await watched.after(MINUTE) for _ in range(15)] == [0] * 15
    assert await watched.after(MINUTE) == 1
    await watched.after(MINUTE)
    (notice,) = await watched.notices()
    assert "discord:1: 1 of 3 connections is down, for 15 minutes" in notice


async def test_one_that_comes_back_in_between_is_not(watched: Watched) -> None:
    for up in (False, True, False):
        watched.has(up)
        assert await watched.after(STAYS_DOWN - MINUTE) == 0
    assert await watched.notices() == []


async def test_an_account_that_another_process_listens_for_now_is_not(watched: Watched) -> None:
    watched.has(False)
    await watched.after(MINUTE)
    watched.accounts.clear()
    await watched.after(STAYS_DOWN)
    watched.has(False)
    assert await watched.after(MINUTE) == 0


async def test_each_account_is_told_for_itself(watched: Watched) -> None:
    watched.has(False, False)
    watched.has(True, False, lane="discord:2")
    await watched.after(MINUTE)
    with structlog.testing.capture_logs() as logs:
        assert await watched.after(STAYS_DOWN) == 3
    told = [entry for entry in logs if entry["event"] == "connections stay down"]
    assert [(entry["lane"], entry["down"], entry["of"]) for entry in told] == [
        ("discord:1", 2, 2),
        ("discord:2", 1, 2),
    ]


def test_several_are_told_with_the_longest_time() -> None:
    message = down_message("discord:1", 2, 3, timedelta(hours=2), Tongue("en"))
    assert "discord:1: 2 of 3 connections are down, the longest for 2 hours" in str(message.lines[1][0])
