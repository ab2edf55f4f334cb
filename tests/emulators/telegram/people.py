"""What people do in the emulated chats: talk, press, add and remove the bot. Tests act through this."""

import time
from itertools import count
from typing import Any

from tests.emulators.telegram.world import ANONYMOUS_ADMIN, Chat, Kind, Posted, Topic, World


class People:
    """Acts of people; each queues the updates that Telegram would send."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._query_ids = count(1)

    def add_chat(
        self, kind: Kind = "private", *, chat_id: int | None = None, title: str = "", forum: bool = False
    ) -> int:
        """A chat in which the bot already is; returns its id (a private chat's is its person's)."""
        return self.world.new_chat(kind, chat_id, title, forum).id

    def name_chat(self, chat: int, username: str) -> None:
        """Give a group or channel a public name."""
        self.world.chats[chat].username = username

    def add_topic(self, chat: int, name: str) -> int:
        """A topic in a forum; returns its thread id."""
        place = self.world.chats[chat]
        thread = int(next(place.ids))
        place.topics[thread] = Topic(name)
        return thread

    def set_language(self, user: int, language: str) -> None:
        self.world.languages[user] = language

    def set_admin(self, chat: int, user: int, admin: bool = True) -> None:
        place = self.world.chats[chat]
        place.members.add(user)
        (place.admins.add if admin else place.admins.discard)(user)

    def user_says(
        self,
        chat: int,
        user: int,
        text: str,
        *,
        thread: int | None = None,
        anonymous: bool = False,
        **extra: Any,
    ) -> None:
        """A person writes; `extra` goes into the Message as it is (forward_origin, sender_chat, …)."""
        place = self.world.chats[chat]
        if anonymous:
            extra = {**ANONYMOUS_ADMIN, "sender_chat": place.as_json(), **extra}
        self.world.said(place, user, text, thread, extra)

    def press(self, chat: int, label: str, user: int | None = None, *, message_id: int | None = None) -> None:
        """A person presses a button of the newest message that has it.

        Raises:
            AssertionError: no message in the chat has such a button, or it opens a link.
        """
        place = self.world.chats[chat]
        posted = _with_button(place, label, message_id)
        data = next(button.action for button in posted.buttons if button.label == label)
        assert data, f"{label!r} opens a link"
        person = user if user is not None else place.id
        place.members.add(person)
        query_id = str(next(self._query_ids))
        query = {
            "id": query_id,
            "from": self.world.user_json(person),
            "chat_instance": "1",
            "data": data,
            "message": self.world.posted_json(place, posted),
        }
        self.world.queries[query_id] = query
        self.world.push("callback_query", query)

    def react(self, chat: int, message_id: int, user: int, emoji: str = "👎", before: str = "") -> None:
        """A person reacts to a message; `before` is the reaction that was there.

        A bot hears of it in private chats, and in groups where it is an administrator; of who reacts in a
        channel nobody hears.
        """
        place = self.world.chats[chat]
        place.members.add(user)
        if place.kind == "channel" or (place.kind != "private" and place.bot != "administrator"):
            return
        old, new = ([{"type": "emoji", "emoji": each}] if each else [] for each in (before, emoji))
        self.world.push(
            "message_reaction",
            {
                "chat": place.as_json(),
                "message_id": message_id,
                "user": self.world.user_json(user),
                "date": int(time.time()),
                "old_reaction": old,
                "new_reaction": new,
            },
        )

    def migrate(self, chat: int) -> int:
        """A group becomes a supergroup; returns its new id."""
        return self.world.migrate(self.world.chats[chat]).id

    def kick_bot(self, chat: int, by: int = 1) -> None:
        self.world.bot_became(self.world.chats[chat], "kicked", by)

    def add_bot(self, chat: int, by: int = 1, status: str = "member") -> None:
        self.world.bot_became(self.world.chats[chat], status, by)

    def block_bot(self, chat: int) -> None:
        """The person of a private chat blocks the bot."""
        self.world.bot_became(self.world.chats[chat], "kicked", chat)

    def unblock_bot(self, chat: int) -> None:
        self.world.bot_became(self.world.chats[chat], "member", chat)

    def restrict_bot(self, chat: int, by: int = 1) -> None:
        """The bot stays but may not write."""
        status = "administrator" if self.world.chats[chat].kind == "channel" else "restricted"
        self.world.bot_became(self.world.chats[chat], status, by, may_send=False)

    def close_topic(self, chat: int, thread: int) -> None:
        self.world.chats[chat].topics[thread].closed = True

    def reopen_topic(self, chat: int, thread: int) -> None:
        """Somebody opens a topic again, which the topic itself says."""
        place = self.world.chats[chat]
        place.topics[thread].closed = False
        message = self.world.message_json(place, next(place.ids), "", thread)
        del message["text"]
        self.world.push("message", {**message, "from": self.world.user_json(1), "forum_topic_reopened": {}})

    def delete_topic(self, chat: int, thread: int) -> None:
        self.world.chats[chat].topics[thread].deleted = True

    def delete_chat(self, chat: int) -> None:
        """The group is deleted, or the person deletes the account."""
        self.world.chats[chat].deleted = True

    def delete_message(self, chat: int, message_id: int) -> None:
        """An administrator removes a message of the bot."""
        self.world.chats[chat].posted[message_id].deleted = True


def _with_button(place: Chat, label: str, message_id: int | None) -> Posted:
    for posted in reversed(place.posted.values()):
        fits = message_id in {None, posted.message_id} and not posted.deleted
        if fits and any(button.label == label for button in posted.buttons):
            return posted
    labels = [button.label for posted in place.posted.values() for button in posted.buttons]
    raise AssertionError(f"no button {label!r}; there are {labels}")
