"""Waiting for another process: look again until it holds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0


async def until(look: Callable[[], Awaitable[T]], seconds: float = PATIENCE) -> T:
    """The first truthy value of `look`.

    Raises:
        TimeoutError: there was none within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110  another process cannot set an event of ours
            await asyncio.sleep(0.1)
        return found
