"""An announcement by those who run the bot, to every active chat, through the ledger like everything else."""

from datetime import timedelta

import structlog

from bot.domain.messagecodec import to_json
from bot.domain.messages import Message, Text
from bot.domain.models import Chat, DeliveryKind, Priority
from bot.errors import CommandError
from bot.ports import Clock
from bot.services.places import Place
from bot.services.tongues import tongue_of
from bot.store import audit, chats, owing
from bot.store.database import Database
from bot.store.owing import Owed

log = structlog.get_logger()

LONGEST = 1_500
KEPT = timedelta(days=1)
"""An announcement that could not be sent for so long is not sent any more."""


class Broadcast:
    """The use case behind /broadcast. That an owner asks is checked by the caller."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def audience(self) -> int:
        """How many chats an announcement goes to."""
        async with self._database.read() as tx:
            return await chats.active_count(tx)

    async def announce(self, place: Place, text: str) -> int:
        """Owe an announcement to every active chat; returns how many that are. All of them, or none.

        It comes after news, and silently.

        Raises:
            CommandError: it is empty or too long.
        """
        text = checked(text)
        now, told = self._clock.now(), 0
        async with self._database.write() as tx:
            async for page in chats.active(tx):
                owed = [
                    Owed(
                        lane,
                        chat.id,
                        DeliveryKind.NOTICE,
                        Priority.DIGEST,
                        payload=to_json(announcement(text, chat)),
                        expires_at=now + KEPT,
                    )
                    for chat, lane in page
                ]
                told += await owing.owe(tx, owed, now)
            await audit.note(tx, place.change(now, "broadcast", text))
        log.info("announcement owed", chats=told)
        return told


def checked(text: str) -> str:
    """The text of an announcement without blanks around it.

    Raises:
        CommandError: it is empty or too long.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise CommandError("An announcement has 1 to {most} characters.", most=LONGEST)
    return text


def announcement(text: str, chat: Chat) -> Message:
    """The announcement as one chat sees it."""
    tongue = tongue_of(chat.language)
    head = Text(tongue("From those who run this bot"), bold=True)
    lines = tuple((line,) for line in text.splitlines())
    return Message(lines=((head,), *lines), silent=True, language=chat.language)
