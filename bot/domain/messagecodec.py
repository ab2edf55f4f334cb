"""Messages as JSON text and back, for the ledger and the rooms of the web chat.

The text is canonical: equal messages give equal text. Reading is strict, so a row that is not exactly a
message is refused instead of half understood. Nothing here judges content; renderers do.
"""

import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.domain.messages import LARGEST_PICTURE, AlertCard, Button, Message, Moment, Picture, Span, Text
from bot.errors import BadInput

T = TypeVar("T")
FLAGS = ("private", "silent", "in_place", "page_preview")


def to_json(message: Message) -> str:
    """The message as compact ASCII JSON with sorted keys; fields at their default are left out."""
    return json.dumps(_message_out(message), sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Message:
    """The message that `to_json` wrote; sequences come back as tuples.

    Raises:
        BadInput: the text is not a message.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("this is not a stored message", "it is not JSON") from error
    try:
        return _message_in(value)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadInput("this is not a stored message", str(error)) from error


def _message_out(message: Message) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if message.lines:
        out["lines"] = [[_span_out(span) for span in line] for line in message.lines]
    if message.card is not None:
        out["card"] = _card_out(message.card)
    if message.buttons:
        out["buttons"] = [[_given(button) for button in row] for row in message.buttons]
    for flag in FLAGS:
        if getattr(message, flag):
            out[flag] = True
    out["language"] = message.language
    if message.picture is not None:
        out["picture"] = _picture_out(message.picture)
    return out


def _message_in(value: object) -> Message:
    known = _known(value, {"lines", "card", "buttons", "language", "picture", *FLAGS})
    card, picture = known.get("card"), known.get("picture")
    return Message(
        lines=_rows(known.get("lines", []), _span_in),
        card=None if card is None else _card_in(card),
        buttons=_rows(known.get("buttons", []), _button_in),
        language=_is(str, known["language"]),
        picture=None if picture is None else _picture_in(picture),
        menu=None,
        mentions=(),
        **{flag: _is(bool, known.get(flag, False)) for flag in FLAGS},
    )


def _picture_out(picture: Picture) -> dict[str, str]:
    data = binascii.b2a_base64(picture.data, newline=False).decode("ascii")
    return {"data": data, "name": picture.name, "alt": picture.alt}


def _picture_in(value: object) -> Picture:
    known = _known(value, {"data", "name", "alt"})
    data = binascii.a2b_base64(_is(str, known["data"]), strict_mode=True)
    if len(data) > LARGEST_PICTURE:
        raise ValueError("the picture is too large")
    return Picture(data, _is(str, known["name"]), _is(str, known["alt"]))


def _span_out(span: Span) -> Any:
    match span:
        case str():
            return span
        case Moment(at):
            return {"at": _moment_out(at)}
        case Text():
            return _given(span)


def _span_in(value: object) -> Span:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "at" in value:
        return Moment(_moment_in(_known(value, {"at"})["at"]))
    known = _known(value, {"text", "bold", "italic", "code", "url"})
    url = known.get("url")
    return Text(
        _is(str, known["text"]),
        bold=_is(bool, known.get("bold", False)),
        italic=_is(bool, known.get("italic", False)),
        code=_is(bool, known.get("code", False)),
        url=None if url is None else _is(str, url),
    )


def _button_in(value: object) -> Button:
    known = _known(value, {"label", "action", "url"})
    return Button(
        _is(str, known["label"]), action=_is(str, known.get("action", "")), url=_is(str, known.get("url", ""))
    )


def _card_out(card: AlertCard) -> dict[str, Any]:
    return {**_given(card), "published": _moment_out(card.published)}


def _card_in(value: object) -> AlertCard:
    known = _known(value, {field.name for field in fields(AlertCard)})
    return AlertCard(
        title=_is(str, known["title"]),
        url=_is(str, known["url"]),
        outlet=_is(str, known["outlet"]),
        published=_moment_in(known["published"]),
        summary=_is(str, known["summary"]),
        topics=tuple(_is(str, topic) for topic in _is(list, known["topics"])),
        language=_is(str, known["language"]),
        image=_text_or_none(known.get("image")),
        sources=tuple(_source_in(source) for source in _is(list, known.get("sources", []))),
        was=_text_or_none(known.get("was")),
        paywalled=_is(bool, known.get("paywalled", False)),
        shortened=_is(bool, known.get("shortened", False)),
        withdrawn=_is(bool, known.get("withdrawn", False)),
    )


def _source_in(value: object) -> tuple[str, str]:
    outlet, url = _is(list, value)
    return _is(str, outlet), _is(str, url)


def _text_or_none(value: object) -> str | None:
    return None if value is None else _is(str, value)


def _moment_out(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a datetime without a zone cannot be stored")
    return at.astimezone(UTC).isoformat()


def _moment_in(value: object) -> datetime:
    at = datetime.fromisoformat(_is(str, value))
    if at.tzinfo is None:
        raise ValueError("a moment has no zone")
    return at.astimezone(UTC)


def _given(value: Text | Button | AlertCard) -> dict[str, Any]:
    """The fields of a value that are required or differ from their default."""
    pairs = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.name: given for field, given in pairs if given != field.default}


def _rows(value: object, read: Callable[[object], T]) -> tuple[tuple[T, ...], ...]:
    return tuple(tuple(read(cell) for cell in _is(list, row)) for row in _is(list, value))


def _known(value: object, names: set[str]) -> Mapping[str, Any]:
    found = _is(dict, value)
    if unknown := found.keys() - names:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}")
    return found


def _is(kind: type[T], value: object) -> T:
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value
