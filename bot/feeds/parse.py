"""`parse_feed`: the bytes of a feed document to `ParsedFeed`. Synchronous, no network, no clock.

Which format it is, is seen from the document; the Content-Type is believed only about the encoding.
"""

import re

from bot.domain.models import ParsedFeed
from bot.errors import FeedTooLarge, FeedUnreadable
from bot.feeds.parsing.encoding import decode
from bot.feeds.parsing.fast import read_fast
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.jsonfeed import read_json_feed
from bot.feeds.parsing.raw import RawFeed
from bot.feeds.parsing.tolerant import read_tolerantly
from bot.feeds.parsing.xml import read_tree

MAX_BYTES = 32 * 1024 * 1024

_XML_1 = rb"""<\?xml\s+version=["']1\.0["']\s*"""
_IN_UTF8 = rb"""(?:encoding=["'][uU][tT][fF]-?8["']\s*)?(?:standalone=["'](?:yes|no)["']\s*)?\?>"""
_PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:" + _XML_1 + _IN_UTF8 + rb"|<[a-zA-Z])")
_PROLOG = r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE"
_TYPED = re.compile(_PROLOG, re.S | re.I)
_TYPED_BYTES = re.compile(rb"(?:\xef\xbb\xbf)?" + _PROLOG.encode(), re.S | re.I)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]{0,1000}(?:\[(?:[^\]\"']++|\"[^\"]*+\"|'[^']*+')*+\]\s*)?>", re.I)
_VALUE = r"""&#\w{1,8};|[^&%<"']{0,200}"""
_ENTITY = re.compile(rf"""<!ENTITY\s+([\w.-]{{1,80}})\s+(?:"({_VALUE})"|'({_VALUE})')\s*>""")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BLANK = " \t\r\n\x00\ufeff"
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
    raw = _read_plain(body) or _read_any(decode(body, content_type).lstrip(_BLANK))
    return finish_feed(raw, url)


def _read_plain(body: bytes) -> RawFeed | None:
    """Most documents: UTF-8 by their own word, no document type. The bytes go to the parser as they are."""
    if not _PLAIN.match(body) or _TYPED_BYTES.match(body):
        return None
    return _read_well_formed(body)


def _read_any(text: str) -> RawFeed:
    if not text:
        raise FeedUnreadable("the document is empty")
    if text[0] in "{[":
        return read_json_feed(text)
    if "<" not in text[:_HEAD]:
        raise FeedUnreadable("the document is not XML")
    text = without_doctype(_CONTROL.sub("", text))
    return _read_well_formed(text.encode("utf-8", "replace")) or read_tolerantly(text)


def _read_well_formed(document: bytes) -> RawFeed | None:
    root = read_tree(document)
    found = None if root is None else read_fast(root)
    if found and not found.items and (b"<item" in document or b"<entry" in document):
        return None  # they stand where no format has them
    return found


def without_doctype(text: str) -> str:
    """The document without its type declaration.

    Entities that are declared as plain text, as old feeds do for `&eacute;`, are put in; entities made of
    entities (the billion laughs) and external ones stay what they are: unknown names.
    """
    typed = _TYPED.match(text)
    if not typed:
        return text
    start = typed.end() - len("<!DOCTYPE")
    found = _DOCTYPE.match(text, start)
    if not found:
        raise FeedUnreadable("the document type declaration cannot be read")
    values = {name: double or single for name, double, single in _ENTITY.findall(found[0])[:500]}
    text = text[:start] + text[found.end() :]
    if not values:
        return text
    pattern = re.compile("&(" + "|".join(map(re.escape, values)) + ");")
    return pattern.sub(lambda name: values[name[1]], text)
