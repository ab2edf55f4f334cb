"""The rooms of the web chat: post, edit, read back, and follow what happens.

A reader holds a cursor and asks for what lies after it; being woken is only a hint to ask again. So a
reader that was away, or reads from another process, misses nothing and sees nothing twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.domain.messagecodec import from_json, to_json
from bot.domain.messages import Message, Picture
from bot.domain.rooms import Author, Cursor, Post, Room
from bot.errors import BadInput
from bot.ports import Clock
from bot.store import rooms as store
from bot.store.database import Database, Transaction

BATCH = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a room, oldest first. `cursor` is where to go on; `more` says that older posts exist."""

    posts: tuple[Post, ...]
    cursor: Cursor
    more: bool


class Rooms:
    """The rooms that exist, and their posts.

    Args:
        idle_seconds: how long a follower waits before it looks again by itself. Posts of this process
            wake it at once; those of another process are found by looking.
    """

    def __init__(
        self, database: Database, clock: Clock, rooms: Sequence[Room], idle_seconds: float = 10
    ) -> None:
        self.all: Mapping[str, Room] = {room.id: room for room in rooms}
        self._database = database
        self._clock = clock
        self._idle = idle_seconds
        self._changed = asyncio.Event()
        self._reads: dict[Hashable, asyncio.Future[Any]] = {}
        self._closed = False

    async def post(self, room: str, message: Message, key: str) -> str:
        """Post a message of the bot once per `key` and return its id, the same id for the same key."""
        post, _ = await self._add(room, Author.BOT, to_json(message), f"d:{key}")
        return str(post)

    async def hear(self, room: str, text: str, key: str = "") -> int | None:
        """Post what a person wrote and return its id; None when this `key` (if any) was posted before."""
        # The prefix keeps people's keys, which a browser makes up, apart from those of the ledger.
        post, new = await self._add(room, Author.USER, text, f"u:{key}" if key else None)
        return post if new else None

    async def edit(self, room: str, message_id: str, message: Message) -> bool:
        """Replace an earlier message of the bot; False when it is not in this room."""
        if not (message_id.isascii() and message_id.isdecimal() and len(message_id) < 16):
            return False
        async with self._database.write() as tx:
            done = await store.edit(tx, room, int(message_id), to_json(message), self._clock.now())
        self._wake()
        return done

    async def replace_menu(self, room: str, message_id: str, message: Message) -> bool:
        """Put a message in the place of a menu of the bot; False when it is none, such as an alert."""
        if not (message_id.isascii() and message_id.isdecimal() and len(message_id) < 16):
            return False
        async with self._database.read() as tx:
            posts = await store.before(tx, room, int(message_id) + 1, 1)
        if not posts or str(posts[0].id) != message_id or posts[0].author is not Author.BOT:
            return False
        try:
            is_alert = from_json(posts[0].body).card is not None
        except BadInput:
            return False
        return not is_alert and await self.edit(room, message_id, message)

    async def history(self, room: str, before: int | None = None, limit: int = 50) -> Page:
        """The last posts, or the last before a post."""
        async with self._database.read() as tx:
            cursor = await store.cursor(tx, room)
            posts = await store.before(tx, room, before, limit + 1)
        return Page(tuple(posts[-limit:]), cursor, more=len(posts) > limit)

    async def picture(self, room: str, post: int) -> Picture | None:
        """The picture of a post of the bot; None when it has none."""
        async with self._database.read() as tx:
            posts = await store.before(tx, room, post + 1, 1)
        if not posts or posts[0].id != post or posts[0].author is not Author.BOT:
            return None
        try:
            return from_json(posts[0].body).picture
        except BadInput:
            return None

    async def latest(self) -> Mapping[str, int]:
        """The id of the bot's last post per room."""
        return await self._shared("latest", store.latest)

    async def follow(self, room: str, after: Cursor) -> AsyncIterator[tuple[Post, ...]]:
        """New and edited posts after a cursor, in batches, until `close`.

        An empty batch says that nothing happened here for a while, or that something happened in another
        room. Only what the reader takes is read, so a slow reader costs no memory.
        """
        while not self._closed:
            changed = self._changed
            posts = await self._shared((room, after), self._since(room, after))
            for post in posts:
                after = after.past(post)
            yield tuple(posts)
            if not posts:
                await self._until(changed)

    def close(self) -> None:
        """End all followers; the rooms can still be written to."""
        self._closed = True
        self._wake()

    async def _add(self, room: str, author: Author, body: str, key: str | None) -> tuple[int, bool]:
        async with self._database.write() as tx:
            added = await store.add(tx, room, author, body, key, self._clock.now())
        self._wake()
        return added

    @staticmethod
    def _since(room: str, after: Cursor) -> Callable[[Transaction], Awaitable[list[Post]]]:
        return lambda tx: store.since(tx, room, after, BATCH)

    async def _shared(self, key: Hashable, read: Callable[[Transaction], Awaitable[T]]) -> T:
        """Read once for all who ask the same at the same time: a post wakes every open page at once."""
        reading = self._reads.get(key)
        if reading is None:
            reading = self._reads[key] = asyncio.ensure_future(self._read(read))
            reads = self._reads
            reading.add_done_callback(lambda _: reads.pop(key))
        # Shielded, as one reader that leaves must not cut off the others.
        result: T = await asyncio.shield(reading)
        return result

    async def _read(self, read: Callable[[Transaction], Awaitable[T]]) -> T:
        async with self._database.read() as tx:
            return await read(tx)

    async def _until(self, changed: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._idle):
                await changed.wait()

    def _wake(self) -> None:
        # A read that began before this moment may lack what was just written: nobody may join it now.
        self._reads = {}
        self._changed.set()
        self._changed = asyncio.Event()
