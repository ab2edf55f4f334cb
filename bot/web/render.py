"""Posts as HTML. Every text is escaped by the template engine; nothing of a feed is ever markup here."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.domain.messagecodec import from_json
from bot.domain.messages import Message
from bot.domain.rooms import Author, Post
from bot.errors import BadInput
from bot.web.words import age, words

HUES = 8
ABBREVIATION = re.compile(r"[A-Z]{2,}\b")
ARTICLES = frozenset({"the", "de", "het"})
LANGUAGE_NAMES = {"nl": "Dutch", "en": "English"}


class Pages:
    """The templates, and how a post looks.

    Args:
        now: the time, for ages.
        images: show pictures that stand on the publishers' servers, which then see who reads.
    """

    def __init__(self, now: Callable[[], datetime], title: str, version: str, images: bool) -> None:
        self._now = now
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            safe_url=safe_url, iso=iso, hue=hue, initials=initials, clock=clock, fill=fill
        )
        self._templates.globals.update(
            static="/static/{}".format, title=title, version=version, images=images
        )

    def page(self, template: str, language: str, **values: Any) -> str:
        """A page or a part of one, worded in a language."""
        values |= {"_": words(language), "lang": language, "posted": self.post}
        return encodable(self._templates.get_template(template).render(values))

    def post(self, post: Post, language: str) -> str:
        """One post as a list item; a stored message that cannot be read says so and fails nothing."""
        message: Message | None = None
        if post.author is Author.BOT:
            try:
                message = from_json(post.body)
            except BadInput:
                message = Message(
                    lines=((words(language)("This message cannot be shown."),),), language=language
                )
        now = self._now()
        return self.page(
            "post.html",
            language,
            post=post,
            message=message,
            word=words(message.language if message else language),
            age=lambda at: age(at, now, message.language if message else language),
            language_name=LANGUAGE_NAMES.get(message.card.language) if message and message.card else None,
        )


def safe_url(url: str | None) -> str | None:
    """The URL when it is an http or https address of some host, else None."""
    if not url or len(url) > 2048 or any(ord(char) <= 32 or char == "\\" for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def iso(at: datetime) -> str:
    """For the `datetime` attribute of a time element."""
    return at.isoformat(timespec="seconds")


def clock(at: datetime) -> str:
    """Hours and minutes in UTC, until the script shows the reader's own."""
    return f"{at:%H:%M}"


def hue(name: str) -> int:
    """A steady colour number for a name."""
    return crc32(name.encode("utf-8", "replace")) % HUES


def initials(name: str) -> str:
    """Up to three letters for an outlet: its own abbreviation, or the first letters of its words."""
    parts = [word for word in name.split() if word[0].isalnum()]
    telling = [word for word in parts if word.lower() not in ARTICLES] or parts
    if not telling:
        return "·"
    short = ABBREVIATION.match(telling[0])
    return short[0][:3] if short else "".join(word[0] for word in telling[:2]).upper()


def fill(command: str) -> str | None:
    """What a shown command puts in the composer: its name, and room for the argument."""
    name = command.split(maxsplit=1)[0] if command.startswith("/") else ""
    return f"{name} " if name[1:].isidentifier() else None


def encodable(text: str) -> str:
    """The text without lone surrogates, which no answer could carry."""
    return text.encode("utf-8", "replace").decode()
