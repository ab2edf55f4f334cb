"""Where a person and the bot stand in another chat, so that it can be managed from a private one.

Asked of Telegram each time and never remembered: a right may have been taken away a moment ago.
"""

import re

import structlog
from telegram import Bot, ChatMember
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.chat.telegram.inbound import address, closed_because
from bot.chat.telegram.outcomes import describe
from bot.chat.telegram.rights import ADMINISTRATORS
from bot.ports import Standing

NOT_ADMIN = "permission missing: the bot must be an administrator of the channel"

_NAMED = re.compile(r"(?:@|(?:https?://)?(?:t\.me|telegram\.me)/)([A-Za-z][A-Za-z0-9_]{3,31})/?", re.ASCII)
_NUMBERED = re.compile(r"-\d{1,15}", re.ASCII)

log = structlog.get_logger()


def chat_named(text: str) -> str | int | None:
    """A chat's public name or id from ``@name``, ``t.me/name`` or ``-100…``; None for anything else."""
    text = text.strip()
    if found := _NAMED.fullmatch(text):
        return f"@{found[1]}"
    return int(text) if _NUMBERED.fullmatch(text) else None


async def standing_in(bot: Bot, me: int, name: str, user: str) -> Standing | None:
    """How a person and the bot stand in a channel or group; see `bot.ports.Standings`."""
    wanted = chat_named(name)
    if wanted is None or not user.isdecimal():
        return None
    try:
        chat = await bot.get_chat(wanted)
    except TelegramError as error:
        log.info("telegram_chat_unknown", chat=str(wanted), error=describe(error))
        return None
    if chat.type == ChatType.PRIVATE:
        return None
    title, place = chat.effective_name or str(chat.id), address(chat.id)
    try:
        own = await bot.get_chat_member(chat.id, me)
        cannot = closed_because(own, chat.type)
        theirs = await bot.get_chat_member(chat.id, int(user))
    except TelegramError as error:
        # A channel shows its members to its administrators only.
        log.info("telegram_standing_unknown", chat=chat.id, error=describe(error))
        return Standing(place, title, is_admin=False, cannot=NOT_ADMIN)
    return Standing(place, title, is_admin(theirs), cannot)


def is_admin(member: ChatMember) -> bool:
    """Whether a member is an administrator."""
    return member.status in ADMINISTRATORS
