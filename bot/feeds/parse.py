"""`parse_feed`: the bytes of a feed document to `ParsedFeed`. Synchronous, no network, no clock.

Which format it is, is seen from the document; the Content-Type is believed only about the encoding.
"""

import re

from bot.domain.models import ParsedFeed
from bot.errors import FeedTooLarge, FeedUnreadable
from bot.feeds.parsing.encoding import decode
from bot.feeds.parsing.jsonfeed import read_json_feed
from bot.feeds.parsing.raw import RawFeed, finish_feed
from bot.feeds.parsing.tolerant import read_tolerantly

MAX_BYTES = 32 * 1024 * 1024

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]{0,1000}(?:\[(?:[^\]\"']++|\"[^\"]*+\"|'[^']*+')*+\]\s*)?>", re.I)
_PLAIN = r"""&#\w{1,8};|[^&%<"']{0,200}"""
_ENTITY = re.compile(rf"""<!ENTITY\s+([\w.-]{{1,80}})\s+(?:"({_PLAIN})"|'({_PLAIN})')\s*>""")
_HEAD = 100_000


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Read a feed document: RSS 0.9 to 2.0, RDF, Atom, JSON Feed.

    Args:
        body: the document, already decompressed.
        content_type: the Content-Type it came with, "" when unknown.
        url: the address it came from, the base of relative links; "" when unknown.

    Raises:
        FeedUnreadable: when it is not a feed.
        FeedTooLarge: when it is larger than `MAX_BYTES`.
    """
    if len(body) > MAX_BYTES:
        raise FeedTooLarge(f"the document is larger than {MAX_BYTES // 2**20} MB")
    text = _CONTROL.sub("", decode(body, content_type)).lstrip()
    if not text:
        raise FeedUnreadable("the document is empty")
    return finish_feed(_read(text), url)


def _read(text: str) -> RawFeed:
    if text[0] in "{[":
        return read_json_feed(text)
    if "<" not in text[:_HEAD]:
        raise FeedUnreadable("the document is not XML")
    return read_tolerantly(without_doctype(text))


def without_doctype(text: str) -> str:
    """The document without its type declaration.

    Entities that are declared as plain text, as old feeds do for `&eacute;`, are put in; entities made of
    entities (the billion laughs) and external ones stay what they are: unknown names.
    """
    start = text.find("<!DOCTYPE", 0, _HEAD)
    if start < 0:
        start = text.find("<!doctype", 0, _HEAD)
    if start < 0:
        return text
    found = _DOCTYPE.match(text, start)
    if not found:
        raise FeedUnreadable("the document type declaration cannot be read")
    values = {name: double or single for name, double, single in _ENTITY.findall(found[0])[:500]}
    text = text[:start] + text[found.end() :]
    if not values:
        return text
    pattern = re.compile("&(" + "|".join(map(re.escape, values)) + ");")
    return pattern.sub(lambda name: values[name[1]], text)
