"""Bytes of a feed document to text, whatever its declarations claim."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.I)
_SUPERSETS = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-9": "cp1254",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
}
"""Encodings that are read as their superset, as browsers do (https://encoding.spec.whatwg.org/#names-and-labels)."""
_MULTIBYTE = ("gb", "big5", "shift", "euc", "cp932", "cp949", "iso-2022", "hz", "johab")


def decode(body: bytes, content_type: str = "") -> str:
    """The document's text.

    Tried in turn, strictly: a byte order mark, the shape of the first bytes, UTF-8 when the declared
    encoding is not one of several bytes a character (bytes that are valid UTF-8 by chance do not occur in
    practice), the HTTP charset, the XML declaration (RFC 7303 has them in this order), Windows-1252. It
    never fails: at last, undecodable bytes become U+FFFD.

    Args:
        body: the document as it came.
        content_type: the Content-Type header, "" when unknown.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _WIDE:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    for encoding in _candidates(body, content_type):
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return body.decode("utf-8" if _mostly_utf8(body) else "cp1252", "replace")


def _candidates(body: bytes, content_type: str) -> list[str]:
    in_header = _CHARSET.search(content_type)
    in_document = _DECLARED.match(body)
    declared = [
        name.lower()
        for name in (
            in_header[1] if in_header else "",
            in_document[1].decode("ascii") if in_document else "",
        )
        if name
    ]
    declared = [_SUPERSETS.get(name, name) for name in declared]
    if any(name.startswith(_MULTIBYTE) for name in declared):
        return [*declared, "utf-8"]
    return ["utf-8", *declared]


def _mostly_utf8(body: bytes) -> bool:
    """Whether a few bytes are broken in a document that is UTF-8 for the rest."""
    text = body[:200_000].decode("utf-8", "replace")
    wide = sum(1 for char in text if char > "\x7f")
    return wide > 0 and text.count("\ufffd") * 2 < wide
