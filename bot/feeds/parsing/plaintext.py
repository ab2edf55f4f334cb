"""Markup to plain text, and the repair of text that was decoded wrongly on the publisher's side.

What comes out is text and nothing else: `<` and `&` in it are characters. Every pattern here is linear in
its input, because the input is a stranger's.
"""

import re
from html import unescape

MAX_TEXT = 200_000
"""Characters of an item's text that are kept."""
MAX_TITLE = 5_000
MAX_MARKUP = 4 * MAX_TEXT

_ATTRS = r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+"""
_DROPPED = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template|iframe|svg)\b[^<>]*+>.*?(?:</\1\s*>|\Z)", re.S | re.I
)
_INLINE_NAMES = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|nobr|q|s|samp|small"
    "|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
_OTHER_NAMES = (
    "address|article|aside|audio|blockquote|body|br|button|caption|center|col|colgroup|dd|details|div|dl|dt"
    "|embed|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|img|input|legend|li|link"
    "|main|meta|nav|noscript|object|ol|option|p|param|picture|pre|script|section|select|source|style|summary"
    "|svg|table|tbody|td|textarea|tfoot|th|thead|tr|ul|video"
)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE_NAMES})(?:\s{_ATTRS})?/?>", re.I)
_KNOWN_TAG = re.compile(rf"</?(?:{_INLINE_NAMES}|{_OTHER_NAMES})(?:\s{_ATTRS})?/?>", re.I)
_SPACE_TAG = re.compile(rf"<(?:img|input|source|param|td|th|/td|/th)\b{_ATTRS}>", re.I)
_ANY_TAG = re.compile(rf"<[a-z/!?]{_ATTRS}>|<[a-z/!?][^<>]*+>", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\ufffe\uffff]"
)
_HIGH = re.compile("[\x80-\xff]")
_MOJIBAKE = re.compile("[ÂÃâÅ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]")
_C1 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}


def html_to_text(markup: str) -> str:
    """The text of a piece of HTML: entities decoded, one line per block, whitespace normalised."""
    text = _strip(markup[:MAX_MARKUP])
    if "&" in text:
        text = decode_entities(text)
        if "<" in text and "<" not in markup:  # escaped twice, as some feeds do
            text = _strip(text)
    text = _clean(text)
    if "\n" not in text:
        return one_line(text)[:MAX_TEXT]
    lines = (one_line(line) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_TEXT]


def title_to_text(value: str) -> str:
    """A title as one line of text. Only tags of HTML are taken out: `<` may well be the publisher's own."""
    if "<" in value:
        value = _KNOWN_TAG.sub(_space_unless_inline, value[:MAX_MARKUP])
    if "&" in value:
        value = decode_entities(value)
        if "<" in value:
            value = _KNOWN_TAG.sub(_space_unless_inline, value)
    return one_line(_clean(value))[:MAX_TITLE]


def decode_entities(text: str) -> str:
    """Decode character references that end in `;`, twice at most: `&amp;eacute;` is an é."""
    for _ in range(2):
        decoded = _ENTITY.sub(_decode, text)
        if decoded == text:
            break
        text = decoded
    return text


def one_line(text: str) -> str:
    """The text with every run of whitespace as one space, and none at the ends."""
    return " ".join(text.split())


def repair(text: str) -> str:
    """Undo the two usual encoding accidents: UTF-8 read as Latin-1 or Windows-1252, and C1 controls."""
    if not _HIGH.search(text):
        return text
    if _MOJIBAKE.search(text):
        text = _reread(text)
    return text.translate(_C1)


def _reread(text: str) -> str:
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _strip(markup: str) -> str:
    """Without tags; the newlines of the answer are borders of blocks (an empty line, in plain text)."""
    if "<" not in markup:
        return "\n".join(block.replace("\n", " ") for block in markup.split("\n\n"))
    text = _DROPPED.sub(" ", markup).replace("\n", " ")
    text = _INLINE_TAG.sub("", text)
    text = _SPACE_TAG.sub(" ", text)
    return _ANY_TAG.sub("\n", text)


def _clean(text: str) -> str:
    text = repair(text)
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)


def _space_unless_inline(tag: re.Match[str]) -> str:
    return "" if _INLINE_TAG.fullmatch(tag[0]) else " "


def _decode(entity: re.Match[str]) -> str:
    return unescape(entity[0])
