"""Who may change a chat: asked of Telegram for each change; that somebody may not is remembered briefly."""

from datetime import datetime, timedelta

import structlog
from telegram import Bot, ChatMember
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat.telegram.outcomes import describe
from bot.ports import Clock

REMEMBERED = timedelta(seconds=20)
LARGEST_MEMORY = 10_000
ADMINISTRATORS = {ChatMember.ADMINISTRATOR, ChatMember.OWNER}

log = structlog.get_logger()


class Rights:
    """Answers whether a person is an administrator of a chat."""

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._refused: dict[tuple[str, str], datetime] = {}

    async def is_admin(self, chat: str, user: str) -> bool:
        """Whether they are; False also when Telegram does not tell, which is logged."""
        now = self._clock.now()
        if self._refused.get((chat, user), now) > now:
            return False
        try:
            admin = await self._ask(chat, user)
        except TelegramError as error:
            log.warning("telegram_rights_unknown", chat=chat, user=user, error=describe(error))
            return False
        if not admin:
            if len(self._refused) >= LARGEST_MEMORY:
                self._refused.clear()
            self._refused[chat, user] = now + REMEMBERED
        return admin

    async def _ask(self, chat: str, user: str) -> bool:
        """Asks for the member, and where members are hidden from bots, for the list of administrators."""
        try:
            member = await self._bot.get_chat_member(int(chat), int(user))
        except (BadRequest, Forbidden):
            administrators = await self._bot.get_chat_administrators(int(chat))
            return any(str(admin.user.id) == user for admin in administrators)
        return member.status in ADMINISTRATORS
