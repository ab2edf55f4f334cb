"""Freed memory goes back to the system."""

import sys
from pathlib import Path

import pytest

from bot.jobs.memory import give_back, give_back_aside


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
