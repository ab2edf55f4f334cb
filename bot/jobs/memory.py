"""Gives memory that was freed back to the system, where the C library keeps it (glibc).

Reading a language model and a month of feeds frees much that would otherwise stay with the process.
"""

import asyncio
import ctypes
from datetime import datetime


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
