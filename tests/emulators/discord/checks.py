"""What Discord refuses, with its own codes: forms of messages, commands and interaction answers.

Limits from the platform's OpenAPI description (version 10) and its message and component references.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

SELECT, INPUT, LABEL = 3, 4, 18
MESSAGE_FLAGS = {"create": 1 << 2 | 1 << 12, "edit": 1 << 2, "answer": 1 << 2 | 1 << 6 | 1 << 12}


class ApiError(Exception):
    """An answer other than success: HTTP status, Discord's code and message, and where a form is wrong."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


Problem = tuple[str, str, str]
"""Where (dotted path), Discord's name for it, and in words."""


def check_message(body: Any, use: str) -> None:
    """Refuse a message that Discord would. `use` is create, edit or answer."""
    if not isinstance(body, dict):
        raise ApiError(400, 50109, "The request body contains invalid JSON.")
    _refuse(list(_message(body, use)))
    if use == "edit" and not {"content", "embeds"} & body.keys():
        return
    if not body.get("content", "") and not any(map(_visible, body.get("embeds") or [])):
        raise ApiError(400, 50006, "Cannot send an empty message")


def check_pictures(body: dict[str, Any], bad: Collection[str]) -> None:
    """Refuse embeds with a picture that cannot be taken."""
    _refuse(
        [
            (f"embeds.{n}.{part}.url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
            for n, embed in enumerate(body.get("embeds") or [])
            for part in ("thumbnail", "image")
            if (embed.get(part) or {}).get("url") in bad
        ]
    )


def check_commands(body: Any) -> None:
    """Refuse a set of global commands that Discord would."""
    if not isinstance(body, list):
        raise ApiError(400, 50109, "The request body contains invalid JSON.")
    _refuse([problem for n, command in enumerate(body) for problem in _command(command, str(n))])
    names = [command["name"] for command in body]
    if len(names) > 100:
        raise ApiError(400, 30032, "Maximum number of application commands reached (100)")
    if len(set(names)) < len(names):
        raise _invalid([("", "APPLICATION_COMMANDS_DUPLICATE_NAME", "names must be unique")])


def check_choices(data: Any) -> list[tuple[str, str]]:
    """The choices of a completion as (label, value), refused where Discord would."""
    choices = data.get("choices") if isinstance(data, dict) else None
    if not isinstance(choices, list) or len(choices) > 25:
        raise _invalid([("data.choices", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 25 in length.")])
    problems: list[Problem] = []
    for n, choice in enumerate(choices):
        problems += _text(choice, "name", 1, 100, f"data.choices.{n}")
        problems += _text(choice, "value", 1, 100, f"data.choices.{n}")
    _refuse(problems)
    return [(choice["name"], choice["value"]) for choice in choices]


def _message(body: dict[str, Any], use: str) -> Iterator[Problem]:
    yield from _text(body, "content", 0, 2000)
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        yield "nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."
    flags = body.get("flags") or 0
    if not isinstance(flags, int) or flags & ~MESSAGE_FLAGS[use]:
        yield "flags", "BITFIELD_INVALID", "Flags that may not be set here."
    yield from _mentions(body.get("allowed_mentions"))
    yield from _embeds(body.get("embeds") or [])
    yield from _components(body.get("components") or [])


def _mentions(allowed: Any) -> Iterator[Problem]:
    parse = allowed.get("parse", []) if isinstance(allowed, dict) else []
    if not isinstance(parse, list) or set(parse) - {"everyone", "users", "roles"}:
        yield "allowed_mentions.parse", "ENUM_TYPE_COERCE", "Value must be one of everyone, users, roles."
    for kind in ("roles", "users"):
        named = allowed.get(kind, []) if isinstance(allowed, dict) else []
        if len(named) > 100 or not all(str(each).isdecimal() for each in named):
            yield f"allowed_mentions.{kind}", "NUMBER_TYPE_COERCE", "Value is not snowflake."
        if named and kind in parse:
            yield (
                f"allowed_mentions.{kind}",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                "Mutually exclusive.",
            )


def _embeds(embeds: Any) -> Iterator[Problem]:
    if not isinstance(embeds, list) or len(embeds) > 10:
        yield "embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length."
        return
    for n, embed in enumerate(embeds):
        yield from _embed(embed, f"embeds.{n}")
    if sum(map(_size, embeds)) > 6000:
        yield "embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000"


def _embed(embed: dict[str, Any], path: str) -> Iterator[Problem]:
    yield from _text(embed, "title", 0, 256, path)
    yield from _text(embed, "description", 0, 4096, path)
    yield from _url(embed, "url", 2048, path)
    if embed.get("author") is not None:
        yield from _text(embed["author"], "name", 1, 256, f"{path}.author", required=True)
        yield from _url(embed["author"], "url", 2048, f"{path}.author")
    if embed.get("footer") is not None:
        yield from _text(embed["footer"], "text", 1, 2048, f"{path}.footer", required=True)
    for part in ("thumbnail", "image"):
        if embed.get(part) is not None and not embed[part].get("url", "").startswith("attachment://"):
            yield from _url(embed[part], "url", 2048, f"{path}.{part}")
    if not isinstance(embed.get("color", 0), int) or not 0 <= embed.get("color", 0) <= 0xFFFFFF:
        yield f"{path}.color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215."
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."
    for n, item in enumerate(fields):
        yield from _text(item, "name", 1, 256, f"{path}.fields.{n}", required=True)
        yield from _text(item, "value", 1, 1024, f"{path}.fields.{n}", required=True)


def _components(rows: Any) -> Iterator[Problem]:
    if not isinstance(rows, list) or len(rows) > 5:
        yield "components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
        return
    seen: set[str] = set()
    for r, row in enumerate(rows):
        buttons = row.get("components") or []
        if [each.get("type") for each in buttons] == [SELECT]:
            yield from _select(buttons[0], f"components.{r}.components.0")
            continue
        if row.get("type") != 1 or not 1 <= len(buttons) <= 5:
            yield f"components.{r}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
        for b, button in enumerate(buttons):
            yield from _button(button, f"components.{r}.components.{b}")
            custom_id = button.get("custom_id")
            if custom_id in seen:
                yield (
                    f"components.{r}.components.{b}.custom_id",
                    "COMPONENT_CUSTOM_ID_DUPLICATED",
                    "Component custom id cannot be duplicated",
                )
            if custom_id:
                seen.add(custom_id)


def _button(button: dict[str, Any], path: str) -> Iterator[Problem]:
    style = button.get("style")
    if button.get("type") != 2 or style not in {1, 2, 3, 4, 5}:
        yield f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5}."
    yield from _text(button, "label", 0, 80, path)
    if not button.get("label") and not button.get("emoji"):
        yield path, "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI", "A button must have a label or an emoji"
    if style == 5:
        yield from _url(button, "url", 512, path, required=True)
        if "custom_id" in button:
            yield path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url, both"
    else:
        yield from _text(button, "custom_id", 1, 100, path, required=True)


def _select(select: dict[str, Any], path: str) -> Iterator[Problem]:
    yield from _text(select, "custom_id", 1, 100, path, required=True)
    yield from _text(select, "placeholder", 0, 150, path)
    options = select.get("options") or []
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if not 1 <= len(options) <= 25:
        yield f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length."
    if not 0 <= least <= most <= 25 or most > len(options):
        yield f"{path}.max_values", "BASE_TYPE_MAX_LENGTH", f"Must be {len(options)} or fewer in length."
    if sum(bool(option.get("default")) for option in options) > most:
        yield f"{path}.options", "COMPONENT_MAX_DEFAULT_VALUES", "Too many options are chosen already."
    for o, option in enumerate(options):
        yield from _text(option, "label", 1, 100, f"{path}.options.{o}", required=True)
        yield from _text(option, "value", 1, 100, f"{path}.options.{o}", required=True)
    if len({option.get("value") for option in options}) < len(options):
        yield (
            f"{path}.options",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
            "The specified value is used twice",
        )


def check_form(data: Any) -> None:
    """Refuse a modal that Discord would: a title and labels with a text input each."""
    problems = [*_text(data, "title", 1, 45, required=True), *_text(data, "custom_id", 1, 100, required=True)]
    labels = data.get("components") if isinstance(data, dict) else None
    if not isinstance(labels, list) or not 1 <= len(labels) <= 5:
        raise _invalid([("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")])
    for n, label in enumerate(labels):
        where = f"components.{n}"
        field = label.get("component") or {}
        if label.get("type") != LABEL or field.get("type") != INPUT or field.get("style") not in {1, 2}:
            problems.append((where, "UNION_TYPE_CHOICES", "Value of field type must be one of (18,)."))
        problems += _text(label, "label", 1, 45, where, required=True)
        problems += _text(label, "description", 0, 100, where)
        problems += _text(field, "custom_id", 1, 100, f"{where}.component", required=True)
        problems += _text(field, "value", 0, field.get("max_length", 4000), f"{where}.component")
        if not 0 <= field.get("min_length", 0) <= field.get("max_length", 4000) <= 4000:
            problems.append((f"{where}.component.max_length", "NUMBER_TYPE_MAX", "At most 4000."))
    _refuse(problems)


def _command(command: Any, path: str) -> Iterator[Problem]:
    if (
        not re.fullmatch(r"[-_\w]{1,32}", str(command.get("name", "")))
        or command["name"] != command["name"].lower()
    ):
        yield f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid"
    yield from _text(command, "description", 1, 100, path, required=True)
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdecimal():
        yield f"{path}.default_member_permissions", "NUMBER_TYPE_COERCE", "Value is not snowflake."
    optional = False
    for n, option in enumerate(command.get("options") or []):
        where = f"{path}.options.{n}"
        if not re.fullmatch(r"[-_\w]{1,32}", str(option.get("name", ""))):
            yield f"{where}.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name is invalid"
        yield from _text(option, "description", 1, 100, where, required=True)
        if option.get("required") and optional:
            yield where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options come first"
        optional = optional or not option.get("required")


def _text(
    node: Any, key: str, least: int, most: int, path: str = "", *, required: bool = False
) -> Iterator[Problem]:
    where = f"{path}.{key}".lstrip(".")
    value = node.get(key) if isinstance(node, dict) else None
    if value is None:
        if required:
            yield where, "BASE_TYPE_REQUIRED", "This field is required"
    elif not isinstance(value, str):
        yield where, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string."
    elif _units(value) > most:
        yield where, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
    elif len(value) < least:
        yield where, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length."


def _url(
    node: dict[str, Any], key: str, most: int, path: str, *, required: bool = False
) -> Iterator[Problem]:
    where, value = f"{path}.{key}", node.get(key)
    if value is None:
        if required:
            yield where, "BASE_TYPE_REQUIRED", "This field is required"
        return
    try:
        parts = urlsplit(value)
        scheme, host = parts.scheme, parts.hostname or ""
    except ValueError:
        scheme, host = "", ""
    if len(value) > most:
        yield where, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
    elif scheme not in {"http", "https", "discord"}:
        yield where, "URL_TYPE_INVALID_SCHEME", f"Scheme {scheme!r} is not supported."
    elif not host or not re.fullmatch(r"[A-Za-z0-9.:-]+", host) or re.search(r"[\s<>\"]", value):
        yield where, "URL_TYPE_INVALID_URL", "Not a well formed URL."


def _size(embed: dict[str, Any]) -> int:
    texts = [
        embed.get("title"),
        embed.get("description"),
        (embed.get("author") or {}).get("name"),
        (embed.get("footer") or {}).get("text"),
    ]
    texts += [part for item in embed.get("fields") or [] for part in (item.get("name"), item.get("value"))]
    return sum(_units(text) for text in texts if isinstance(text, str))


def _visible(embed: dict[str, Any]) -> bool:
    return any(embed.get(key) for key in ("title", "description", "author", "footer", "fields", "image"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise _invalid(problems)


def _invalid(problems: list[Problem]) -> ApiError:
    errors: dict[str, Any] = {}
    for path, code, message in problems:
        node = errors
        for key in filter(None, path.split(".")):
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})
    return ApiError(400, 50035, "Invalid Form Body", errors)
