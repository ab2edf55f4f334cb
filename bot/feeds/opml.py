"""Reads and writes OPML, the format in which feed readers exchange their lists (http://opml.org/spec2.opml).

It must not fetch anything. No login or header of a feed is ever written: an OPML file is made to be shared.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from yarl import URL

from bot.domain.models import FeedSpec, Outlet
from bot.errors import BadInput
from bot.feeds.headers import split_login
from bot.feeds.limits import registrable_domain
from bot.feeds.parsing.encoding import decode

MAX_BYTES = 5 * 1024 * 1024
MAX_FEEDS = 20_000
_MAX_DEPTH = 64
_LONGEST = 500
_OWNER = "heraut:owner"
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff\ufffe\uffff]")
_BARE_AMPERSAND = re.compile("&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|\\w{1,32});)")


@dataclass(frozen=True, slots=True)
class Opml:
    """A list of feeds. `skipped` holds the addresses that are not of the web, at most some of them."""

    title: str
    feeds: tuple[FeedSpec, ...]
    skipped: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reader:
    """Collects outlines while expat reads."""

    title: str = ""
    feeds: dict[str, FeedSpec] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name.lower())
        if self.path[0] != "opml":
            raise BadInput("this is not an OPML file", "its first element is <opml>")
        if len(self.path) > _MAX_DEPTH:
            raise BadInput("the outlines are nested too deeply")
        if self.path[-1] == "outline":
            self._outline({key.lower(): value.strip() for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self.path.pop()

    def text(self, data: str) -> None:
        if self.path == ["opml", "head", "title"]:
            self.title = (self.title + data)[:_LONGEST]

    def doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if internal:
            raise BadInput("the file declares entities", "an OPML file needs none; remove its DOCTYPE")

    def _outline(self, attributes: dict[str, str]) -> None:
        address = attributes.get("xmlurl", "")
        if not address:
            return
        url = _web_address(address)
        if url is None:
            self.skipped.append(address[:_LONGEST])
        elif len(self.feeds) >= MAX_FEEDS:
            raise BadInput(f"more than {MAX_FEEDS} feeds")
        else:
            self.feeds.setdefault(str(url), _spec(url, attributes))


def read_opml(body: bytes) -> Opml:
    """The feeds of an OPML file, in order, each address once. Folders are ignored.

    Raises:
        BadInput: it is too large, not well-formed, not OPML, or declares entities.
    """
    if len(body) > MAX_BYTES:
        raise BadInput(f"the file is larger than {MAX_BYTES // 2**20} MB")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(_cleaned(body), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = f", line {error.lineno}" if isinstance(error, expat.ExpatError) else ""
        raise BadInput(f"this is not well-formed XML{line}") from error
    return Opml(reader.title.strip(), tuple(reader.feeds.values()), tuple(reader.skipped[:100]))


def _cleaned(body: bytes) -> bytes:
    """The file in UTF-8, without the usual slips: space before it, bare ampersands, controls."""
    text = _ODD.sub("", decode(body)).lstrip()
    return _BARE_AMPERSAND.sub("&amp;", text).encode("utf-8", "replace")


def write_opml(feeds: Iterable[FeedSpec], *, title: str, created: datetime) -> bytes:
    """An OPML 2.0 document of these feeds, without logins and headers.

    Args:
        feeds: what is in it, in order.
        title: of the list.
        created: aware.
    """
    outlines = "\n".join(map(_outline, feeds))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<opml version="2.0" xmlns:heraut="urn:heraut">\n'
        f"<head><title>{_text(title)}</title>"
        f"<dateCreated>{format_datetime(created)}</dateCreated></head>\n"
        f"<body>\n{outlines}\n</body>\n</opml>\n"
    ).encode()


def _outline(feed: FeedSpec) -> str:
    attributes = {
        "type": "rss",
        "text": feed.title or feed.outlet.name,
        "title": feed.outlet.name,
        "xmlUrl": str(split_login(URL(feed.url))[0]),
        _OWNER: feed.outlet.owner,
        "language": feed.language or "",
    }
    written = " ".join(f"{name}={quoteattr(_legal(value))}" for name, value in attributes.items() if value)
    return f"<outline {written}/>"


def _spec(url: URL, attributes: dict[str, str]) -> FeedSpec:
    domain = registrable_domain(url.host or "")
    text = attributes.get("text", "")[:_LONGEST]
    name = attributes.get("title", "")[:_LONGEST] or text or domain
    owner = attributes.get(_OWNER, "")[:_LONGEST] or domain.partition(".")[0]
    language = attributes.get("language", "")[:2].lower()
    return FeedSpec(
        str(url), Outlet(name, owner), language or None, title=text if text != name else "", headers={}
    )


def _web_address(address: str) -> URL | None:
    if address.startswith("feed:"):
        address = address.removeprefix("feed:").removeprefix("//")
        address = address if address.startswith("http") else f"http://{address}"
    try:
        url = URL(address)
    except ValueError:
        return None
    return url.with_fragment(None) if url.scheme in ("http", "https") and url.host else None


def _text(value: str) -> str:
    return _legal(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _legal(value: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(char for char in value if char >= " " and not "\ud800" <= char <= "\udfff")
