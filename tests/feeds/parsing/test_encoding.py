"""Bytes to text, whatever a document and its server claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parsing.encoding import decode

TEXT = '<?xml version="1.0"?><title>Oekraïne: “één” café</title>'


def declared(name: str) -> str:
    return TEXT.replace("?>", f' encoding="{name}"?>', 1)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode(), "text/xml; charset=iso-8859-1"),
        (TEXT.encode(), "text/xml; charset=nonsense"),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode("cp1252"), "text/xml; charset=windows-1252"),
        (TEXT.encode("cp1252"), "text/xml; charset=iso-8859-1"),
        (TEXT.encode("cp1252"), ""),
    ],
)
def test_the_same_text_in_many_encodings(body: bytes, content_type: str) -> None:
    assert decode(body, content_type) == TEXT


@pytest.mark.parametrize("name", ["windows-1252", "ISO-8859-1", "utf-8", "us-ascii", "x-unknown"])
def test_a_declaration_is_believed_when_it_can_be(name: str) -> None:
    text = declared(name)
    assert decode(text.encode("cp1252"), "") == text
    assert decode(text.encode(), "") == text


def test_declared_multibyte_encodings_come_first() -> None:
    text = '<?xml version="1.0" encoding="gb2312"?><title>北约峰会</title>'
    assert decode(text.encode("gb18030"), "") == text
    assert decode(text.encode(), "") != ""


def test_a_few_broken_bytes_do_not_spoil_the_rest() -> None:
    body = TEXT.encode() + b"\xff\xfe<x/>"
    assert decode(body, "").startswith(TEXT)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_bytes_are_too_strange(body: bytes, content_type: str) -> None:
    assert isinstance(decode(body, content_type), str)
