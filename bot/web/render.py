"""Posts as HTML. Every text is escaped by the template engine; nothing of a feed is ever markup here."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.domain.messagecodec import from_json
from bot.domain.messages import Message
from bot.domain.rooms import Author, Post, Room
from bot.domain.safelinks import safe_url
from bot.errors import BadInput
from bot.services.ingest import document_of
from bot.store.items import StoredItem
from bot.store.reports import StoryFile
from bot.web.highlight import Piece, excerpts, marked
from bot.web.words import age, words

HUES = 8
ABBREVIATION = re.compile(r"[A-Z]{2,}\b")
ARTICLES = frozenset({"the", "de", "het"})
LANGUAGE_NAMES = {"nl": "Dutch", "en": "English"}
NAVIGATION = (
    ("/stories", "Stories"),
    ("/topics", "Topics"),
    ("/rules", "Rule lab"),
    ("/subscriptions", "Subscriptions"),
    ("/deliveries", "Deliveries"),
    ("/feeds", "Feeds"),
    ("/settings", "Settings"),
)
SCRIPT_WORDS = ("live", "connecting", "just now")


class Pages:
    """The templates, and how a post looks.

    Args:
        now: the time, for ages.
        images: show pictures that stand on the publishers' servers, which then see who reads.
        topic_names: the names of all topics in a language, by slug.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        title: str,
        version: str,
        images: bool,
        topic_names: Callable[[str], Mapping[str, str]] = lambda language: {},
    ) -> None:
        self._now = now
        self._topic_names = topic_names
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
        self._templates.filters.update(
            stamp=stamp, titled=titled, excerpted=excerpted, other_outlets=other_outlets, shortday=short_day
        )
        self._templates.filters.update(figure=figure)
        self._templates.globals.update(
            static="/static/{}".format,
            title=title,
            version=version,
            images=images,
            navigation=NAVIGATION,
            language_names=LANGUAGE_NAMES,
        )

    def page(self, template: str, language: str, **values: Any) -> str:
        """A page or a part of one, worded in a language."""
        now = self._now()
        own = {
            "_": words(language),
            "lang": language,
            "posted": self.post,
            "ago": lambda at: age(at, now, language),
            "script_words": json.dumps({word: words(language)(word) for word in SCRIPT_WORDS}),
        }
        values = own | values
        return encodable(self._templates.get_template(template).render(values))

    def groups(self, rooms: Iterable[Room], language: str) -> list[tuple[str, list[Room]]]:
        """The rooms of the web chat under their headings, as the navigation shows them."""
        word, known = words(language), list(rooms)
        groups = [
            (word("Channels"), [room for room in known if not room.direct]),
            (word("Direct messages"), [room for room in known if room.direct]),
        ]
        return [(heading, found) for heading, found in groups if found]

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
        now, spoken = self._now(), message.language if message else language
        return self.page(
            "post.html",
            language,
            post=post,
            message=message,
            word=words(spoken),
            age=lambda at: age(at, now, spoken),
            topic_names=self._topic_names(spoken),
            language_name=LANGUAGE_NAMES.get(message.card.language) if message and message.card else None,
        )


def iso(at: datetime) -> str:
    """For the `datetime` attribute of a time element."""
    return at.isoformat(timespec="seconds")


def clock(at: datetime) -> str:
    """Hours and minutes in UTC, until the script shows the reader's own."""
    return f"{at:%H:%M}"


def stamp(at: datetime) -> str:
    """Day and time in UTC, until the script shows the reader's own."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def short_day(day: date, language: str) -> str:
    """A day of a chart's axis."""
    return format_date(day, "d MMM", locale=language)


def figure(value: float, places: int, language: str) -> str:
    """A number with so many places behind the comma."""
    return format_decimal(value, format=f"0.{'0' * places}", locale=language)


def titled(stored: StoredItem) -> list[Piece]:
    """An item's headline with what was recognised in it."""
    matches = stored.result.matches if stored.result else ()
    return marked(stored.item.title, [match for match in matches if match.field == "title"])


def excerpted(stored: StoredItem) -> list[list[Piece]]:
    """The places in an item's text where something was recognised."""
    matches = stored.result.matches if stored.result else ()
    text = document_of(stored.item).text
    return excerpts(text, [match for match in matches if match.field == "text"])


def other_outlets(story: StoryFile) -> list[str]:
    """The outlets of a story besides the first, each once."""
    names = dict.fromkeys(report.stored.item.outlet.name for report in story.reports)
    return list(names)[1:]


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
