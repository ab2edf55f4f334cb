"""Which addresses may become links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.safelinks import LONGEST, safe_url, web_parts


@pytest.mark.parametrize(
    "url",
    [
        "https://krant.example/artikel/1?a=b&c=d#e",
        "http://127.0.0.1:8018/x",
        "HTTPS://krant.example",
        "https://[::1]:8017/",
        "https://café.example/ü",
    ],
)
def test_an_address_of_the_web_stays_as_it_is(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "tg://resolve?domain=x",
        "//krant.example/x",
        "/x",
        "https://",
        "https:///x",
        "https://[/",
        "https://krant.example:port/",
        "https://krant.example\\@evil.example/",
        "https://krant.example@evil.example/",
        "https://:secret@krant.example/",
        "https://krant.example/a b",
        "https://krant.example/\u202egnp.exe",
        "https://krant.example/\u200bx",
        " https://krant.example/",
        "https://krant.example/\n",
        "https://krant.example/" + "x" * LONGEST,
    ],
)
def test_everything_else_is_no_link(url: str | None) -> None:
    assert safe_url(url) is None


@given(st.text())
def test_no_text_breaks_the_judge(text: str) -> None:
    assert safe_url(text) in (text, None)
    assert web_parts(text) is None or web_parts(text).scheme in ("http", "https")  # type: ignore[union-attr]  # never None here
