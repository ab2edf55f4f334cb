"""Freed memory goes back to the system."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.jobs.memory import YOUNG, give_back, give_back_aside, settle


def resident_kilobytes() -> int:
    lines = Path("/proc/self/status").read_text(encoding="utf8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


@pytest.mark.skipif(sys.platform != "linux", reason="it asks the Linux kernel")
async def test_what_was_freed_between_things_that_stay_is_given_back() -> None:
    small = [bytes(1000) for _ in range(60_000)]
    kept = small[::100]
    del small
    before = resident_kilobytes()
    if not give_back():
        pytest.skip("this C library has nothing to ask")
    await give_back_aside()
    assert before - resident_kilobytes() > 20_000
    assert len(kept) == 600


@pytest.fixture
def own_habits() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


class Ring:
    """Only the collector finds one."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("own_habits")
def test_what_stays_is_not_looked_through_again_and_later_garbage_is_still_found() -> None:
    before = weakref.ref(Ring())
    settle()
    assert before() is None
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == YOUNG
    after = weakref.ref(Ring())
    gc.collect()
    assert after() is None


ARENAS = """
import ctypes, re, threading
from bot.jobs.memory import share_arenas
shared = share_arenas()
gate = threading.Barrier(9)
def work():
    ctypes.CDLL(None).malloc(5000)
    gate.wait()
for _ in range(8):
    threading.Thread(target=work).start()
gate.wait()
if shared:
    ctypes.CDLL(None).malloc_stats()
print(shared)
"""


@pytest.mark.slow
def test_many_threads_share_few_arenas() -> None:
    done = subprocess.run([sys.executable, "-c", ARENAS], capture_output=True, text=True, timeout=60)
    if done.stdout.strip() != "True":
        pytest.skip("this C library has nothing to ask")
    assert 1 <= done.stderr.count("Arena ") <= 2
