"""Texts and keyboards as the real server reads them; texts with TDLib's own parser."""

import json
import re
from functools import cache
from typing import Any

import tdjson

from tests.emulators.telegram.errors import ApiError, bad_request

TEXT_LIMIT = 4096
ENTITY_LIMIT = 100

_NAMES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "BotCommand": "bot_command",
    "Url": "url",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
}
_PARSERS = {
    "html": {"@type": "textParseModeHTML"},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
}
_CLOSED = {"code", "pre", "text_link", "text_mention", "date_time"}
"""Inside these, nothing is found by itself."""

Entity = dict[str, Any]


@cache
def _quieten() -> None:
    tdjson.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')


def ask(request: dict[str, Any]) -> dict[str, Any]:
    """One synchronous question to TDLib."""
    _quieten()
    answer = tdjson.td_execute(json.dumps(request).encode())
    result: dict[str, Any] = json.loads(answer or b"{}")
    return result


def formatted(text: str, parse_mode: str | None) -> tuple[str, list[Entity]]:
    """The final text and entities of a message: parsed, trimmed, with mentions and links found in it."""
    given: list[Entity] = []
    if parse_mode:
        parser = _PARSERS.get(parse_mode.lower())
        if parser is None:
            raise bad_request("unsupported parse_mode")
        answer = ask({"@type": "parseTextEntities", "text": text, "parse_mode": parser})
        if answer["@type"] == "error":
            raise bad_request(answer["message"][:1].lower() + answer["message"][1:])
        text, given = answer["text"], [entity_of(entity) for entity in answer["entities"]]
    text, given = trimmed(text, given)
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, (given + found(text, given))[:ENTITY_LIMIT]


def found(text: str, given: list[Entity]) -> list[Entity]:
    """What clients make of plain text by themselves: mentions, tags, commands, addresses."""
    answer = ask({"@type": "getTextEntities", "text": text})
    closed = [entity for entity in given if entity["type"] in _CLOSED]
    return [
        entity
        for entity in map(entity_of, answer["entities"])
        if entity["type"] in _NAMES.values() and not any(_overlap(entity, other) for other in closed)
    ]


def entity_of(entity: dict[str, Any]) -> Entity:
    """A TDLib entity as the Bot API writes it."""
    kind = entity["type"]["@type"].removeprefix("textEntityType")
    made: Entity = {
        "type": _NAMES.get(kind, kind),
        "offset": entity["offset"],
        "length": entity["length"],
    }
    if kind == "TextUrl":
        made["url"] = entity["type"]["url"]
    if kind == "MentionName":
        made["user"] = {"id": entity["type"]["user_id"], "is_bot": False, "first_name": "?"}
    if kind == "DateTime":
        made["unix_time"] = entity["type"]["unix_time"]
    return made


def _overlap(one: Entity, other: Entity) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"]
    )


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without white space around it, as the server stores it; entities keep their words."""
    start = units(text[: len(text) - len(text.lstrip())])
    text = text.strip()
    end = units(text)
    kept = []
    for entity in entities:
        first = max(entity["offset"] - start, 0)
        last = min(entity["offset"] - start + entity["length"], end)
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return text, kept


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def words(text: str, entity: Entity) -> str:
    """The words an entity covers."""
    start = entity["offset"] * 2
    return text.encode("utf-16-le")[start : start + entity["length"] * 2].decode("utf-16-le")


def checked_keyboard(markup: dict[str, Any] | None) -> list[list[dict[str, Any]]]:
    """The rows of an inline keyboard, refused as the server refuses them."""
    if markup is None:
        return []
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        raise bad_request("object expected as reply markup")
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad_request("reply markup is too long")
    for row in rows:
        for button in row:
            _check_button(button)
    return [row for row in rows if row]


def _check_button(button: dict[str, Any]) -> None:
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request('can\'t parse inline keyboard button: field "text" must be non-empty')
    kinds = {"url", "callback_data"} & set(button)
    if len(kinds) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    if "url" in button and not is_web_link(button["url"]):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def is_web_link(url: str) -> bool:
    """Whether TDLib takes the URL for a link: it drops those of a text silently when it does not."""
    if re.search(r"[<>\"]", url):
        return False
    answer = ask(
        {"@type": "parseTextEntities", "text": f'<a href="{url}">x</a>', "parse_mode": _PARSERS["html"]}
    )
    return bool(answer.get("entities"))
