"""The few interfaces that have several implementations: chat platforms, background work, the clock."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

from bot.domain.messages import Message
from bot.domain.models import Address, Outcome


@dataclass(frozen=True, slots=True)
class Inbound:
    """A command from a chat: ``/name argument``, or a pressed button's action, which looks the same.

    `is_admin` says whether this person may change this chat: always true in a private chat.
    `reply_language` is the platform's guess of the person's language, ISO 639-1.
    """

    address: Address
    text: str
    user: str
    user_name: str = ""
    chat_title: str = ""
    is_private: bool = True
    is_admin: bool = True
    reply_language: str = "en"


Receive = Callable[[Inbound], Awaitable[Message]]
"""What a platform calls for each command; the answer goes back to the chat it came from."""

Suggest = Callable[[str, str, Address], Awaitable[list[tuple[str, str]]]]
"""Completes an argument: (command, typed so far, where) → up to 25 (value, label)."""


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command as a platform's menu shows it. `argument` is "" for a command that takes none.

    `private_only` is offered in private chats only, and `for_owners` to those who run the bot, where the
    platform can tell them apart. `form` asks for the argument in a form, where the platform has such.
    """

    name: str
    description: str
    argument: str = ""
    argument_help: str = ""
    argument_required: bool = False
    completes: bool = False
    changes_chat: bool = False
    private_only: bool = False
    for_owners: bool = False
    form: bool = False


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """Something that happened to a chat itself.

    `detail` is the chat's title when it was joined, the reason when it is gone, its new id when it moved.
    """

    address: Address
    kind: Literal["joined", "gone", "moved"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person and the bot stand in a chat. `cannot` says why the bot may not write, "" if it may."""

    address: Address
    title: str
    is_admin: bool
    cannot: str = ""


class Standings(Protocol):
    """An account on a platform on which a chat can be managed from another one."""

    @property
    def lane(self) -> str: ...

    async def standing(self, chat: str, user: str) -> Standing | None:
        """How they stand there, asked of the platform anew.

        Args:
            chat: the chat as people name it (``@channel``) or its id.
            user: the person's id.

        Returns:
            None when there is no such group or channel, or the platform does not tell.
        """
        ...


Observe = Callable[[ChatEvent], Awaitable[None]]
"""What a platform calls when it is added to a chat, removed from one, or a chat changes its id."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What every chat platform is built with: whom to call, and which commands to offer.

    `actions` are carried out like commands but offered in no menu: only buttons say them. `owners` are the
    people who run the bot, as ``platform:user``.
    """

    receive: Receive
    suggest: Suggest
    observe: Observe
    commands: Sequence[CommandSpec]
    actions: Sequence[CommandSpec] = ()
    owners: Sequence[str] = ()


class ChatPlatform(Protocol):
    """One account on a chat platform (a bot token): receives commands, sends and edits messages.

    `lane` names the account in the ledger and never changes for it, e.g. ``telegram:123456``.
    `run` connects, retries with backoff for as long as the platform is down, and returns only when
    cancelled. `send` and `edit` never raise for what a platform answers: they classify it.
    """

    @property
    def lane(self) -> str: ...

    @property
    def name(self) -> str: ...

    async def run(self) -> None: ...

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        """Send once. `key` is the idempotency key, at most 25 characters, used where the platform has one."""
        ...

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        """Replace an earlier message."""
        ...


@dataclass(frozen=True, slots=True)
class Connection:
    """One of the `of` connections on which an account hears its chats, where it needs several.

    `lag` is how many seconds the platform took to answer last, None while that is not known.
    """

    number: int
    of: int
    up: bool
    lag: float | None = None


Connections = Callable[[], Mapping[str, Sequence[Connection]]]
"""The connections of each account that this process listens for now, by its lane."""


@runtime_checkable
class Finds(Protocol):
    """A platform that can tell whether a message is there although its answer was lost."""

    async def find(self, address: Address, message: Message, since: datetime) -> Outcome | None:
        """Look for a message that an earlier try may have sent.

        Args:
            since: when it came to be.

        Returns:
            `Sent` when it is there, None when it is not or sending again does no harm, and any other
            outcome when that cannot be told now.
        """
        ...


class Clock(Protocol):
    """Time, passed in so that decisions can be tested at any hour."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, aware and in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


Work = Callable[[], Awaitable[object]]
Job = Callable[[datetime], Awaitable[object]]
"""What is done in a slot of time; it is told when the slot begins."""


class JobRunner(Protocol):
    """Background work, in one process or in many that share the data.

    `own` and `every` are called before `start`. Work that fails is logged and begun again.
    """

    def own(self, name: str, work: Work, stop: Callable[[], None]) -> None:
        """Work that exactly one runner does at a time, such as the pump of a lane.

        Args:
            name: of what is owned, e.g. ``telegram:123456``; the owner of a dead process is replaced.
            work: runs for as long as this runner owns the name.
            stop: asks the work to end by itself, after what it has begun.
        """
        ...

    def every(self, name: str, interval: timedelta, job: Job, *, once: bool = True) -> None:
        """A job in every slot of this length, with `once` in one runner only, else in every runner."""
        ...

    async def start(self) -> None:
        """Begin everything; returns at once."""
        ...

    async def stop(self) -> None:
        """Begin nothing more, let what is under way end in a bounded time, give back what is owned."""
        ...
