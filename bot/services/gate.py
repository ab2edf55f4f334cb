"""Which chats are served, and how much each may ask: denied and unlisted chats, commands a minute.

A chat that is not served is told so once by each account it asks, politely, and then nothing more is said or
sent there.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.buckets import Buckets
from bot.domain.models import Address
from bot.errors import CommandError, Phrase
from bot.ports import Clock
from bot.services.places import Place
from bot.store import access, audit, chats
from bot.store.access import ALLOWED, DENIED, Ruling
from bot.store.database import Database, Transaction

log = structlog.get_logger()

REMEMBERED = 4096
"""Chats whose commands are counted; the one that was silent longest is forgotten first."""
WHY_DENIED = "denied by those who run this bot"


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one chat may ask.

    Args:
        listed_only: serve only chats that an owner allowed.
        commands_a_minute: of one chat; 0 for no limit.
        allowed: chats (``platform:id``) that the settings allow; what an owner said in a chat goes before.
        denied: chats that the settings deny.
    """

    listed_only: bool = False
    commands_a_minute: int = 30
    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a command is carried out. `words` answers one that is not; "" for no answer at all."""

    served: bool
    words: str = ""


SERVED = Admission(True)


class Gate:
    """Stands before every command.

    Args:
        database: knows whom the owners allowed and denied.
        clock: the time.
        quotas: what a chat may ask.
    """

    def __init__(self, database: Database, clock: Clock, quotas: Quotas = Quotas()) -> None:
        self._database = database
        self._clock = clock
        self._quotas = quotas
        most = quotas.commands_a_minute
        self._asked = Buckets(most, most / 60, REMEMBERED) if most else None

    async def admit(self, place: Place, *, owner: bool) -> Admission:
        """Decide on one command. Owners are always served."""
        if owner:
            return SERVED
        async with self._database.read() as tx:
            ruling = await access.of_chat(tx, place.address)
        if self._closed_to(place.address, ruling):
            return Admission(False, await self._excuse(place, ruling))
        if seconds := self._too_fast(place):
            return Admission(
                False, Phrase("That is a lot at once. Please wait {seconds} seconds.", seconds=seconds)
            )
        return SERVED

    async def allow(self, place: Place, text: str) -> Address:
        """Serve a chat: ``telegram:-100123``, or with no text this chat. What was owed to it comes.

        Raises:
            CommandError: that is no chat.
        """
        return await self._rule(place, text, ALLOWED)

    async def deny(self, place: Place, text: str) -> Address:
        """Serve a chat no more, until it is allowed; a reason may follow its name. Nothing is sent there.

        Raises:
            CommandError: that is no chat.
        """
        return await self._rule(place, text, DENIED)

    async def enforce(self) -> None:
        """Send nothing to chats that the settings deny, and again to those that they deny no more."""
        now = self._clock.now()
        async with self._database.write() as tx:
            for lane, address in await chats.paused_because(tx, WHY_DENIED):
                if not self._closed_to(address, await access.of_chat(tx, address)):
                    await chats.resume(tx, lane, address, now)
            for name in sorted(self._quotas.denied):
                platform, _, chat = name.partition(":")
                address = Address(platform, chat)
                if self._closed_to(address, await access.of_chat(tx, address)):
                    for lane in await chats.lanes_of(tx, address):
                        await chats.pause(tx, lane, address, WHY_DENIED)

    async def rulings(self) -> list[Ruling]:
        """Every chat that was allowed or denied."""
        async with self._database.read() as tx:
            return await access.everything(tx)

    async def _rule(self, place: Place, text: str, verdict: str) -> Address:
        name, _, reason = text.strip().partition(" ")
        address = _chat_named(name) if name else Address(place.address.platform, place.address.chat)
        now = self._clock.now()
        async with self._database.write() as tx:
            await access.rule(tx, address, verdict, reason.strip(), now)
            await audit.note(tx, place.change(now, "allow" if verdict == ALLOWED else "deny", text.strip()))
            for lane in await chats.lanes_of(tx, address):
                if verdict == DENIED:
                    await chats.pause(tx, lane, address, WHY_DENIED)
                else:
                    await self._resume(tx, lane, address, now)
        log.info("chat ruled on", platform=address.platform, chat=address.chat, verdict=verdict)
        return address

    @staticmethod
    async def _resume(tx: Transaction, lane: str, address: Address, now: datetime) -> None:
        """Only what a denial paused comes back: a chat that left by itself stays away."""
        if await chats.paused_for(tx, lane, address, WHY_DENIED):
            await chats.resume(tx, lane, address, now)

    def _closed_to(self, address: Address, ruling: Ruling | None) -> bool:
        if ruling and (ruling.denied or ruling.allowed):
            return ruling.denied
        name, quotas = f"{address.platform}:{address.chat}", self._quotas
        return name in quotas.denied or (quotas.listed_only and name not in quotas.allowed)

    async def _excuse(self, place: Place, ruling: Ruling | None) -> str:
        if ruling and ruling.was_told(place.lane):
            return ""
        async with self._database.write() as tx:
            first = await access.told(tx, place.lane, place.address, self._clock.now())
        if not first:
            return ""
        if ruling and ruling.denied and ruling.reason:
            return Phrase(
                "Those who run this bot do not serve this chat: {reason}. I will not answer here again.",
                reason=ruling.reason,
            )
        return Phrase("Those who run this bot do not serve this chat. I will not answer here again.")

    def _too_fast(self, place: Place) -> int:
        """Seconds to wait, or 0. Chats of two accounts with one person may have one address."""
        asked = place.lane, place.address
        wait = self._asked.wait(asked, self._clock.now().timestamp()) if self._asked else 0.0
        return max(1, round(wait)) if wait else 0


def _chat_named(name: str) -> Address:
    platform, _, chat = name.partition(":")
    if not (platform.isascii() and platform.isalpha() and 0 < len(chat) <= 100 and chat.isprintable()):
        raise CommandError(
            "“{name}” is no chat.", "name it as platform:id, such as telegram:-1001234567890", name=name[:60]
        )
    return Address(platform.lower(), chat)
