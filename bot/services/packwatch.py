"""Watches packs and topics: what changes in their files is in force within seconds, or refused as a whole.

A change is seen by the files' times and sizes, and taken when it has come to rest: a file that is just being
written is no pack yet. Must not decide what they mean.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from bot.domain.entities import Catalog
from bot.domain.messages import Message
from bot.domain.models import Topic
from bot.domain.tongue import Tongue
from bot.errors import PackError
from bot.services.alarm import Notices, attention
from bot.services.packs import content_of, stamp_of

log = structlog.get_logger()

Names = tuple[Catalog, Sequence[Topic]]
Load = Callable[[], Names]
"""Reads the packs and the topics, or raises `PackError`."""
Adopt = Callable[[Catalog, Sequence[Topic]], Awaitable[None]]
"""Puts both in force, or raises `PackError` and leaves everything as it is."""


class PackWatch:
    """Makes changes of packs and topics count, both at once: a topic may name what a pack brings.

    Args:
        places: folders and files; what stands there now is taken to be in force.
        load: see `Load`.
        adopt: see `Adopt`.
        notices: tells those who run the bot.
    """

    def __init__(self, places: Sequence[Path], load: Load, adopt: Adopt, notices: Notices) -> None:
        self._places = places
        self._load = load
        self._adopt = adopt
        self._notices = notices
        self._stamp: object = None
        self._rests = False
        self._content = _each(_content, places)

    async def tick(self, _slot: datetime | None = None) -> None:
        """Look once; what changed is taken at the second look that finds it the same."""
        stamp = await asyncio.to_thread(_each, _stamp, self._places)
        if stamp != self._stamp:
            self._stamp, self._rests = stamp, False
            return
        if self._rests:
            return
        self._rests = True
        content = await asyncio.to_thread(_each, _content, self._places)
        if content != self._content:
            self._content = content
            await self._take(content)

    async def _take(self, content: Sequence[object]) -> None:
        try:
            await self._adopt(*await asyncio.to_thread(self._load))
        except PackError as problem:
            log.error("packs refused", problem=str(problem))  # noqa: TRY400  it says all
            # All processes see the same packs: whoever is first tells it.
            key = hashlib.sha256(repr(content).encode()).hexdigest()[:16]
            await self._notices.owe(f"packs:{key}", partial(_refused, problem=str(problem)))
        else:
            log.info("packs taken")


def _each(look: Callable[[Path], object], places: Sequence[Path]) -> Sequence[object]:
    return [look(place) for place in places]


def _refused(tongue: Tongue, *, problem: str) -> Message:
    return attention(
        tongue,
        tongue("The packs or topics changed and cannot be used: {problem}", problem=problem),
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
