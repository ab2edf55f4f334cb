"""The article in a web page: its text without the rest of the page, and whether it is behind a paywall.

JSON-LD first, as it is exact and takes a fraction of a millisecond; then trafilatura, for which this is best
called in a process of its own (`bot.feeds.pages.child`).
"""

import re
from dataclasses import dataclass

from bot.domain.boilerplate import asks_to_pay, is_boilerplate
from bot.feeds.pages.linked import Declared, declared
from bot.feeds.parsing.encoding import decode
from bot.feeds.parsing.plaintext import html_to_text

MAX_TEXT = 20_000
ENOUGH = 200
"""Characters of a declared body from which it counts as the article; shorter ones are teasers."""
OPEN = 2_500
"""Characters of text above which an invitation to subscribe is no paywall."""

_LANGUAGE = re.compile(r"<html\b[^<>]{0,300}?\blang\s*=\s*[\"']?([A-Za-z]{2,3})\b", re.I)
_PAGE = re.compile(r"<(?:!doctype|html|head|body|main|article|nav)\b|application/ld\+json", re.I)
_LOCKED = re.compile(
    r"<meta\b[^<>]{0,200}(?:content_tier|paywall|premium|access-?level)[\"'][^<>]{0,200}content\s*=\s*[\"']?"
    r"(?:locked|metered|paid|premium|true|yes|subscri\w*)\b"
    r"|<[a-z]+\b[^<>]{0,500}\bdata-(?:is-)?(?:paywall(?:ed)?|premium)\s*=\s*[\"']?(?:true|1|yes)\b"
    r"|<meta\b[^<>]{0,200}isAccessibleForFree[\"'][^<>]{0,200}content\s*=\s*[\"']?false\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Article:
    """The article of a page. `text` is plain text, a line for a paragraph, "" when there is none."""

    text: str
    paywalled: bool = False
    language: str | None = None


def declared_article(body: bytes, content_type: str = "") -> Article | None:
    """The article as the page declares it, or None when the page itself has to be read."""
    html = decode(body, content_type)
    said = declared(html)
    return _article(html, said, said.body) if len(said.body) >= ENOUGH else None


def read_article(body: bytes, content_type: str = "") -> Article:
    """The article of a page. It never raises for what is in the page.

    Args:
        body: the page as it came.
        content_type: the Content-Type header, "" when unknown.
    """
    html = decode(body, content_type)
    said = declared(html)
    if len(said.body) >= ENOUGH:
        return _article(html, said, said.body)
    import trafilatura  # only the helper process that reads pages needs its 12 MB

    text = trafilatura.extract(
        html, favor_precision=True, include_comments=False, include_tables=False, deduplicate=False
    )
    return _article(html, said, max(text or "", said.body, key=len))


def text_of_html(html: str) -> str:
    """The plain text of an article in HTML: a whole page, or a piece such as feeds carry."""
    if _PAGE.search(html):
        found = read_article(html.encode("utf-8", "replace"), "text/html; charset=utf-8").text
        if found:
            return found
    return without_boilerplate(html_to_text(html))


def _article(html: str, said: Declared, text: str) -> Article:
    text = without_boilerplate(text)[:MAX_TEXT]
    return Article(text, _is_paywalled(html, said, text), said.language or _language(html))


def without_boilerplate(text: str) -> str:
    """The text without the lines that belong to the page, and without lines that stand in it twice."""
    lines = dict.fromkeys(line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not is_boilerplate(line))


def _is_paywalled(html: str, said: Declared, text: str) -> bool:
    if said.free is not None:
        return not said.free
    if _LOCKED.search(html):
        return True
    return len(text) < OPEN and asks_to_pay(html_to_text(html))


def _language(html: str) -> str | None:
    found = _LANGUAGE.search(html[:5_000])
    return found[1].lower() if found else None
