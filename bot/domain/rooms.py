"""The words of the web chat: rooms, what was posted in them, and how far a reader has come."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.errors import BadInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROOM_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
CURSOR = re.compile(r"(\d{1,15})\.(\d{1,16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Room:
    """A place of the web chat. `direct` is a conversation with Heraut alone, else a channel."""

    id: str
    title: str
    about: str = ""
    direct: bool = False

    def __post_init__(self) -> None:
        if not ROOM_ID.fullmatch(self.id):
            raise BadInput(f"{self.id!r} is no name for a room", "use a-z, 0-9, - and _, at most 64")


class Author(StrEnum):
    """Who wrote a post."""

    BOT = "bot"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Post:
    """A line in a room. `body` is a message as JSON (`messagecodec`) of the bot, or a person's plain text."""

    id: int
    room: str
    author: Author
    body: str
    created_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader of one room has come: the last post, and the last edit in µs since 1970.

    Edits within a room have strictly growing times, so these two numbers are enough to continue without
    loss and without doubles.
    """

    post: int = 0
    edit: int = 0

    @classmethod
    def at(cls, post: int, edited_at: datetime | None) -> "Cursor":
        """The cursor of a post id and a time of edit; None when there was no edit."""
        return cls(post, (edited_at - EPOCH) // timedelta(microseconds=1) if edited_at else 0)

    def past(self, post: Post) -> "Cursor":
        """The cursor after this post was read."""
        there = Cursor.at(post.id, post.edited_at)
        return Cursor(max(self.post, there.post), max(self.edit, there.edit))

    @property
    def edited_at(self) -> datetime:
        """The time of the last edit that was read."""
        return EPOCH + timedelta(microseconds=self.edit)

    def __str__(self) -> str:
        return f"{self.post}.{self.edit}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that `str` wrote.

        Raises:
            BadInput: the text is not a cursor.
        """
        found = CURSOR.fullmatch(text)
        if not found:
            raise BadInput("this is not a place in a room")
        return cls(int(found[1]), int(found[2]))
