"""What an answer of the Bot API means for a delivery: one table, and nothing else.

Telegram documents its error codes but not their descriptions; the phrases below are those its server and
the Bot API server (github.com/tdlib/telegram-bot-api, Client.cpp) use. A description nobody knows is
`Malformed`: sending the same again cannot help, sending it plainly may.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.chat.telegram.request import NotSent, ServerFault
from bot.domain import models

FLOOD_WITHOUT_TIME = 5.0
"""Seconds to wait after a 429 that names no time (a proxy in front of the server wrote it)."""

GONE: Mapping[str, str] = {
    "bot was blocked by the user": "the bot was blocked by the user",
    "user is deactivated": "the account was deleted",
    "bot was kicked": "the bot was removed from the chat",
    "bot is not a member": "the bot is not a member of the chat",
    "bot can't initiate conversation": "the user has not started the bot",
    "bots can't send messages to bots": "the other side is a bot",
    "bot can't send messages to bots": "the other side is a bot",
    "group chat was deleted": "the chat was deleted",
    "group chat was deactivated": "the chat was deactivated",
    "group is deactivated": "the chat was deactivated",
    "chat not found": "the chat was not found",
    "user not found": "the chat was not found",
    "peer_id_invalid": "the chat was not found",
    "chat_id is empty": "the chat was not found",
    "channel_private": "the channel is closed to the bot",
    "need administrator rights": "permission missing: the bot must be an administrator of the channel",
    "not enough rights to send text messages": "permission missing: sending text messages",
    "not enough rights": "permission missing: sending messages",
    "have no rights to send": "permission missing: sending messages",
    "chat_write_forbidden": "permission missing: sending messages",
    "chat_restricted": "permission missing: sending messages",
    "chat_send_plain_forbidden": "permission missing: sending text messages",
    "chat_admin_required": "permission missing: the bot must be an administrator",
    "message thread not found": "the topic was deleted",
    "topic_deleted": "the topic was deleted",
    "topic_id_invalid": "the topic was deleted",
    "topic_closed": "the topic is closed",
}
"""Phrase of a 400 or 403, in lower case → why the chat is closed to us. The first that fits counts."""

VANISHED: Mapping[str, str] = {
    "message to edit not found": "the message was deleted",
    "message_id_invalid": "the message was deleted",
    "message can't be edited": "the message can no longer be edited",
    "message to delete not found": "the message was deleted",
}

PICTURE = (
    "wrong file identifier/http url specified",
    "failed to get http url content",
    "wrong type of the web page content",
    "wrong remote file identifier",
    "photo_invalid_dimensions",
    "image_process_failed",
    "photo_save_file_invalid",
    "webpage_curl_failed",
    "webpage_media_empty",
    "webpage_not_found",
    "webpage_url_invalid",
    "external_url_invalid",
    "media_empty",
    "not enough rights to send photos",
    "chat_send_photos_forbidden",
    "chat_send_media_forbidden",
)
"""Phrases of a 400 that say it is the picture, or the preview that shows it, which fails."""

REFUSED = "Telegram refuses the token: it was revoked or is mistyped"
UNCHANGED = "message is not modified"


def classify(error: TelegramError) -> models.Outcome:
    """The outcome an error of python-telegram-bot stands for.

    `Unknown` is kept for requests that may have been carried out: Telegram has no idempotency key, so
    sending again can double the message.
    """
    match error:
        case RetryAfter():
            return models.RetryAfter(wait_of(error))
        case ChatMigrated():
            return models.Moved(str(error.new_chat_id))
        case InvalidToken():
            return models.LaneDown(REFUSED)
        case NotSent():
            return models.Transient(str(error))
        case ServerFault():
            return after_fault(error)
        case TimedOut():
            return models.Unknown("no answer in time")
        case Forbidden() | BadRequest():
            return after_refusal(str(error))
        case _ if "(429)" in str(error):
            return models.RetryAfter(FLOOD_WITHOUT_TIME, whole_lane=True)
        case _:
            return models.Unknown(str(error))


def classify_edit(error: TelegramError, message_id: str) -> models.Outcome:
    """The outcome of an edit; a message that already says the same counts as sent."""
    if isinstance(error, BadRequest) and UNCHANGED in str(error).lower():
        return models.Sent(message_id)
    return classify(error)


def wait_of(error: RetryAfter) -> float:
    """Seconds, whichever type the library's transition has reached."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def after_fault(error: ServerFault) -> models.Outcome:
    """A gateway that gave up waiting (504) may have passed the request on; other faults have not."""
    return models.Unknown(str(error)) if error.status == 504 else models.Transient(str(error))


def after_refusal(description: str) -> models.Outcome:
    """A 400 or 403, by its description."""
    said = description.lower()
    if any(phrase in said for phrase in PICTURE):
        return models.Malformed(description, picture=True)
    for phrase, reason in VANISHED.items():
        if phrase in said:
            return models.Vanished(reason)
    for phrase, reason in GONE.items():
        if phrase in said:
            return models.Gone(reason)
    if said.startswith("forbidden"):
        return models.Gone(description)
    return models.Malformed(description)


def describe(error: TelegramError) -> str:
    """The error in words that may be logged: the library writes the token into those of a refused one."""
    return REFUSED if isinstance(error, InvalidToken) else str(error)


class Floods:
    """Tells whether a 429 is meant for a chat or for the bot, which Telegram does not say.

    One chat that is told to wait is that chat's matter; when a second one is told so within moments, the
    bot as a whole is too fast.
    """

    WINDOW = timedelta(seconds=2)

    def __init__(self) -> None:
        self._recent: dict[str, datetime] = {}

    def judge(self, chat: str, flood: models.RetryAfter, now: datetime) -> models.RetryAfter:
        """The flood, with `whole_lane` set when other chats were flooded just now."""
        self._recent = {other: at for other, at in self._recent.items() if now - at <= self.WINDOW}
        others = any(other != chat for other in self._recent)
        self._recent[chat] = now
        return replace(flood, whole_lane=flood.whole_lane or others)
