"""Who is woken by what, and how often."""

import asyncio
from collections import Counter

from bot.app.bells import Bells
from bot.store.signals import INBOX, OWED
from tests.support.waiting import until


def hung() -> tuple[Bells, "Counter[str]"]:
    bells, woken = Bells(), Counter[str]()
    for kind, lane in ((OWED, "telegram:1"), (OWED, "telegram:12"), (INBOX, "telegram:1")):
        bells.hang(kind, lane, lambda name=f"{kind} {lane}": woken.update([name]))  # type: ignore[misc]
    return bells, woken


async def test_a_signal_wakes_those_of_its_account_alone() -> None:
    bells, woken = hung()
    bells.ring("owed telegram:1")
    assert woken == {"owed telegram:1": 1}


async def test_a_signal_without_an_account_wakes_all_of_its_kind() -> None:
    bells, woken = hung()
    bells.ring(OWED)
    assert woken == {"owed telegram:1": 1, "owed telegram:12": 1}


async def test_after_a_connection_everybody_looks() -> None:
    bells, woken = hung()
    bells.ring()
    assert woken.total() == 3


async def test_what_nobody_here_waits_for_is_passed_over() -> None:
    bells, woken = hung()
    for signal in ("owed discord:9", "x" * 8000, "owedtelegram:1", " ", "\x00"):
        bells.ring(signal)
    assert not woken


async def test_a_flood_of_signals_wakes_at_its_begin_and_once_after_it() -> None:
    bells, woken = hung()
    for _ in range(1000):
        bells.ring("owed telegram:1")
    assert woken.total() == 1

    async def again() -> bool:
        return woken.total() > 1

    await until(again)
    await asyncio.sleep(0.1)
    assert woken == {"owed telegram:1": 2}
