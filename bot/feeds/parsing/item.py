"""An item whose text is made when somebody reads it.

Most items of a poll are known already, and nobody reads their text again; turning markup into text is the
larger part of the work of parsing. So an item keeps its markup, and text, summary and image are made from it
once, at the first look. To everybody else it is a `ParsedItem`.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from html import unescape
from typing import Any

from bot.domain.models import ParsedItem
from bot.domain.text import whole_words
from bot.feeds.parsing.links import web_url
from bot.feeds.parsing.plaintext import MAX_MARKUP, html_to_text, repair
from bot.feeds.parsing.raw import RawItem

MAX_SUMMARY = 2_000
"""Characters of a summary. A longer one is the article itself, and is cut after a word."""
_SUMMARY_MARKUP = 6 * MAX_SUMMARY
_IMG = re.compile(r"""<img\b[^<>]*?\ssrc\s*=\s*["']([^"'<>]{1,2000})["'][^<>]*+>""", re.I)
_PIXEL = re.compile(
    r"""(?:width|height)\s*=\s*["']?[01](?:px)?["'\s/>]|feedburner|doubleclick|feedsportal|/pixel|/count|stats?\.""",
    re.I,
)
_NOT_IMAGE = re.compile(r"\.(?:mp3|mp4|m4a|m4v|mov|webm|ogg|wav|pdf|zip)(?:\?|$)", re.I)


class LaterItem(ParsedItem):
    """A `ParsedItem` that finds what it says when asked. Copied, changed or pickled it is a plain one."""

    __slots__ = ()

    def __new__(cls, *values: Any, **named: Any) -> ParsedItem:  # type: ignore[misc]  # what a copy is
        """What `dataclasses.replace` calls, with every value at hand."""
        return ParsedItem(*values, **named)

    def __reduce__(self) -> tuple[type[ParsedItem], tuple[Any, ...]]:
        return ParsedItem, _values(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParsedItem) and _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash(_values(self))


class LazyItem(LaterItem):
    """An item that keeps its markup, of which text, summary and image are made."""

    __slots__ = ("_base", "_made", "_raw")

    _raw: RawItem
    _base: str
    _made: dict[str, Any]

    @classmethod
    def of(cls, raw: RawItem, base: str, **values: Any) -> "LazyItem":
        """An item of all fields but `summary`, `text` and `image`, which are made of `raw`.

        Args:
            raw: the item as it was read.
            base: what relative addresses are relative to.
            values: the other fields.
        """
        item = object.__new__(cls)
        put = object.__setattr__
        put(item, "_raw", raw)
        put(item, "_base", base)
        put(item, "_made", {})
        for name, value in values.items():
            put(item, name, value)
        return item

    @property
    def text(self) -> str:
        return str(self._make("text"))

    @property
    def summary(self) -> str:
        return str(self._make("summary"))

    @property
    def image(self) -> str | None:
        found: str | None = self._make("image")
        return found

    def fingerprint(self) -> int:
        """The same of the markup: no text is made for it."""
        raw = self._raw
        return hash((self.guid, self.url, self.title, self.published, raw.summary, *raw.bodies))

    def _make(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _MAKERS[name](self)
        return self._made[name]


def _values(item: ParsedItem) -> tuple[Any, ...]:
    return tuple(getattr(item, field.name) for field in fields(ParsedItem))


def _teaser(item: LazyItem) -> str:
    return html_to_text(item._raw.summary[:_SUMMARY_MARKUP])


def _text(item: LazyItem) -> str:
    """The fullest; of equals the summary's, as it is what the publisher means to be read."""
    raw = item._raw
    teaser: str = item._make("teaser") if len(raw.summary) <= _SUMMARY_MARKUP else html_to_text(raw.summary)
    return max([teaser, *(html_to_text(body) for body in raw.bodies if body != raw.summary)], key=len)


def _summary(item: LazyItem) -> str:
    """One line; of the whole text when the feed gives no summary."""
    return whole_words((item._make("teaser") or item.text).replace("\n", " "), MAX_SUMMARY)


def _image(item: LazyItem) -> str | None:
    raw, base = item._raw, item._base
    for address in raw.images:
        found = web_url(address, base)
        if found.startswith("http") and not _NOT_IMAGE.search(found):
            return found
    for piece in (*raw.bodies, raw.summary):
        if "<img" in piece or "<IMG" in piece:
            for tag in _IMG.finditer(piece[:MAX_MARKUP]):
                found = "" if _PIXEL.search(tag[0]) else web_url(repair(unescape(tag[1])), base)
                if found.startswith("http"):
                    return found
    return None


_MAKERS: dict[str, Callable[[LazyItem], str | None]] = {
    "teaser": _teaser,
    "text": _text,
    "summary": _summary,
    "image": _image,
}
