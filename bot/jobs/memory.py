"""Keeps little memory that is not used, and gives back what was freed, where the C library allows (glibc).

Reading a language model and a month of feeds frees much that would otherwise stay with the process. Each
thread has by default an arena of its own, up to eight for a core, and what is freed in one serves no other.
"""

import asyncio
import ctypes
import gc
from datetime import datetime

M_ARENA_MAX = -8
"""The parameter of mallopt(3) that says how many arenas there may be."""
ARENAS = 2
YOUNG = 10_000
"""So many more objects than are gone are made before garbage is looked for among them."""


def share_arenas() -> bool:
    """Let all threads, of which there are none yet, allocate from a few arenas; False where it cannot be."""
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    return limit is not None and bool(limit(M_ARENA_MAX, ARENAS))


def settle() -> None:
    """All that is needed was made, and stays: look for garbage in it once more, and then never again.

    Half of a million objects are not gone through every few seconds then, and what is young not after every
    seven hundred (a feed's document makes more).
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    give_back()


def give_back() -> bool:
    """Ask the C library to return what it can; False where it has no such function."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None:
        return False
    trim(0)
    return True


async def give_back_aside(_slot: datetime | None = None) -> None:
    """The same as a job, beside the event loop: it takes some milliseconds."""
    await asyncio.to_thread(give_back)
