"""Discord's advice, and whose turn it is to begin a session."""

import asyncio
from collections.abc import Sequence
from typing import Any

import discord
import pytest
import structlog

from bot.chat.discord.sessions import MOST_SHARDS, Advice, Starts, advice_of
from tests.support.discordbot import until

URL = "wss://gateway.discord.gg"


class Adviser:
    """Answers each time with the next advice, in the end always with the last."""

    def __init__(self, *answers: Advice) -> None:
        self._answers: Sequence[Advice] = answers
        self.asked = 0

    async def __call__(self) -> Advice:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


def test_all_of_discords_advice_is_read() -> None:
    limit = {"total": 1000, "remaining": 997, "reset_after": 14_400_500, "max_concurrency": 16}
    told = advice_of({"url": URL, "shards": 9, "session_start_limit": limit})
    assert told == Advice(URL, shards=9, remaining=997, reset_after=14_400.5, at_once=16)


@pytest.mark.parametrize(
    "limit", [None, [], "x", {}, {"remaining": "many", "reset_after": None, "max_concurrency": True}]
)
def test_an_answer_without_limits_allows_one_session_for_each_shard_one_by_one(limit: Any) -> None:
    told = advice_of({"url": URL, "shards": 3, "session_start_limit": limit})
    assert (told.shards, told.remaining, told.at_once) == (3, 3, 1)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "<html>",
        [],
        {},
        {"url": 7, "shards": 1},
        {"url": "https://gateway.discord.gg", "shards": 1},
        {"url": URL, "shards": 0},
        {"url": URL, "shards": MOST_SHARDS + 1},
    ],
)
def test_an_answer_that_cannot_be_followed_is_none(body: Any) -> None:
    with pytest.raises(discord.GatewayNotFound):
        advice_of(body)


@pytest.mark.parametrize("told", [0, -1])
def test_a_group_is_never_of_no_shards(told: int) -> None:
    assert advice_of({"url": URL, "session_start_limit": {"max_concurrency": told}}).at_once == 1


async def test_shards_of_one_group_begin_one_by_one_and_those_of_others_meanwhile() -> None:
    starts, ask = Starts("discord:1", 0.01), Adviser(Advice(URL, 4, remaining=9, at_once=2))
    begun: list[int] = []
    go_on = {number: asyncio.Event() for number in range(4)}

    async def begin(number: int) -> None:
        async with starts.turn(number, ask):
            begun.append(number)
            await go_on[number].wait()

    async with asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(begin(number))
        await until(lambda: len(begun) == 2)
        await asyncio.sleep(0.05)  # 2 and 3 had their time, were they let
        assert begun == [0, 1]
        go_on[1].set()
        await until(lambda: len(begun) == 3)
        assert begun == [0, 1, 3]
        for event in go_on.values():
            event.set()
    assert begun == [0, 1, 3, 2]


async def test_the_next_of_a_group_waits_its_time_from_when_the_one_before_had_begun() -> None:
    starts, ask = Starts("discord:1", 0.2), Adviser(Advice(URL, 2, remaining=9))
    loop = asyncio.get_running_loop()
    async with starts.turn(0, ask):
        await asyncio.sleep(0.05)
    ended = loop.time()
    async with starts.turn(1, ask):
        assert loop.time() - ended >= 0.199


async def test_one_that_failed_to_begin_takes_its_time_too() -> None:
    starts, ask = Starts("discord:1", 0.2), Adviser(Advice(URL, 2, remaining=9))
    with pytest.raises(OSError, match="no route"):
        async with starts.turn(0, ask):
            raise OSError("no route")
    ended = asyncio.get_running_loop().time()
    async with starts.turn(1, ask):
        assert asyncio.get_running_loop().time() - ended >= 0.199


async def test_what_discord_said_is_used_for_a_while() -> None:
    now = [0.0]
    starts, ask = Starts("discord:1", 0.0, lambda: now[0]), Adviser(Advice(URL, 2, remaining=9))
    for _ in range(3):
        async with starts.turn(0, ask):
            pass
    assert ask.asked == 1
    now[0] = 61.0
    async with starts.turn(0, ask):
        pass
    assert ask.asked == 2


async def test_no_session_is_begun_beyond_those_that_are_left() -> None:
    used_up = Advice(URL, remaining=0, reset_after=-1.0)
    starts = Starts("discord:1", 0.01)
    ask = Adviser(Advice(URL, remaining=1), used_up, used_up, Advice("wss://fresh.example", remaining=1000))
    with structlog.testing.capture_logs() as logs:
        async with starts.turn(0, ask) as first:
            pass
        async with starts.turn(0, ask) as second:
            pass
    assert (first, second) == (URL, "wss://fresh.example")
    assert [entry["event"] for entry in logs] == ["discord sessions used up"] * 2
    assert logs[0]["log_level"] == "error"
    assert logs[0]["lane"] == "discord:1"


async def test_two_groups_do_not_both_take_the_last_session() -> None:
    starts = Starts("discord:1", 0.0)
    ask = Adviser(Advice(URL, 2, remaining=1, at_once=2), Advice(URL, 2, remaining=0, reset_after=999.0))
    begun = []

    async def begin(number: int) -> None:
        async with starts.turn(number, ask):
            begun.append(number)

    tasks = [asyncio.create_task(begin(number)) for number in range(2)]
    _, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0.05)  # the other one had its time, were it let
    assert (len(begun), len(waiting)) == (1, 1)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
