"""The chats, people and messages behind the emulated Bot API, and the updates that happen in them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from tests.emulators.telegram.markup import found, words

Kind = Literal["private", "group", "supergroup", "channel"]
Update = dict[str, Any]
Unsent = {"left", "kicked"}


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message, as a person sees it."""

    label: str
    action: str = ""
    url: str = ""


@dataclass(slots=True)
class Posted:
    """A message of the bot. `text` is final: parsed, trimmed. `edits` holds the earlier texts."""

    message_id: int
    text: str
    entities: list[dict[str, Any]]
    keyboard: list[list[dict[str, Any]]]
    thread: int | None
    silent: bool
    preview: dict[str, Any]
    date: int
    edits: list[str] = field(default_factory=list)
    deleted: bool = False
    photo: str = ""

    @property
    def edited(self) -> bool:
        return bool(self.edits)

    @property
    def links(self) -> list[str]:
        """Where the words of the text lead to."""
        return [entity["url"] for entity in self.entities if entity["type"] == "text_link"]

    @property
    def buttons(self) -> list[Button]:
        return [
            Button(button["text"], button.get("callback_data", ""), button.get("url", ""))
            for row in self.keyboard
            for button in row
        ]

    def marked(self, kind: str) -> list[str]:
        """The words under entities of a kind: bold, hashtag, mention, …"""
        return [words(self.text, entity) for entity in self.entities if entity["type"] == kind]


@dataclass(slots=True)
class Topic:
    """A topic of a forum."""

    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Chat:
    """A chat, and where the bot stands in it."""

    id: int
    kind: Kind
    title: str
    forum: bool = False
    username: str = ""
    bot: str = "member"
    bot_may_send: bool = True
    started: bool = True
    deleted: bool = False
    hidden_members: bool = False
    migrated_to: int | None = None
    admins: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    topics: dict[int, Topic] = field(default_factory=dict)
    posted: dict[int, Posted] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: count(1))

    def as_json(self) -> dict[str, Any]:
        """A Chat of the Bot API."""
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        chat: dict[str, Any] = {"id": self.id, "type": self.kind, "title": self.title}
        if self.username:
            chat["username"] = self.username
        return {**chat, "is_forum": True} if self.forum else chat


class World:
    """All chats, and the queue of updates that the bot has not confirmed.

    `bad_pictures` are addresses of pictures that cannot be got or shown, and how that is refused.
    """

    def __init__(self, bot_id: int, username: str) -> None:
        self.bot_id = bot_id
        self.username = username
        self.chats: dict[int, Chat] = {}
        self.languages: dict[int, str] = {}
        self.queries: dict[str, dict[str, Any]] = {}
        self.updates: list[Update] = []
        self.bad_pictures: dict[str, str] = {}
        self.changed = asyncio.Condition()
        self._update_ids = count(100_000)
        self._chat_ids = {
            "private": count(5_001),
            "group": count(-201, -1),
            "other": count(-1_001_000_000_301, -1),
        }
        self._wakers: set[asyncio.Task[None]] = set()

    # --- what the bot and the tests look at

    def bot_json(self) -> dict[str, Any]:
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": "Heraut",
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def user_json(self, user: int) -> dict[str, Any]:
        return {
            "id": user,
            "is_bot": False,
            "first_name": f"Lezer {user}",
            "language_code": self.languages.get(user, "nl"),
        }

    def member_json(self, chat: Chat, user: int) -> dict[str, Any]:
        """A ChatMember of the Bot API."""
        if user == self.bot_id:
            return self._bot_member(chat.bot, chat.bot_may_send)
        if user in chat.admins:
            return {**ADMIN, "status": "administrator", "user": self.user_json(user)}
        status = "member" if user in chat.members else "left"
        return {"status": status, "user": self.user_json(user)}

    def _bot_member(self, status: str, may_send: bool) -> dict[str, Any]:
        member: dict[str, Any] = {"status": status, "user": self.bot_json()}
        if status == "administrator":
            return {**ADMIN, **member, "can_post_messages": may_send}
        if status == "restricted":
            return {**RESTRICTED, **member, "can_send_messages": may_send}
        return {**member, "until_date": 0} if status == "kicked" else member

    # --- what happens

    def push(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update; returns its id."""
        update_id = next(self._update_ids)
        self.updates.append({"update_id": update_id, kind: content})
        self.notify()
        return update_id

    def notify(self) -> None:
        """Wake whoever waits for something to happen."""
        task = asyncio.get_running_loop().create_task(self._wake())
        self._wakers.add(task)
        task.add_done_callback(self._wakers.discard)

    async def _wake(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, true: Callable[[], bool], timeout: float) -> bool:
        """Wait until something is true; False when it was not in time."""
        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(true), timeout)
            except TimeoutError:
                return False
        return True

    def new_chat(self, kind: Kind, chat_id: int | None, title: str, forum: bool) -> Chat:
        ids = self._chat_ids[kind if kind in self._chat_ids else "other"]
        chat = Chat(chat_id or next(ids), kind, title or f"{kind} chat", forum=forum)
        chat.bot = "administrator" if kind == "channel" else "member"
        self.chats[chat.id] = chat
        return chat

    def said(self, chat: Chat, user: int, text: str, thread: int | None, extra: dict[str, Any]) -> None:
        """A person's message; the bot hears what group privacy lets it hear."""
        message = self.message_json(chat, next(chat.ids), text, thread)
        message["entities"] = found(text, [])
        if chat.kind == "channel":
            self.push("channel_post", {**message, "sender_chat": chat.as_json(), **extra})
            return
        chat.members.add(user)
        message["from"] = self.user_json(user)
        if chat.kind == "private" or text.startswith("/") or chat.bot == "administrator":
            self.push("message", {**message, **extra})

    def message_json(self, chat: Chat, message_id: int, text: str, thread: int | None) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": chat.as_json(),
            "text": text,
        }
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        return message

    def posted_json(self, chat: Chat, posted: Posted) -> dict[str, Any]:
        """A message of the bot, as the Bot API shows it."""
        message = self.message_json(chat, posted.message_id, posted.text, posted.thread)
        message |= {"date": posted.date, "entities": posted.entities}
        if chat.kind == "channel":
            message["sender_chat"] = chat.as_json()
        else:
            message["from"] = self.bot_json()
        if posted.keyboard:
            message["reply_markup"] = {"inline_keyboard": posted.keyboard}
        if posted.edited:
            message["edit_date"] = int(time.time())
        if posted.photo:
            message["caption"] = message.pop("text")
            message["caption_entities"] = message.pop("entities")
            message["photo"] = [{"file_id": "p", "file_unique_id": "p", "width": 640, "height": 360}]
        return message

    def bot_became(self, chat: Chat, status: str, by: int, *, may_send: bool = True) -> None:
        """The bot's place in a chat changed: it was added, removed, blocked, promoted or restricted."""
        old = self._bot_member(chat.bot, chat.bot_may_send)
        chat.bot, chat.bot_may_send = status, may_send
        self.push(
            "my_chat_member",
            {
                "chat": chat.as_json(),
                "from": self.user_json(by),
                "date": int(time.time()),
                "old_chat_member": old,
                "new_chat_member": self._bot_member(status, may_send),
            },
        )

    def migrate(self, chat: Chat) -> Chat:
        """A group becomes a supergroup: a new id, and a service message on either side."""
        new = self.new_chat("supergroup", None, chat.title, forum=False)
        new.admins, new.members, new.bot = set(chat.admins), set(chat.members), chat.bot
        chat.migrated_to = new.id
        self._service(chat, {"migrate_to_chat_id": new.id})
        self._service(new, {"migrate_from_chat_id": chat.id})
        return new

    def _service(self, chat: Chat, content: dict[str, Any]) -> None:
        message = self.message_json(chat, next(chat.ids), "", None)
        del message["text"]
        self.push("message", {**message, **ANONYMOUS_ADMIN, "sender_chat": chat.as_json(), **content})


ANONYMOUS_ADMIN: dict[str, Any] = {
    "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
}
ADMIN: dict[str, Any] = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": True,
    "can_restrict_members": True,
    "can_promote_members": False,
    "can_change_info": True,
    "can_invite_users": True,
    "can_post_stories": True,
    "can_edit_stories": True,
    "can_delete_stories": True,
}
RESTRICTED: dict[str, Any] = {
    "is_member": True,
    "until_date": 0,
    **dict.fromkeys(
        [
            "can_send_audios",
            "can_send_documents",
            "can_send_photos",
            "can_send_videos",
            "can_send_video_notes",
            "can_send_voice_notes",
            "can_send_polls",
            "can_send_other_messages",
            "can_add_web_page_previews",
            "can_react_to_messages",
            "can_edit_tag",
            "can_change_info",
            "can_invite_users",
            "can_pin_messages",
            "can_manage_topics",
        ],
        False,
    ),
}
