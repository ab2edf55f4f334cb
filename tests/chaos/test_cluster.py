"""Kill -9 of workers and gateways; PostgreSQL crashes; a gateway is cut off from it, but not from platforms.

Nothing is lost, every chat reads in order, and nothing is doubled but where an answer was lost on Telegram.
`make chaos` kills each of three workers and two gateways and crashes PostgreSQL three times; it also asserts
that another gateway speaks within 15 seconds, and that no platform ever says that it is too much. The short
form does less, and leaves those two out, as it runs beside other tests on a busy machine.

The cut is a network link between two namespaces that is put down; where the machine allows none, the test
says so, and a proxy lets nothing through instead.
"""

import asyncio
import random
import sys
import time
import warnings
from pathlib import Path

import pytest

from tests.chaos.cluster import GATEWAYS, WORKERS, Cluster, attended, opened
from tests.chaos.field import CHATS, Account
from tests.chaos.size import LONG, SEED
from tests.emulators.discord import DiscordEmulator
from tests.support import namespace
from tests.support.waiting import until

pytestmark = pytest.mark.slow

ROUNDS = 3 if LONG else 1
PATIENCE = 180.0
TAKEOVER_SECONDS = 15.0
ENOUGH = 3_600.0 if LONG else 900.0


async def test_nothing_is_lost_and_order_is_kept_while_each_process_and_the_database_fail(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if namespace.entered():
        await _let_things_fail(tmp_path)
    elif why := namespace.refusal():
        warnings.warn(f"a proxy cuts the line, as there are no network namespaces here: {why}", stacklevel=1)
        await _let_things_fail(tmp_path)
    else:
        again = (
            "-q",
            "-s",
            "-p",
            "no:xdist",
            "-p",
            "no:cacheprovider",
            "--basetemp",
            str(tmp_path / "inside"),
        )
        command = (sys.executable, "-m", "pytest", *again, f"{__file__}::{request.node.name}")
        status, out = await namespace.run_inside(command, ENOUGH)
        print(out)
        assert status == 0, out[-20_000:]


async def _let_things_fail(folder: Path) -> None:
    chance = random.Random(SEED)
    silences: list[float] = []
    async with opened(folder) as cluster:
        for _ in range(ROUNDS):
            killed = WORKERS if LONG else WORKERS[:1]
            for name in killed:
                await _at_work(cluster, chance)
                await cluster.kill(name)
                if LONG:
                    await cluster.processes[name].start()
            accounts = cluster.accounts if LONG else cluster.accounts[:1]
            silences += [await _kill_the_speaker(cluster, account, chance) for account in accounts]
            await _crash_the_database(cluster, chance)
            await _cut_the_speaker_off(cluster, cluster.accounts[0], chance)
        await cluster.settled(PATIENCE)
        for account in cluster.accounts:
            _check(cluster, account)
    print(
        f"cut: {'a network link, put down' if namespace.entered() else 'a proxy that lets nothing through'}"
    )
    print(f"another gateway spoke after {', '.join(f'{each:.1f}' for each in silences)} s")
    assert not LONG or max(silences) <= TAKEOVER_SECONDS


async def _at_work(cluster: Cluster, chance: random.Random) -> None:
    """A story comes out, and the first chats are told of it, or not yet."""
    cluster.publish()
    wanted = cluster.told + chance.randint(1, CHATS)
    if chance.random() < 0.7:
        await until(lambda: _has_told(cluster, wanted), PATIENCE)


async def _kill_the_speaker(cluster: Cluster, account: Account, chance: random.Random) -> float:
    """Returns how long the account was silent; the gateway comes back."""
    name = await cluster.speaker(account)
    await _at_work(cluster, chance)
    await cluster.kill(name)
    begun, before = time.monotonic(), account.told
    cluster.publish()
    await until(lambda: _speaks(account, before), PATIENCE)
    silence = time.monotonic() - begun
    await cluster.processes[name].start()
    return silence


async def _crash_the_database(cluster: Cluster, chance: random.Random) -> None:
    await _at_work(cluster, chance)
    await cluster.crash()
    await asyncio.sleep(chance.uniform(0.0, 10.0 if LONG else 2.0))
    await cluster.postgres.come_back()
    cluster.publish()
    wanted = cluster.told + 1
    await until(lambda: _has_told(cluster, wanted), PATIENCE)


async def _cut_the_speaker_off(cluster: Cluster, account: Account, chance: random.Random) -> None:
    """It stops before another speaks; once that one does, nothing more comes from it."""
    name, let_go = await _steady_speaker(cluster, account, chance)
    (other,) = set(GATEWAYS) - {name}
    process = cluster.processes[name]
    cluster.lines[name].cut()

    async def stopped() -> bool:
        return _times_let_go(process.log, account) > let_go

    await until(stopped, PATIENCE)
    cluster.publish()
    assert await _spoken_for_by(cluster, account, other)
    before, tried = account.told, _tries(process.log, account)
    cluster.publish()
    await until(lambda: _speaks(account, before), PATIENCE)
    assert _tries(process.log, account) == tried
    cluster.lines[name].mend()


async def _steady_speaker(cluster: Cluster, account: Account, chance: random.Random) -> tuple[str, int]:
    """Who speaks and goes on while news comes out, and how often it has let go of the account so far.

    After a crash of the database the gateway that spoke may find later that another has taken over.
    """
    while True:
        before = {name: _times_let_go(cluster.processes[name].log, account) for name in GATEWAYS}
        name = await cluster.speaker(account)
        await _at_work(cluster, chance)
        if _times_let_go(cluster.processes[name].log, account) == before[name]:
            return name, before[name]


def _times_let_go(log: str, account: Account) -> int:
    return sum('"let go"' in line and account.lane in line for line in log.splitlines())


async def _spoken_for_by(cluster: Cluster, account: Account, name: str) -> bool:
    async def holds() -> bool:
        return account.lane in await attended(cluster.processes[name])

    return await until(holds, PATIENCE)


def _tries(log: str, account: Account) -> int:
    return sum("delivery tried" in line and account.lane in line for line in log.splitlines())


async def _has_told(cluster: Cluster, number: int) -> bool:
    return cluster.told >= number


async def _speaks(account: Account, before: int) -> bool:
    return account.told > before


def _check(cluster: Cluster, account: Account) -> None:
    books, emulator = cluster.books(account), account.emulator
    discord = isinstance(emulator, DiscordEmulator)
    floods = emulator.pace.too_fast if isinstance(emulator, DiscordEmulator) else emulator.floods
    print(
        f"{account.lane.partition(':')[0]}: {books.owed} owed, {account.told} messages, "
        f"{cluster.kills} kills, {len(books.lost)} lost, {len(books.explained)} doubled after a lost answer, "
        f"{len(books.unexplained)} doubled otherwise, {floods} times too fast"
    )
    assert books.owed >= CHATS * len(cluster.published) * 0.8, "too many headlines were taken for one event"
    assert books.lost == []
    assert books.unexplained == []
    disorder = cluster.disorder(account)
    assert not disorder, f"{len(disorder)} chats read in another order than owed, such as {disorder[:2]}"
    assert not LONG or floods == 0
    assert not (discord and books.explained)
