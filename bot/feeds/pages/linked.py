"""What a page says of its article in JSON-LD: the body, and whether everybody may read it.

The vocabulary is schema.org's (https://schema.org/NewsArticle, .../isAccessibleForFree). Must not look at
the page itself.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.feeds.parsing.plaintext import html_to_text

MOST_NODES = 5_000
MOST_SCRIPTS = 50
_SCRIPT = re.compile(
    r"<script\b[^<>]{0,500}application/ld\+json[^<>]{0,500}>(.*?)(?:</script|\Z)", re.S | re.I
)
_KINDS = (
    "article newsarticle reportagenewsarticle analysisnewsarticle backgroundnewsarticle opinionnewsarticle "
    "reviewnewsarticle liveblogposting blogposting socialmediaposting report"
)
_ARTICLES = frozenset(_KINDS.split())


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page declares. `free` is None where it does not say; `body` is plain text, "" without one."""

    body: str = ""
    language: str | None = None
    free: bool | None = None


def declared(html: str) -> Declared:
    """What the JSON-LD of a page says of its article: of several, the one with the longest body counts."""
    articles = [node for node in _nodes(html) if _types(node) & _ARTICLES]
    if not articles:
        return Declared()
    best = max(articles, key=lambda node: len(_text(node.get("articleBody"))))
    return Declared(_body(_text(best.get("articleBody"))), _language(best.get("inLanguage")), _free(best))


def _nodes(html: str) -> Iterator[dict[str, Any]]:
    """Every object in the page's scripts, however deep."""
    waiting: list[Any] = []
    for number, script in enumerate(_SCRIPT.finditer(html)):
        if number == MOST_SCRIPTS:
            break
        waiting += _loaded(script[1])
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += [value for value in node.values() if isinstance(value, dict | list)]
        elif isinstance(node, list):
            waiting += node[:MOST_NODES]


def _loaded(script: str) -> list[Any]:
    code = script.strip().removeprefix("<!--").removesuffix("-->").strip()
    code = code.removeprefix("<![CDATA[").removesuffix("]]>").strip().rstrip(";")
    try:
        return [json.loads(code, strict=False)]  # line breaks inside strings are common
    except (ValueError, RecursionError):
        return []


def _types(node: dict[str, Any]) -> frozenset[str]:
    types = node.get("@type")
    named = types if isinstance(types, list) else [types]
    return frozenset(name.rpartition("/")[2].lower() for name in named if isinstance(name, str))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _body(text: str) -> str:
    """The body as plain text; its own line breaks are those of paragraphs."""
    if "<" in text:
        return html_to_text(text)
    return "\n".join(filter(None, map(html_to_text, text.splitlines())))


def _language(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    if not isinstance(value, str):
        return None
    found = re.match(r"([A-Za-z]{2,3})(?:[-_]|\Z)", value.strip())
    return found[1].lower() if found else None


def _free(article: dict[str, Any]) -> bool | None:
    """Whether an article is free; a part that is not makes it so."""
    parts = article.get("hasPart")
    pieces = [article, *(parts if isinstance(parts, list) else [parts])]
    said = [_is_true(piece.get("isAccessibleForFree")) for piece in pieces if isinstance(piece, dict)]
    if False in said:
        return False
    return True if True in said else None


def _is_true(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.rpartition("/")[2].strip().lower())
    return None
