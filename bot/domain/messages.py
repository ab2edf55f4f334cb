"""Platform-neutral messages: what is said, without how a platform writes it.

Text here is plain text: it is never markup, whatever it holds. A renderer per platform escapes it and
keeps within that platform's limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Text:
    """A run of plain text, optionally bold, italic, monospaced or a link (http or https only)."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, shown as an age or in the reader's own zone where the platform can."""

    at: datetime


Span = str | Text | Moment
"""A str is shorthand for Text(str)."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. Either an `action` (a command line such as ``/subscribe nato``) or a `url`."""

    label: str
    action: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that a menu offers. `chosen` says that it is ticked already."""

    label: str
    value: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A choice of any number of things, for platforms that have one; buttons do on others.

    Args:
        action: the command line that the chosen values come behind.
        options: what there is.
        prompt: what is asked.
        instead_of: buttons whose action begins with this are left out where the menu is shown.
    """

    action: str
    options: tuple[Option, ...]
    prompt: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class AlertCard:
    """An alert. Renderers lay it out; every field is plain text.

    `sources` are the further reports ("+2: NOS, BBC"), as (outlet, url). `was` is the earlier headline
    after a correction. `language` is the language of the article, ISO 639-1. `paywalled` says that the
    article is for subscribers, `shortened` that a language model wrote the summary, `withdrawn` that its
    outlet took the article down.
    """

    title: str
    url: str
    outlet: str
    published: datetime
    summary: str
    topics: tuple[str, ...]
    language: str
    image: str | None = None
    sources: tuple[tuple[str, str], ...] = ()
    was: str | None = None
    paywalled: bool = False
    shortened: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of our own making, such as a chart.

    Args:
        data: a PNG file, at most `LARGEST_PICTURE` bytes.
        name: its file name, of ASCII letters, digits, hyphens and a suffix.
        alt: what it shows, in words; told where the picture cannot be.
    """

    data: bytes = field(repr=False)
    name: str
    alt: str


LARGEST_PICTURE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to a chat: an alert card, or lines of spans, with rows of buttons under it.

    `private` asks that only the person who asked sees it, where the platform can (ephemeral on Discord).
    `language` is the chat's own language, ISO 639-1: renderers word ages and labels in it.
    `picture` stands with the lines; what cannot show it, or may not, tells its words instead. `in_place` asks
    that it takes the place of the menu whose button was pressed, where it answers one; an alert stays.
    `page_preview` lets the platform show the page of a card's article its own way, instead of the picture.
    A `menu` is shown where the platform has such, and `mentions` are ids of roles that are told of it where
    there are roles; neither is stored with a message.
    """

    lines: Sequence[Sequence[Span]] = ()
    card: AlertCard | None = None
    buttons: Sequence[Sequence[Button]] = field(default_factory=tuple)
    private: bool = False
    silent: bool = False
    language: str = "en"
    picture: Picture | None = None
    in_place: bool = False
    page_preview: bool = False
    menu: Menu | None = None
    mentions: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it says nothing: then there is no answer."""
        return not (self.lines or self.card or self.picture or self.buttons)


def say(
    *lines: str | Sequence[Span],
    buttons: Sequence[Sequence[Button]] = (),
    private: bool = False,
    in_place: bool = False,
    menu: Menu | None = None,
) -> Message:
    """A message of lines; a line is a str or a sequence of spans."""
    return Message(
        lines=tuple((line,) if isinstance(line, str) else tuple(line) for line in lines),
        buttons=tuple(tuple(row) for row in buttons),
        private=private,
        in_place=in_place,
        menu=menu,
    )


def without_picture(message: Message) -> Message:
    """The same message with its picture told in words."""
    if message.picture is None:
        return message
    return replace(message, picture=None, lines=(*message.lines, (Text(message.picture.alt, italic=True),)))
