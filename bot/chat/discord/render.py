"""Messages as Discord wants them: JSON of content, embeds and components within its limits.

Pure. Feed text never acts (see `escape`), only http and https links leave, and mentions never ping. A
card becomes an embed; lines become content, or an embed when they are too long for one.

Limits: https://docs.discord.com/developers/resources/message (embed limits) and
https://docs.discord.com/developers/components/reference.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.chat.discord.escape import code, escape, length, one_line, safe_url, shorten
from bot.chat.discord.forms import select_row
from bot.domain.badges import badges
from bot.domain.messages import AlertCard, Button, Message, Moment, Picture, Span, Text
from bot.services.tongues import tongue_of

CONTENT = 2_000
TITLE = 256
DESCRIPTION = 4_096
AUTHOR = 256
LABEL = 80
BUTTON_URL = 512
CUSTOM_ID = 100
ALT = 1_024
ROWS, PER_ROW = 5, 5

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
SUPPRESS_NOTIFICATIONS = 1 << 12

_MOST_SOURCES = 12
_MOST_TOPICS = 10
_MOST_ROLES, _ROLE = 5, 26
"""Roles that a message mentions at most, and characters that a mention of one takes at most."""
# Calm colours that read on Discord's dark and light themes; an outlet keeps its own.
_COLOURS = (0x3B82C4, 0xC2703D, 0x4C9A6A, 0x8E6BBF, 0xB8434E, 0x3F9C9C, 0x9A8B3C, 0x6B7A99)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's JSON, and the labels of the buttons that Discord cannot hold and that were left out."""

    payload: dict[str, Any]
    dropped: tuple[str, ...] = ()


def render(message: Message) -> Rendered:
    """The body of a create-message request; `edit` and `answer` derive the other two from it."""
    embeds = [_card(message.card, message.language)] if message.card else []
    lines = [_line(line) for line in message.lines]
    content = "\n".join(lines).strip()
    roles = [role for role in message.mentions[:_MOST_ROLES] if _is_id(role)]
    if length(content) > CONTENT - len(roles) * _ROLE:
        embeds.insert(0, {"description": _whole_lines(lines, _left(embeds))})
        content = ""
    if roles:
        content = "\n".join(filter(None, (" ".join(f"<@&{role}>" for role in roles), content)))
    if message.picture:
        embeds.append({"image": {"url": f"attachment://{message.picture.name}"}})
    rows, dropped = _components(message)
    flags = (0 if embeds else SUPPRESS_EMBEDS) | (SUPPRESS_NOTIFICATIONS if message.silent else 0)
    payload = {
        "content": content,
        "embeds": embeds,
        "components": rows,
        "allowed_mentions": {"parse": [], "roles": roles} if roles else {"parse": []},
        "flags": flags,
    }
    if message.picture:
        payload["attachments"] = [_attachment(message.picture)]
    return Rendered(payload, tuple(dropped))


def _attachment(picture: Picture) -> dict[str, Any]:
    return {"id": 0, "filename": picture.name, "description": shorten(picture.alt, ALT)}


def edit(payload: dict[str, Any]) -> dict[str, Any]:
    """The same for an edit, which takes fewer flags."""
    return {**payload, "flags": payload["flags"] & SUPPRESS_EMBEDS}


def answer(payload: dict[str, Any], private: bool) -> dict[str, Any]:
    """The same as the answer to an interaction, seen only by who asked when it is `private`."""
    return {**payload, "flags": payload["flags"] | (EPHEMERAL if private else 0)}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 20


def _card(card: AlertCard, language: str) -> dict[str, Any]:
    outlet = shorten(card.outlet, AUTHOR) or "?"
    embed: dict[str, Any] = {
        "author": {"name": outlet},
        "title": escape(one_line(card.title), TITLE) or "…",
        "description": _description(card, language),
        "color": _COLOURS[zlib.crc32(outlet.encode()) % len(_COLOURS)],
    }
    if url := safe_url(card.url):
        embed["url"] = url
    if card.image and (image := safe_url(card.image)):
        embed["thumbnail"] = {"url": image}
    return embed


def _description(card: AlertCard, chat_language: str) -> str:
    parts = []
    if card.was:
        was, now = escape(one_line(card.was), 500), escape(one_line(card.title), 500)
        parts.append(f"~~{was}~~ → **{now}**")
    if summary := one_line(card.summary):
        parts.append(escape(summary, 1_500))
    topics = [escape(one_line(topic), 60) for topic in card.topics[:_MOST_TOPICS]]
    language = [escape(one_line(card.language), 12).upper()] if card.language else []
    known = badges(card, tongue_of(chat_language))
    parts.append(" · ".join([_age(card.published.timestamp()), *topics, *language, *known]))
    description = "\n".join(parts)
    return description + _sources(card.sources, DESCRIPTION - length(description))


def _sources(sources: Sequence[tuple[str, str]], room: int) -> str:
    """``+2: NOS, BBC`` with links, as many as fit; the number always counts all of them."""
    if not sources:
        return ""
    text = f"\n+{len(sources)}: "
    if length(text) + 3 > room:
        return ""
    for number, (outlet, url) in enumerate(sources):
        piece = (", " if number else "") + _link(escape(one_line(outlet), 80), safe_url(url))
        if number == _MOST_SOURCES or length(text) + length(piece) + 3 > room:
            return text + ", …"
        text += piece
    return text


def _line(spans: Sequence[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    if isinstance(span, str):
        return escape(span)
    if isinstance(span, Moment):
        return _age(span.at.timestamp())
    return _styled(span)


def _styled(span: Text) -> str:
    if not span.text.strip():
        return span.text
    if span.code:
        text = f"`{code(span.text)}`"
    else:
        # Marks must touch the words they style, so blanks at the ends stay outside.
        bare = escape(span.text.strip())
        text = f"*{bare}*" if span.italic else bare
        text = f"**{text}**" if span.bold else text
    text = _link(text, safe_url(span.url)) if span.url else text
    head = span.text[: len(span.text) - len(span.text.lstrip())]
    return f"{head}{text}{span.text[len(span.text.rstrip()) :]}"


def _link(label: str, url: str | None) -> str:
    """A masked link. Discord's reader counts the brackets of a label even when they are escaped."""
    if not url:
        return label
    label = label.replace(r"\[", "(").replace(r"\]", ")")
    return f"[{label}](<{url}>)"


def _age(unix: float) -> str:
    """A time that each reader sees as an age in their own language."""
    return f"<t:{int(unix)}:R>"


def _whole_lines(lines: Sequence[str], room: int) -> str:
    """As many whole lines as fit; a first line that is longer than everything is cut in its middle."""
    kept: list[str] = []
    for line in lines:
        if length("\n".join([*kept, line])) + 2 > room:
            break
        kept.append(line)
    if len(kept) == len(lines):
        return "\n".join(kept)
    return "\n".join([*kept, "…"]) if kept else escape(one_line(lines[0]), room)


def _left(embeds: Sequence[dict[str, Any]]) -> int:
    """What Discord's 6,000 characters for all embeds leave to a description of lines."""
    used = sum(length(e["title"]) + length(e["description"]) + length(e["author"]["name"]) for e in embeds)
    return min(DESCRIPTION, 6_000 - used)


def _components(message: Message) -> tuple[list[dict[str, Any]], list[str]]:
    """The menu, if there is one, and the rows of buttons that it does not stand for."""
    menu, rows = message.menu, message.buttons
    select = select_row(menu) if menu else None
    if menu is None or select is None:
        return _rows(rows, ROWS)
    if menu.instead_of:
        rows = [[each for each in row if not each.action.startswith(menu.instead_of)] for row in rows]
    shown, dropped = _rows(rows, ROWS - 1)
    return [select, *shown], dropped


def _rows(rows: Sequence[Sequence[Button]], most: int) -> tuple[list[dict[str, Any]], list[str]]:
    built: list[list[dict[str, Any]]] = []
    dropped: list[str] = []
    seen: set[str] = set()
    for row in rows:
        buttons = list(_row(row, seen, dropped))
        built += [buttons[start : start + PER_ROW] for start in range(0, len(buttons), PER_ROW)]
    dropped += [button["label"] for row in built[most:] for button in row]
    return [{"type": 1, "components": row} for row in built[:most]], dropped


def _row(row: Iterable[Button], seen: set[str], dropped: list[str]) -> Iterable[dict[str, Any]]:
    for button in row:
        built = _button(button)
        identity = built and built.get("custom_id")
        if built is None or (identity and identity in seen):
            dropped.append(button.label)
            continue
        if identity:
            seen.add(identity)
        yield built


def _button(button: Button) -> dict[str, Any] | None:
    label = shorten(button.label, LABEL)
    if not label:
        return None
    if button.url:
        url = safe_url(button.url, BUTTON_URL)
        return {"type": 2, "style": 5, "label": label, "url": url} if url else None
    if not button.action or length(button.action) > CUSTOM_ID:
        return None
    return {"type": 2, "style": 2, "label": label, "custom_id": button.action}
