"""Feed text as Discord's clients would read it, judged by an independent reader of its markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.discord.escape import clean, code, escape, length, one_line, safe_url, shorten
from tests.emulators.discord.markdown import read

ACTIVE = [
    "**Rutte** wint __ruim__ van ~~iedereen~~",
    "Lees [hier](https://evil.example/x) verder",
    "Bel <@81384788765712384> of <@!81384788765712384> of <@&165511591545143296>",
    "Zie <#103735883630395392> en </subscribe:816437322781949972>",
    "Om <t:1618953630:R> of <t:1618953630>",
    "Leuk <:mmLol:216154654256398347> en <a:b1nzy:392938283556143104>",
    "Kies <id:customize>",
    "@everyone en @here opgelet",
    "||geheim|| en `code` en ```blok```",
    "# Kop\n## Kop\n### Kop\n-# klein",
    "> citaat\n>>> lang citaat",
    "- punt\n* punt\n+ punt\n1. een\n2) twee",
    "Kijk op https://evil.example/pad en <https://evil.example>",
    "Word lid: discord.gg/abc123 of https://discord.com/invite/abc of discordapp.com/invite/x",
    "a_b_c en *a* en \\*b\\*",
    "   # ingesprongen kop",
]
MARKUP = st.text(alphabet="ab 1.)*_~`|\\<>[]()#-+@:/!&?\n\u202eé😀", max_size=60)
TOKENS = st.lists(
    st.sampled_from(
        [
            "**",
            "__",
            "~~",
            "||",
            "`",
            "```",
            "\\",
            "[a](https://x.example)",
            "<@1>",
            "<t:1:R>",
            "# ",
            "-# ",
            "> ",
            "1. ",
            "@everyone",
            "https://x.example/y",
            "discord.gg/abc",
            "\n",
            " ",
            "woord",
            "<",
            ">",
            "](",
            "*",
            "_",
        ]
    ),
    max_size=20,
).map("".join)


@pytest.mark.parametrize("text", ACTIVE)
def test_no_markup_of_a_feed_acts(text: str) -> None:
    assert read(text).active, "the reader must see this act when it is not escaped"
    reading = read(escape(text))
    assert reading.active == []
    assert _said(reading.text) == text


@given(st.one_of(MARKUP, TOKENS, st.text(max_size=80)))
def test_any_text_is_shown_literally_and_nothing_in_it_acts(text: str) -> None:
    reading = read(escape(text))
    assert reading.active == []
    assert _said(reading.text) == clean(text)


@given(st.one_of(MARKUP, TOKENS), st.integers(min_value=1, max_value=40))
def test_a_cut_text_keeps_its_limit_and_still_does_not_act(text: str, limit: int) -> None:
    cut = escape(text, limit)
    assert length(cut) <= limit
    assert read(cut).active == []


def test_a_text_that_fits_is_not_cut() -> None:
    assert escape("Rutte in Kyiv", 13) == "Rutte in Kyiv"
    assert escape("Rutte in Kyiv", 12) == "Rutte in Ky…"


def test_a_cut_counts_emoji_as_the_two_units_they_are() -> None:
    assert length(escape("😀" * 10, 7)) == 7
    assert escape("😀" * 10, 7) == "😀😀😀…"


def test_bidi_overrides_and_controls_are_taken_out() -> None:
    assert clean("veilig\u202egpj.exe\u2066 \x00\x1bx\u200b") == "veiliggpj.exe x"


def test_right_to_left_words_and_joined_emoji_are_left_whole() -> None:
    text = "نیم\u200cفاصله 👩\u200d🚀 שלום"
    assert clean(text) == text


def test_a_lone_surrogate_becomes_something_that_can_be_sent() -> None:
    assert clean("a\ud800b").encode() == "a\ufffdb".encode()


def test_line_breaks_of_every_kind_are_one_kind() -> None:
    assert clean("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"
    assert one_line(" a\r\n  b\tc ") == "a b c"


def test_plain_places_get_plain_text() -> None:
    assert shorten("A_B *C*\nD", 20) == "A_B *C* D"
    assert shorten("Nieuwsuur", 5) == "Nieu…"


def test_code_cannot_be_left_by_a_backtick() -> None:
    assert read(f"`{code('a`b```c')}`").active == [("code", "`aˋbˋˋˋc`")]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "tg://resolve?domain=x",
        "data:text/html,x",
        "ftp://nos.nl/x",
        "//nos.nl/x",
        "nos.nl",
        "https://",
        "https://[",
        "http://exa mple/",
        "https://" + "a" * 300 + ".example",
        "",
    ],
)
def test_only_web_links_leave(url: str) -> None:
    assert safe_url(url) is None


def test_a_link_cannot_end_its_markup_early() -> None:
    url = safe_url("https://nos.nl/a_(b)>?q=[x] y\u202e")
    assert url == "https://nos.nl/a_%28b%29%3E?q=%5Bx%5D%20y"
    assert read(f"[label](<{url}>)").links == [("label", url)]


def test_a_link_does_not_pretend_to_another_host() -> None:
    assert safe_url("https://nos.nl@evil.example/x") == "https://evil.example/x"
    assert safe_url("https://café.example/ü") == "https://xn--caf-dma.example/%C3%BC"


def test_an_escaped_address_is_not_escaped_twice() -> None:
    assert safe_url("https://nos.nl/a%20b?x=1&y=2#top") == "https://nos.nl/a%20b?x=1&y=2#top"


def test_a_link_that_is_too_long_is_no_link() -> None:
    assert safe_url("https://nos.nl/" + "a" * 2048) is None


def _said(text: str) -> str:
    """Visible text without the space of no width that keeps @everyone from being drawn as a mention."""
    return re.sub("(?<=@)\u200b(?=everyone|here)", "", text)
