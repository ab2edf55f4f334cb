"""The methods of the Bot API that a news bot uses: parameters, checks, effects.

Names, types and what is required follow core.telegram.org/bots/api. Unlike the real server this one also
refuses a parameter it does not know, so that a misspelt one is found.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.emulators.telegram.errors import ApiError, bad_request, forbidden
from tests.emulators.telegram.markup import checked_keyboard, formatted
from tests.emulators.telegram.world import Chat, Posted, World

SENDING = (
    "business_connection_id:str chat_id:chat! message_thread_id:int direct_messages_topic_id:int "
    "disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str "
    "suggested_post_parameters:json reply_parameters:json reply_markup:json parse_mode:str "
)
PARAMETERS: Mapping[str, str] = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:json",
    "setWebhook": (
        "url:str! certificate:file ip_address:str max_connections:int allowed_updates:json "
        "drop_pending_updates:bool secret_token:str"
    ),
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "setMyCommands": "commands:json! scope:json language_code:str",
    "deleteMyCommands": "scope:json language_code:str",
    "getMyCommands": "scope:json language_code:str",
    "sendMessage": SENDING + "text:str! entities:json link_preview_options:json",
    "sendPhoto": SENDING + "photo:file! caption:str caption_entities:json show_caption_above_media:bool "
    "has_spoiler:bool",
    "editMessageText": (
        "business_connection_id:str chat_id:chat message_id:int inline_message_id:str text:str! "
        "parse_mode:str entities:json link_preview_options:json rich_message:json reply_markup:json"
    ),
    "deleteMessage": "chat_id:chat! message_id:int!",
    "answerCallbackQuery": "callback_query_id:str! text:str show_alert:bool url:str cache_time:int",
    "getChat": "chat_id:chat!",
    "getChatMember": "chat_id:chat! user_id:int!",
    "getChatAdministrators": "chat_id:chat! return_bots:bool",
}
"""Method → its parameters as name:type, with ! for those that are required."""

MISSING = {"chat_id": "chat_id is empty", "text": "message text is empty"}

Parameters = dict[str, Any]


def read_parameters(method: str, given: Mapping[str, Any]) -> Parameters:
    """The parameters in their types.

    Raises:
        ApiError: one is unknown, missing, or not of its type.
    """
    known = dict(word.split(":") for word in PARAMETERS[method].split())
    if unknown := set(given) - set(known):
        raise bad_request(f"unknown parameter {sorted(unknown)[0]} of {method}")
    for name, kind in known.items():
        if kind.endswith("!") and given.get(name, "") == "" and name != "url":
            raise bad_request(MISSING.get(name, f"parameter {name} is required"))
    return {name: _typed(name, known[name].rstrip("!"), value) for name, value in given.items()}


def _typed(name: str, kind: str, value: Any) -> Any:
    try:
        if kind == "int" or (kind == "chat" and not str(value).startswith("@")):
            return int(value)
        if kind == "bool":
            return str(value).lower() in {"true", "1"}
        if kind == "json" and isinstance(value, str):
            return json.loads(value)
    except ValueError as error:
        raise bad_request("chat not found" if kind == "chat" else f"can't parse {name}") from error
    return value


class Methods:
    """What the bot may ask of a world. Each method takes its parameters and returns the result."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.callback_answers: list[dict[str, Any]] = []
        self.table: Mapping[str, Callable[[Parameters], Any]] = {
            "getMe": lambda _: world.bot_json(),
            "setMyCommands": self.set_my_commands,
            "deleteMyCommands": self.delete_my_commands,
            "getMyCommands": lambda given: self.commands.get(_scope(given), []),
            "sendMessage": self.send_message,
            "sendPhoto": self.send_photo,
            "editMessageText": self.edit_message_text,
            "deleteMessage": self.delete_message,
            "answerCallbackQuery": self.answer_callback_query,
            "getChat": self.get_chat,
            "getChatMember": self.get_chat_member,
            "getChatAdministrators": self.get_chat_administrators,
        }

    # --- commands

    def set_my_commands(self, given: Parameters) -> bool:
        commands = given["commands"]
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        scope = given.get("scope") or {}
        if scope.get("type") == "chat" and scope.get("chat_id") not in self.world.chats:
            raise bad_request("chat not found")
        self.commands[_scope(given)] = commands
        self.world.notify()
        return True

    def delete_my_commands(self, given: Parameters) -> bool:
        self.commands.pop(_scope(given), None)
        return True

    # --- messages

    def send_message(self, given: Parameters) -> dict[str, Any]:
        text, entities = formatted(given["text"], given.get("parse_mode"))
        return self._post(given, text, entities)

    def send_photo(self, given: Parameters) -> dict[str, Any]:
        text, entities = "", list[dict[str, Any]]()
        if given.get("caption"):
            text, entities = formatted(given["caption"], given.get("parse_mode"))
        if len(text.encode("utf-16-le")) // 2 > 1024:
            raise bad_request("message caption is too long")
        return self._post(given, text, entities, photo=_photo(given["photo"]))

    def _post(
        self, given: Parameters, text: str, entities: list[dict[str, Any]], photo: str = ""
    ) -> dict[str, Any]:
        chat = self.open_chat(given)
        thread = given.get("message_thread_id")
        check_topic(chat, thread)
        self._check_preview(given)
        posted = Posted(
            message_id=next(chat.ids),
            text=text,
            entities=entities,
            keyboard=checked_keyboard(given.get("reply_markup")),
            thread=thread,
            silent=given.get("disable_notification", False),
            preview=given.get("link_preview_options") or {},
            date=int(time.time()),
            photo=photo,
        )
        chat.posted[posted.message_id] = posted
        self.world.notify()
        return self.world.posted_json(chat, posted)

    def edit_message_text(self, given: Parameters) -> dict[str, Any]:
        text, entities = formatted(given["text"], given.get("parse_mode"))
        chat = self.open_chat(given)
        posted = self._message(chat, given, "edit")
        self._check_preview(given)
        keyboard = checked_keyboard(given.get("reply_markup"))
        if (text, entities, keyboard) == (posted.text, posted.entities, posted.keyboard):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        posted.edits.append(posted.text)
        posted.text, posted.entities, posted.keyboard = text, entities, keyboard
        posted.preview = given.get("link_preview_options") or {}
        self.world.notify()
        return self.world.posted_json(chat, posted)

    def delete_message(self, given: Parameters) -> bool:
        posted = self._message(self.open_chat(given), given, "delete")
        posted.deleted = True
        self.world.notify()
        return True

    def _check_preview(self, given: Parameters) -> None:
        """Whether the picture under a message can be got."""
        address = (given.get("link_preview_options") or {}).get("url", "")
        if address in self.world.bad_pictures:
            raise bad_request(self.world.bad_pictures[address])

    def _message(self, chat: Chat, given: Parameters, verb: str) -> Posted:
        if "message_id" not in given:
            raise bad_request("message identifier is not specified")
        posted = chat.posted.get(given["message_id"])
        if posted is None or posted.deleted:
            raise bad_request(f"message to {verb} not found")
        return posted

    def answer_callback_query(self, given: Parameters) -> bool:
        query = self.world.queries.pop(given["callback_query_id"], None)
        if query is None:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if len(given.get("text", "")) > 200:
            raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
        answer = {"user": query["from"]["id"], "text": given.get("text", "")}
        self.callback_answers.append({**answer, "alert": given.get("show_alert", False)})
        self.world.notify()
        return True

    # --- chats

    def get_chat(self, given: Parameters) -> dict[str, Any]:
        public = str(given["chat_id"]).startswith("@")
        chat = self._named(given["chat_id"]) if public else self.open_chat(given, writing=False)
        gifts = dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        )
        return {
            **chat.as_json(),
            "accent_color_id": 1,
            "max_reaction_count": 11,
            "accepted_gift_types": gifts,
        }

    def get_chat_member(self, given: Parameters) -> dict[str, Any]:
        chat = self.open_chat(given, writing=False)
        if chat.kind == "channel" and chat.bot != "administrator":
            raise bad_request("member list is inaccessible")
        if chat.hidden_members and chat.bot != "administrator":
            raise bad_request("CHAT_ADMIN_REQUIRED")
        return self.world.member_json(chat, given["user_id"])

    def get_chat_administrators(self, given: Parameters) -> list[dict[str, Any]]:
        chat = self.open_chat(given, writing=False)
        if chat.kind == "private":
            raise bad_request("there are no administrators in the private chat")
        return [self.world.member_json(chat, user) for user in sorted(chat.admins)]

    def _named(self, name: str) -> Chat:
        """A chat by its public name, which anybody may look up."""
        wanted = name.removeprefix("@").lower()
        for chat in self.world.chats.values():
            if chat.username.lower() == wanted and not chat.deleted and chat.migrated_to is None:
                return chat
        raise bad_request("chat not found")

    def open_chat(self, given: Parameters, *, writing: bool = True) -> Chat:
        """The chat, if it is open to the bot.

        Raises:
            ApiError: as the real server words it.
        """
        chat = self.world.chats.get(given.get("chat_id", 0))
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        check_presence(chat)
        if writing:
            check_rights(chat)
        return chat


def check_presence(chat: Chat) -> None:
    """Whether the bot is there at all."""
    if chat.kind == "private":
        if chat.deleted:
            raise forbidden("user is deactivated")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.bot == "kicked":
            raise forbidden("bot was blocked by the user")
        return
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    if chat.bot == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.bot == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")


def check_rights(chat: Chat) -> None:
    """Whether the bot may write there."""
    if chat.kind == "channel" and (chat.bot != "administrator" or not chat.bot_may_send):
        raise bad_request("need administrator rights in the channel chat")
    if chat.bot == "restricted" and not chat.bot_may_send:
        raise bad_request("not enough rights to send text messages to the chat")


def check_topic(chat: Chat, thread: int | None) -> None:
    """Whether the topic exists and is open."""
    if thread is None:
        return
    topic = chat.topics.get(thread)
    if not chat.forum or topic is None or topic.deleted:
        raise bad_request("message thread not found")
    if topic.closed and chat.bot != "administrator":
        raise ApiError(400, "Bad Request: TOPIC_CLOSED")


def _photo(given: Any) -> str:
    """A photo's address, or the name of the file that came along: the server looks inside."""
    if isinstance(given, str):
        return given
    content = given.file.read()
    if not content.startswith((b"\x89PNG\r\n", b"\xff\xd8")) or len(content) > 10_000_000:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return str(given.filename)


def _scope(given: Parameters) -> tuple[str, str]:
    """The menu that is meant; one chat's own menu is called after the chat."""
    scope = given.get("scope") or {"type": "default"}
    kind = str(scope["chat_id"]) if scope["type"] == "chat" else scope["type"]
    return kind, given.get("language_code", "")
