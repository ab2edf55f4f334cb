"""Messages as HTML: complete, and never anybody else's markup."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messagecodec import to_json
from bot.domain.messages import AlertCard, Button, Message, Moment, Text, say
from bot.domain.rooms import Author, Post
from bot.domain.safelinks import safe_url
from bot.web.render import Pages, figure, fill, initials
from tests.support.clock import NOON
from tests.support.site import alert

PAGES = Pages(lambda: NOON, "Heraut", "1", images=False)


class Reader(HTMLParser):
    """What a browser would see: elements, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def shown(message: Message, pages: Pages = PAGES) -> Reader:
    return Reader(pages.post(Post(7, "atlantic", Author.BOT, to_json(message), NOON), "en"))


def said(text: str) -> Reader:
    return Reader(PAGES.post(Post(7, "atlantic", Author.USER, text, NOON), "en"))


def full_card() -> AlertCard:
    return AlertCard(
        title="Rutte spreekt in Narvik",
        url="https://a.example/1",
        outlet="Kustbode",
        published=NOON - timedelta(hours=2),
        summary="Hij sprak een uur.",
        topics=("nato", "rutte"),
        language="nl",
        image="https://a.example/1.jpg",
        sources=(("Avondblad", "https://b.example"), ("The Harbour Post", "https://c.example")),
        was="Rutte komt naar Narvik",
    )


def test_an_article_behind_a_paywall_or_told_by_a_model_has_a_badge() -> None:
    card = replace(full_card(), paywalled=True, shortened=True)
    words = " ".join(shown(Message(card=card, language="nl")).text.split())
    assert "NL 🔒 alleen voor abonnees ingekort door AI" in words
    assert "🔒" not in shown(Message(card=full_card())).text


def test_an_alert_shows_everything_it_has() -> None:
    message = Message(card=full_card(), buttons=((Button("Dempen", "/mute 7"),),), language="nl")
    page = shown(message)
    words = " ".join(page.text.split())
    for part in ("Kustbode 2 uur geleden NL", "was Rutte komt naar Narvik → nu Rutte spreekt in Narvik"):
        assert part in words
    for part in ("Hij sprak een uur.", "nato", "rutte", "+2: Avondblad, The Harbour Post", "Dempen"):
        assert part in words
    assert page.all("article")[0]["lang"] == "nl"
    assert [time["datetime"] for time in page.all("time")][1] == "2026-03-02T10:00:00+00:00"


def test_every_link_leaves_without_a_referrer_or_an_opener() -> None:
    links = shown(Message(card=full_card())).all("a")
    assert [link["href"] for link in links] == [
        "https://a.example/1",
        "https://b.example",
        "https://c.example",
    ]
    assert {(link["rel"], link["target"]) for link in links} == {("noopener noreferrer", "_blank")}


def test_a_button_with_an_action_sends_it_and_one_with_a_url_is_a_link() -> None:
    page = shown(
        say("x", buttons=[[Button("Volg", "/subscribe nato")], [Button("Open", url="https://a.example")]])
    )
    assert [button["value"] for button in page.all("button")] == ["/subscribe nato"]
    assert [link["href"] for link in page.all("a")] == ["https://a.example"]
    assert page.all("form")[0]["action"] == "/c/atlantic/messages"


def test_topics_of_an_alert_have_the_names_that_readers_of_its_language_know() -> None:
    named = Pages(lambda: NOON, "Heraut", "1", False, lambda language: {"nato": f"NAVO ({language})"})
    page = shown(Message(card=full_card(), language="nl"), named)
    assert "NAVO (nl)" in page.text
    assert "rutte" in page.text


@pytest.mark.parametrize(("language", "shown_as"), [("nl", "0,80"), ("en", "0.80")])
def test_a_number_is_written_as_readers_of_the_language_write_it(language: str, shown_as: str) -> None:
    assert figure(0.8, 2, language) == shown_as


def test_styles_spaces_and_moments_of_a_line_are_kept() -> None:
    page = shown(
        say(
            ["Zie ", Text("hier ", bold=True), Text("x", italic=True), " sinds ", Moment(NOON)],
            "  tweede regel",
        )
    )
    assert "Zie hier x sinds just now" in page.text
    assert "  tweede regel" in page.text
    assert {"b", "i"} <= {tag for tag, _ in page.elements}


def test_a_command_in_a_text_can_be_pressed_to_fill_the_composer() -> None:
    page = shown(say([Text("/subscribe TOPIC", code=True), Text("x = 1", code=True)]))
    assert [button["data-fill"] for button in page.all("button")] == ["/subscribe "]
    assert len(page.all("code")) == 1


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("/help", "/help "),
        ("/", None),
        ("", None),
        ("/a-b", None),
        ("help", None),
        ("/ x", None),
        ("//x", None),
    ],
)
def test_only_a_command_fills_the_composer(text: str, filled: str | None) -> None:
    assert fill(text) == filled


NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "{{ 7 * 7 }}{% raw %}",
    "</li></ol><style>*{}</style>",
    "&lt;b&gt;&amp;",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\u202egnp.exe",
    "\ud800",
    "@everyone _*`[x](https://a.example)",
]
ALLOWED = {
    *("li", "img", "div", "p", "b", "i", "time", "article", "span", "abbr", "h2", "a", "del", "footer"),
    *("form", "button", "svg", "path", "code", "input"),
}


def check_harmless(page: Reader) -> None:
    assert {tag for tag, _ in page.elements} <= ALLOWED
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert urlsplit(attributes.get("href") or "https://x").scheme in ("http", "https")
        if tag in ("img", "form"):
            assert (attributes.get("src") or attributes.get("action") or "").startswith(("/static/", "/c/"))


def nasty_message(text: str) -> Message:
    card = AlertCard(text, text, text, NOON, text, (text,), text, text, ((text, text),), text)
    span = Text(text, bold=True, url=text)
    return Message(
        ((text, span, Text(text, code=True)),),
        card,
        ((Button(text, text), Button(text, url=text)),),
        language=text,
    )


@pytest.mark.parametrize("text", NASTY)
def test_nothing_in_a_message_acts_as_markup(text: str) -> None:
    check_harmless(shown(nasty_message(text)))
    check_harmless(said(text))
    readable = text.replace("\ud800", "?")
    assert readable in shown(say(text)).text
    assert readable in said(text).text


@given(st.text())
def test_no_text_at_all_acts_as_markup(text: str) -> None:
    check_harmless(shown(nasty_message(text)))
    check_harmless(said(text))


@pytest.mark.parametrize(
    "url",
    [
        *("", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\nscript:alert(1)", " https://a.example"),
        *(
            "//a.example",
            "/x",
            "https:",
            "https://",
            "https:///x",
            "tg://resolve?domain=x",
            "ftp://a.example",
        ),
        *(
            "https://a.example\\@b.example",
            "https://[::1",
            "file:///etc/passwd",
            "https://a.example/" + "x" * 2048,
        ),
    ],
)
def test_an_address_that_is_not_plainly_of_the_web_is_no_link(url: str) -> None:
    assert safe_url(url) is None
    assert shown(say([Text("tekst", url=url)])).all("a") == []


def test_a_picture_is_shown_only_when_asked_for_and_only_over_https() -> None:
    with_images = Pages(lambda: NOON, "Heraut", "1", images=True)
    pictures = [image["src"] for image in shown(Message(card=full_card()), with_images).all("img")]
    assert pictures == ["/static/heraut.svg", "https://a.example/1.jpg"]
    assert len(shown(Message(card=full_card())).all("img")) == 1


def test_a_stored_message_that_cannot_be_read_says_so() -> None:
    html = PAGES.post(Post(7, "atlantic", Author.BOT, '{"damaged', NOON), "nl")
    assert "Dit bericht kan niet worden getoond." in html


def test_an_edited_post_says_so() -> None:
    html = PAGES.post(
        Post(7, "atlantic", Author.BOT, to_json(Message(card=alert(), language="nl")), NOON, NOON), "en"
    )
    assert "bewerkt" in html


@pytest.mark.parametrize(
    ("outlet", "letters"),
    [
        *(("NOS", "NOS"), ("NU.nl", "NU"), ("de Volkskrant", "V"), ("The Harbour Post", "HP"), ("", "·")),
        *(("BBC News", "BBC"), ("De", "D"), ("«»", "·"), ("Het Parool", "P")),
    ],
)
def test_an_outlet_has_its_own_letters(outlet: str, letters: str) -> None:
    assert initials(outlet) == letters
