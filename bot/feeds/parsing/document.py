"""A document as it came: to a feed when it is well-formed, else to clean UTF-8 for the tolerant reader.

XML is read without its document type declaration: no entity is ever expanded, nothing external is looked at.
"""

import re

from bot.errors import FeedTooLarge, FeedUnreadable
from bot.feeds.parsing.encoding import decode
from bot.feeds.parsing.fast import read_fast
from bot.feeds.parsing.jsonfeed import read_json_feed
from bot.feeds.parsing.raw import RawFeed
from bot.feeds.parsing.sitemap import read_sitemap
from bot.feeds.parsing.xml import read_tree

MAX_BYTES = 32 * 1024 * 1024

_MARK = rb"(?:\xef\xbb\xbf)?"
_XML_1 = rb"""<\?xml\s+version=["']1\.0["']\s*"""
_IN_UTF8 = rb"""(?:encoding=["'][uU][tT][fF]-?8["']\s*)?(?:standalone=["'](?:yes|no)["']\s*)?\?>"""
_PLAIN = re.compile(_MARK + rb"\s*(?:" + _XML_1 + _IN_UTF8 + rb"|<[a-zA-Z])")
_TYPED = re.compile(_MARK + rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+(?=<!DOCTYPE)", re.S | re.I)
_DOCTYPE = re.compile(rb"<!DOCTYPE\b[^\[<>]{0,1000}(?:\[(?:[^\]\"']++|\"[^\"]*+\"|'[^']*+')*+\]\s*)?>", re.I)
_VALUE = rb"""&#\w{1,8};|[^&%<"']{0,200}"""
_ENTITY = re.compile(
    rb"<!ENTITY\s+([\w.-]{1,80})\s+(?:\"(" + _VALUE + rb")\"|'(" + _VALUE + rb")')\s*>", re.ASCII
)
_MAX_ENTITIES = 500
_MAX_PUT_IN = 100_000
_WEB_PAGE = re.compile(rb"(?:<!DOCTYPE\s+html\b[^<>]{0,500}>|\s++|<!--.*?-->)*+<html\b", re.S | re.I)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_HEAD = 100_000


def read_plain(body: bytes) -> RawFeed | None:
    """Read what most documents are: well-formed, UTF-8 by their own word, without a document type.

    The bytes go to the XML parser as they are. None for all others.

    Raises:
        FeedTooLarge: when it is larger than `MAX_BYTES`.
    """
    if len(body) > MAX_BYTES:
        raise FeedTooLarge(f"the document is larger than {MAX_BYTES // 2**20} MB")
    if not _PLAIN.match(body) or _TYPED.match(body):
        return None
    return _read_xml(body)


def clean_document(body: bytes, content_type: str) -> bytes:
    """The document in UTF-8, without control characters and without a document type declaration.

    Args:
        body: the document as it came.
        content_type: the Content-Type it came with, "" when unknown.

    Raises:
        FeedUnreadable: when it is empty, or cannot be a feed.
    """
    document = decode(body, content_type).encode("utf-8", "replace").translate(None, _CONTROLS).lstrip()
    for sequence in _NO_CHARACTERS:
        document = document.replace(sequence, b"")
    if not document:
        raise FeedUnreadable("the document is empty")
    if document[:1] not in (b"{", b"[") and b"<" not in document[:_HEAD]:
        raise FeedUnreadable("the document is not XML")
    if _WEB_PAGE.match(document):
        raise FeedUnreadable("the document is a web page, not a feed")
    return _without_doctype(document)


def read_well_formed(document: bytes) -> RawFeed | None:
    """Read a clean document that is well-formed; None when only the tolerant reader can help.

    Raises:
        FeedUnreadable: when it is well-formed, and no feed.
    """
    if document[:1] in (b"{", b"["):
        return read_json_feed(document)
    return _read_xml(document)


def _read_xml(document: bytes) -> RawFeed | None:
    root = read_tree(document)
    if root is None:
        return None
    found = read_fast(root) or read_sitemap(root)
    if found and not found.items and (b"<item" in document or b"<entry" in document):
        return None  # they stand where no format has them
    return found


def _without_doctype(document: bytes) -> bytes:
    """Entities that are declared as plain text, as old feeds do for `&eacute;`, are put in.

    Entities made of entities (the billion laughs) and external ones stay what they are: unknown names.
    """
    typed = _TYPED.match(document)
    if not typed:
        return document
    found = _DOCTYPE.match(document, typed.end())
    if not found:
        raise FeedUnreadable("the document type declaration cannot be read")
    values = {name: double or single for name, double, single in _ENTITY.findall(found[0])[:_MAX_ENTITIES]}
    document = document[: typed.end()] + document[found.end() :]
    if not values:
        return document
    names = re.compile(b"&(" + b"|".join(map(re.escape, values)) + b");")
    return names.sub(lambda name: values[name[1]], document, count=_MAX_PUT_IN)
