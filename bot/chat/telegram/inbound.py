"""What an update means to us: a command, something that happened to a chat, or nothing. Pure.

Whether a person may change a chat is not known from every update: `Said.is_admin` is None where the
platform has to be asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from telegram import (
    ChatMember,
    ChatMemberUpdated,
    Message,
    MessageReactionUpdated,
    ReactionType,
    ReactionTypeEmoji,
    Update,
    User,
)
from telegram.constants import ChatType, ReactionEmoji

from bot.chat.telegram.render import STAY
from bot.domain.models import Address
from bot.ports import ChatEvent, CommandSpec, Inbound

PLATFORM = "telegram"
DOWN = ReactionEmoji.THUMBS_DOWN
TEXT_LIMIT = 4096
"""Characters of a message that are read: as many as Telegram lets people write."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@(\w+))?(?=\s|$)")
_INVISIBLE = re.compile(r"[\u200b-\u200d\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_OUT = {ChatMember.LEFT, ChatMember.BANNED}


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Press:
    """The pressed button: its query, the message it stands under, and whether that must stay as it is.

    `in_channel` says that whatever is answered in the chat is read by all its subscribers.
    """

    query: str
    message_id: str
    stays: bool
    in_channel: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A command line of somebody. `is_admin` is None when only the platform knows.

    `in_passing` was not said to us: whoever may not do it, or says it of something else, gets no answer.
    """

    inbound: Inbound
    is_admin: bool | None
    press: Press | None = None
    in_passing: bool = False


def read(update: Update, me: Me, commands: Mapping[str, CommandSpec]) -> Said | ChatEvent | None:
    """What the update means; None when it is none of our business."""
    if update.callback_query:
        return _pressed(update, commands)
    if update.message_reaction:
        return _reacted(update.message_reaction)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    message = update.message or update.channel_post
    if message is None:
        return None
    if message.migrate_to_chat_id:
        return ChatEvent(address(message.chat.id), "moved", str(message.migrate_to_chat_id))
    if message.forum_topic_reopened:
        return ChatEvent(
            address(message.chat.id, message.message_thread_id), "joined", message.chat.effective_name or ""
        )
    return _written(message, me, commands)


def address(chat: int, thread: int | None = None) -> Address:
    """A chat, or a topic in it, as the rest of Heraut names it."""
    return Address(PLATFORM, str(chat), str(thread) if thread else "")


def thread_of(message: Message) -> int | None:
    """The topic a message is in. Outside forums a thread id only marks a chain of replies."""
    return message.message_thread_id if message.is_topic_message else None


# --- written commands -------------------------------------------------------------------------------


def _written(message: Message, me: Me, commands: Mapping[str, CommandSpec]) -> Said | None:
    private = message.chat.type == ChatType.PRIVATE
    if not message.text or _second_hand(message, private):
        return None
    line = _line(message.text, me, commands, private)
    if line is None:
        return None
    inbound = Inbound(
        address=address(message.chat.id, thread_of(message)),
        text=line,
        user=_author(message),
        user_name=message.from_user.full_name if message.from_user else "",
        chat_title=message.chat.effective_name or "",
        is_private=private,
        reply_language=_language(message.from_user),
    )
    return Said(inbound, _is_known_admin(message, needed=_changes(line, commands)))


def _second_hand(message: Message, private: bool) -> bool:
    """Whether these are not the sender's own words to us: forwarded, copied by Telegram, or a bot's."""
    if message.is_automatic_forward or (message.forward_origin and not private):
        return True
    if message.via_bot:
        return True
    return bool(message.from_user and message.from_user.is_bot and message.sender_chat is None)


def _line(text: str, me: Me, commands: Mapping[str, CommandSpec], private: bool) -> str | None:
    """The command line without ``@botname``; None when it is not for us.

    In a private chat everything is for us. Elsewhere a command is, if it names us, or names nobody and
    is one that we have.
    """
    text = _INVISIBLE.sub("", text[:TEXT_LIMIT]).strip()
    found = _COMMAND.match(text)
    if found is None:
        return text if private and text else None
    name, whom = found.group(1), found.group(2)
    if whom is not None and whom.lower() != me.username.lower():
        return None
    if whom is None and not private and name.lower() not in commands:
        return None
    return f"/{name}{text[found.end() :]}"


def _changes(line: str, commands: Mapping[str, CommandSpec]) -> bool:
    """Whether this command line changes the chat, so that rights matter."""
    name = line.split(maxsplit=1)[0].removeprefix("/").lower() if line.startswith("/") else ""
    return name in commands and commands[name].changes_chat


def _is_known_admin(message: Message, *, needed: bool) -> bool | None:
    """True where the update itself proves it, False where it can't be, None where we have to ask.

    Only administrators write in a channel. Who writes as the group itself is an anonymous administrator.
    Who writes as another channel may be anybody.
    """
    if message.chat.type in {ChatType.PRIVATE, ChatType.CHANNEL}:
        return True
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat.id
    return None if needed else False


def _author(message: Message) -> str:
    if message.sender_chat is not None:
        return str(message.sender_chat.id)
    return str(message.from_user.id) if message.from_user else ""


def _language(user: User | None) -> str:
    code = (user.language_code or "") if user else ""
    return code.replace("_", "-").split("-")[0].lower() or "en"


# --- buttons ----------------------------------------------------------------------------------------


def _pressed(update: Update, commands: Mapping[str, CommandSpec]) -> Said | None:
    query = update.callback_query
    if query is None or query.message is None or not query.data:
        return None
    chat = query.message.chat
    thread = thread_of(query.message) if isinstance(query.message, Message) else None
    private = chat.type == ChatType.PRIVATE
    line = query.data.removeprefix(STAY)
    inbound = Inbound(
        address=address(chat.id, thread),
        text=line,
        user=str(query.from_user.id),
        user_name=query.from_user.full_name,
        chat_title=chat.effective_name or "",
        is_private=private,
        reply_language=_language(query.from_user),
    )
    press = Press(
        query.id,
        str(query.message.message_id),
        stays=query.data.startswith(STAY),
        in_channel=chat.type == ChatType.CHANNEL,
    )
    known = True if private else None if _changes(line, commands) else False
    return Said(inbound, known, press)


def _reacted(reaction: MessageReactionUpdated) -> Said | None:
    """A thumb down under a message, which under an alert means: less of this.

    The update names no topic, so in a forum we could not answer where it was meant.
    """
    chat = reaction.chat
    before, after = (_emoji(each) for each in (reaction.old_reaction, reaction.new_reaction))
    anonymous = reaction.actor_chat is not None and reaction.actor_chat.id == chat.id
    if chat.is_forum or DOWN not in after or DOWN in before or not (reaction.user or anonymous):
        return None
    private = chat.type == ChatType.PRIVATE
    inbound = Inbound(
        address=address(chat.id),
        text=f"/less m{reaction.message_id}",
        user=str(reaction.user.id if reaction.user else chat.id),
        user_name=reaction.user.full_name if reaction.user else "",
        chat_title=chat.effective_name or "",
        is_private=private,
        reply_language=_language(reaction.user),
    )
    return Said(inbound, True if private or anonymous else None, in_passing=True)


def _emoji(reactions: Sequence[ReactionType]) -> set[str]:
    return {each.emoji for each in reactions if isinstance(each, ReactionTypeEmoji)}


# --- the chat itself --------------------------------------------------------------------------------


def _membership(change: ChatMemberUpdated) -> ChatEvent | None:
    """Whether we may write in the chat now, when that changed."""
    chat = change.chat
    before = closed_because(change.old_chat_member, chat.type)
    after = closed_because(change.new_chat_member, chat.type)
    if before and not after:
        return ChatEvent(address(chat.id), "joined", chat.effective_name or "")
    if after and not before:
        return ChatEvent(address(chat.id), "gone", after)
    return None


def closed_because(member: ChatMember, kind: str) -> str:
    """Why the bot can't write in a chat where it has this membership; "" when it can."""
    if member.status in _OUT:
        if kind == ChatType.PRIVATE:
            return "the bot was blocked by the user"
        return "the bot was removed from the chat"
    if kind == ChatType.CHANNEL:
        if member.status != ChatMember.ADMINISTRATOR:
            return "permission missing: the bot must be an administrator of the channel"
        if not getattr(member, "can_post_messages", False):
            return "permission missing: posting messages"
    if member.status == ChatMember.RESTRICTED and not getattr(member, "can_send_messages", False):
        return "permission missing: sending messages"
    return ""
