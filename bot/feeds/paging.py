"""Finds the page of a feed that comes before the one we have, for when its window overflowed.

It must not fetch: it reads a document and names an address.
"""

import html
import re

from yarl import URL

_EDGE = 64 * 1024
_ITEM = re.compile(rb"<(?:[\w-]+:)?(?:item|entry)\b", re.I)
_LINK = re.compile(r"<(?:[\w-]+:)?link\b([^<>]{1,2000})>", re.I)
_REL = re.compile(r"""\brel\s*=\s*["'](?:next|prev-archive)["']""", re.I)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
_NEXT_URL = re.compile(r'"next_url"\s*:\s*"([^"\\]*(?:\\/[^"\\]*)*)"')
_WORDPRESS = re.compile(r"<generator>\s*https?://wordpress\.(?:org|com)\b", re.I)


def older_page(body: bytes, url: str) -> str | None:
    """The address of the next older page of a feed, None when it names none.

    It knows paged and archived feeds (RFC 5005: ``rel="next"``, ``rel="prev-archive"``), ``next_url`` of
    JSON Feed 1.1, and the ``paged`` parameter of WordPress.

    Args:
        body: the document.
        url: the address it came from.
    """
    text = _edges(body)
    if text.lstrip().startswith("{"):
        found = _NEXT_URL.search(text)
        return _absolute(url, found[1].replace("\\/", "/")) if found else None
    for link in _LINK.finditer(text):
        address = _HREF.search(link[1])
        if address and _REL.search(link[1]):
            return _absolute(url, html.unescape(address[1] or address[2] or ""))
    return _next_of_wordpress(url) if _WORDPRESS.search(text) else None


def _edges(body: bytes) -> str:
    """What stands before the first item and after the last: the links of items are not the feed's."""
    first = _ITEM.search(body)
    if first is None:
        head, tail = body[:_EDGE], body[-_EDGE:]
    else:
        end = max(body.rfind(b"</item>"), body.rfind(b"</entry>"), first.start())
        head, tail = body[: min(first.start(), _EDGE)], body[max(end, len(body) - _EDGE) :]
    return (head + b"\n" + tail).decode("utf-8", "replace").lstrip("\ufeff")


def _next_of_wordpress(url: str) -> str:
    page = URL(url)
    number = page.query.get("paged", "1")
    known = number.isascii() and number.isdigit() and len(number) <= 6
    return str(page.update_query(paged=str(int(number) + 1 if known else 2)))


def _absolute(url: str, address: str) -> str | None:
    try:
        target = URL(url).join(URL(address)).with_fragment(None)
    except ValueError:
        return None
    return str(target) if target.scheme in ("http", "https") and str(target) != url else None
