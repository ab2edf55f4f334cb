"""Watches a folder of packs: what changes there is in force within seconds, or refused as a whole.

A change is seen by the files' times and sizes, and taken when it has come to rest: a file that is just being
written is no pack yet. Must not decide what packs mean.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from bot.domain.entities import Catalog
from bot.domain.messages import Message
from bot.domain.tongue import Tongue
from bot.errors import PackError
from bot.services.alarm import Notices, attention
from bot.services.packs import content_of, load_catalog, stamp_of

log = structlog.get_logger()

Adopt = Callable[[Catalog], Awaitable[None]]
"""Puts a catalog in force, or raises `PackError` and leaves everything as it is."""


class PackWatch:
    """Makes changes of packs count.

    Args:
        place: the folder; what stands in it now is taken to be in force.
        adopt: see `Adopt`.
        notices: tells those who run the bot.
    """

    def __init__(self, place: Path, adopt: Adopt, notices: Notices) -> None:
        self._place = place
        self._adopt = adopt
        self._notices = notices
        self._stamp: object = None
        self._rests = False
        self._content = _content(place)

    async def tick(self, _slot: datetime | None = None) -> None:
        """Look once; what changed is taken at the second look that finds it the same."""
        stamp = await asyncio.to_thread(_stamp, self._place)
        if stamp != self._stamp:
            self._stamp, self._rests = stamp, False
            return
        if self._rests:
            return
        self._rests = True
        content = await asyncio.to_thread(_content, self._place)
        if content != self._content:
            self._content = content
            await self._take(content)

    async def _take(self, content: str) -> None:
        try:
            await self._adopt(await asyncio.to_thread(load_catalog, (self._place,)))
        except PackError as problem:
            log.error("packs refused", folder=str(self._place), problem=str(problem))  # noqa: TRY400  it says all
            worded = partial(_refused, folder=str(self._place), problem=str(problem))
            # All processes see the same packs: whoever is first tells it.
            await self._notices.owe(f"packs:{content[:16]}", worded)
        else:
            log.info("packs taken", folder=str(self._place))


def _refused(tongue: Tongue, *, folder: str, problem: str) -> Message:
    return attention(
        tongue,
        tongue("The packs in {folder} changed and cannot be used: {problem}", folder=folder, problem=problem),
        tongue("The rules before that stay in force."),
    )


def _stamp(place: Path) -> object:
    try:
        return stamp_of(place)
    except PackError as problem:
        return str(problem)


def _content(place: Path) -> str:
    try:
        return content_of(place)
    except PackError as problem:
        return str(problem)
