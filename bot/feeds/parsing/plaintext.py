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

_BORDER = "\x00"
"""Stands for the border of a block while whitespace is normalised; `str.split` leaves it alone."""
_INLINE = """
    a abbr acronym b bdi bdo big blink cite code data del dfn em font i ins kbd label mark nobr q s samp small
    span strike strong sub sup time tt u var wbr"""
_SPACING = "area img input param source td th track"
_BLOCKS = """
    address article aside audio blockquote body br button canvas caption center col colgroup dd details div
    dl dt embed fieldset figcaption figure footer form frame h1 h2 h3 h4 h5 h6 head header hr html iframe
    legend li link main meta nav noscript object ol optgroup option p picture pre script section select
    style summary svg table tbody template textarea tfoot thead tr ul video"""
_INSTEAD = {
    name: instead
    for names, instead in ((_INLINE, ""), (_SPACING, " "), (_BLOCKS, _BORDER))
    for name in names.split()
}

_DROPPED = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|(script|style|noscript|template|iframe|svg)\b[^<>]*+>.*?(?:</\1\s*>|\Z))",
    re.S | re.I,
)
_TAG = re.compile(
    r"""</?([a-zA-Z][\w:-]*+)(?:>|[^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)*+>|[^<>]*+>)|<[!?][^<>]*+>"""
)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_ESCAPED_MARKUP = re.compile(
    r"</(?:a|b|blockquote|div|em|h[1-6]|i|li|p|span|strong|table|td|tr|ul)\s*>|<(?:p|br|hr|img|a|div)\b[^<>]*+>",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
HALVES = r"&#(?:x(d[89ab][0-9a-f]{2})|(5[56]\d{3}));&#(?:x(d[c-f][0-9a-f]{2})|(5[67]\d{3}));"
"""Two references that are one character in UTF-16, as some programs write an emoji."""
_HALVES = re.compile(HALVES, re.I)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\ud800-\udfff\ufffe\uffff]"
)
_C1_RANGE = re.compile("[\x80-\x9f]")
_MOJIBAKE = re.compile("[ÂÃâÅ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]")
_AS_BYTES = {ord(bytes([code]).decode("cp1252", "replace")): code for code in range(0x80, 0xA0)}
_C1 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}


def html_to_text(markup: str) -> str:
    """The text of a piece of HTML: entities decoded, one line per block, whitespace normalised.

    In text without any tag an empty line is what separates blocks.
    """
    if "<" not in markup and "&" not in markup and "\n" not in markup:
        return one_line(_clean(markup[:MAX_MARKUP]))[:MAX_TEXT]
    markup = markup[:MAX_MARKUP]
    text = _without_tags(markup.replace(_BORDER, "") if _BORDER in markup else markup)
    if "&" in text:
        text = decode_entities(text)
        if "<" in text and _ESCAPED_MARKUP.search(text):
            text = _without_tags(text)  # escaped twice, as some feeds do
    lines = map(str.strip, one_line(text).split(_BORDER))
    return _clean("\n".join(filter(None, lines))).strip()[:MAX_TEXT]


def title_to_text(value: str) -> str:
    """A title as one line of text. Only tags of HTML are taken out: `<` may well be the publisher's own."""
    if "<" in value:
        value = _without_html_tags(value[:MAX_MARKUP])
    if "&" in value:
        value = decode_entities(value)
        if "<" in value:
            value = _without_html_tags(value)
    return one_line(_clean(value))[:MAX_TITLE]


def decode_entities(text: str) -> str:
    """Decode character references that end in `;`, twice at most: `&amp;eacute;` is an é."""
    for _ in range(2):
        if "&" not in text:
            break
        if "&#" in text:
            text = _HALVES.sub(lambda pair: joined(*pair.groups(default="")), text)
        text = _ENTITY.sub(_decode, text)
    return text


def joined(hex_high: str, high: str, hex_low: str, low: str) -> str:
    """The character whose halves are these numbers, each hexadecimal or decimal; "" where they do not fit."""
    first, second = int(hex_high or "0", 16) or int(high), int(hex_low or "0", 16) or int(low)
    if not (0xD800 <= first < 0xDC00 <= second < 0xE000):
        return ""
    return chr(0x10000 + ((first - 0xD800) << 10) + second - 0xDC00)


def one_line(text: str) -> str:
    """The text with every run of whitespace as one space, and none at the ends."""
    return " ".join(text.split())


def repair(text: str) -> str:
    """Undo the two usual encoding accidents: UTF-8 read as Latin-1 or Windows-1252, and C1 controls."""
    if text.isascii():
        return text
    if any(lead in text for lead in "ÂÃâÅ") and _MOJIBAKE.search(text):
        text = _reread(text)
    return text.translate(_C1) if _C1_RANGE.search(text) else text


def _reread(text: str) -> str:
    try:
        return text.translate(_AS_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _without_tags(markup: str) -> str:
    """The markup with a border in place of each tag that makes a block."""
    if "<" not in markup:
        return markup.replace("\n\n", _BORDER)
    if "]]>" in markup:
        markup = _CDATA.sub("", markup)
    return _TAG.sub(_instead, _DROPPED.sub(_BORDER, markup))


def _without_html_tags(title: str) -> str:
    return _TAG.sub(_instead_in_title, _CDATA.sub("", title) if "]]>" in title else title)


def _instead(tag: re.Match[str]) -> str:
    return _INSTEAD.get((tag[1] or "").lower(), _BORDER)


def _instead_in_title(tag: re.Match[str]) -> str:
    instead = _INSTEAD.get((tag[1] or "").lower(), tag[0])
    return " " if instead == _BORDER else instead


def _clean(text: str) -> str:
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return _INVISIBLE.sub("", repair(text))


def _decode(entity: re.Match[str]) -> str:
    return unescape(entity[0])
