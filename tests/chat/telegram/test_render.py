from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.telegram.render import Rendered, hashtag, plain, render
from bot.domain.messages import AlertCard, Button, Message, Moment, Text, say
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.markup import checked_keyboard, formatted, units, words
from tests.support.clock import NOON

CARD = AlertCard(
    title="Rutte: 'NAVO-top in Den Haag was geslaagd'",
    url="https://nieuws.example/artikel/123?ref=rss&x=1",
    outlet="De Morgenster",
    published=NOON - timedelta(hours=3),
    summary="De secretaris-generaal kijkt tevreden terug.",
    topics=("nato", "mark-rutte"),
    language="nl",
    sources=(("NOS", "https://nos.example/a"), ("BBC", "https://bbc.example/b")),
)
ACTIVE = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "text_mention"}


def seen(message: Message) -> tuple[str, list[dict[str, Any]]]:
    """The final text and entities that Telegram makes of a message."""
    return formatted(render(message, NOON).html, "HTML")


def marked(message: Message, kind: str) -> list[str]:
    text, entities = seen(message)
    return [words(text, entity) for entity in entities if entity["type"] == kind]


def rows(rendered: Rendered) -> list[list[dict[str, Any]]]:
    return checked_keyboard(rendered.keyboard.to_dict() if rendered.keyboard else None)


def test_an_alert_is_laid_out_for_a_glance() -> None:
    text, entities = seen(Message(card=CARD, language="nl"))
    assert text == (
        "Rutte: 'NAVO-top in Den Haag was geslaagd'\n"
        "De Morgenster · 3 uur geleden · NL\n"
        "\n"
        "De secretaris-generaal kijkt tevreden terug.\n"
        "\n"
        "+2: NOS, BBC\n"
        "\n"
        "#nato #mark_rutte"
    )
    links = [(words(text, entity), entity["url"]) for entity in entities if entity["type"] == "text_link"]
    assert links == [(CARD.title, CARD.url), *CARD.sources]
    assert [words(text, entity) for entity in entities if entity["type"] == "bold"] == [CARD.title]


def test_an_article_behind_a_paywall_or_told_by_a_model_has_a_badge() -> None:
    card = replace(CARD, paywalled=True, shortened=True)
    line = "De Morgenster · 3 uur geleden · NL · 🔒 alleen voor abonnees · ingekort door AI"
    assert line in seen(Message(card=card, language="nl"))[0].splitlines()
    assert "🔒 subscribers only" in plain(Message(card=card, language="fr"), NOON)


def test_topics_are_tags_that_telegram_links() -> None:
    assert marked(Message(card=CARD), "hashtag") == ["#nato", "#mark_rutte"]
    assert [hashtag("f-16's"), hashtag("2024"), hashtag("oekraïne"), hashtag("--")] == [
        "#f_16_s",
        "",
        "#oekraïne",
        "",
    ]


def test_the_age_is_worded_in_the_language_of_the_chat_and_kept_right_by_the_client() -> None:
    assert marked(Message(card=CARD, language="en"), "date_time") == ["3 hours ago"]
    assert marked(Message(card=CARD, language="xx"), "date_time") == ["3 hours ago"]
    _, entities = seen(Message(lines=((Moment(NOON - timedelta(days=2)),),), language="nl"))
    assert entities == [
        {"type": "date_time", "offset": 0, "length": 15, "unix_time": int(NOON.timestamp()) - 2 * 86400}
    ]


def test_what_was_published_just_now_or_in_the_future_is_a_minute_old() -> None:
    for published in (NOON, NOON + timedelta(hours=1)):
        assert marked(Message(card=replace(CARD, published=published)), "date_time") == ["1 minute ago"]


def test_a_corrected_headline_shows_what_it_was() -> None:
    text, _ = seen(Message(card=replace(CARD, was="NAVO-top in Den Haag mislukt")))
    assert text.startswith("“NAVO-top in Den Haag mislukt” →\nRutte: 'NAVO-top")


def test_only_the_picture_of_an_article_is_previewed() -> None:
    with_picture = replace(CARD, image="https://beeld.example/1.jpg")
    assert render(Message(card=with_picture), NOON).preview.url == "https://beeld.example/1.jpg"
    for bare in (CARD, replace(CARD, image="javascript:x")):
        assert render(Message(card=bare), NOON).preview.is_disabled
    assert render(say("https://nos.example/"), NOON).preview.is_disabled


@pytest.mark.parametrize(
    "hostile",
    [
        "<b>vet</b> & <script>alert(1)</script>",
        "a < b > c && d",
        "_onder_ *ster* `code` [link](https://kwaad.example)",
        "&lt;b&gt; &nbsp; &#x3c;",
        "@everyone @here @durov",
        "/unsubscribe nato #trump $TSLA",
        "tg://resolve?domain=kwaad t.me/kwaad",
        "\u202eognam\u202c \u2067rtl\u2069",
        "حلف الناتو يجتمع في لاهاي",
        "😀👩\u200d👩\u200d👧" * 40,
        "NAVO " * 1000,
        "x" * 5000,
        "\ud800 half",
        "",
    ],
)
def test_nothing_in_a_feed_acts_or_breaks_an_alert(hostile: str) -> None:
    card = AlertCard(
        title=hostile,
        url="https://nieuws.example/",
        outlet=hostile,
        published=NOON,
        summary=hostile,
        topics=(),
        language="en",
        sources=((hostile, "https://nos.example/"),) * 30,
        was=hostile,
    )
    text, entities = seen(Message(card=card))
    assert not ACTIVE & {entity["type"] for entity in entities}
    assert units(text) <= 4096
    if hostile.isascii() and len(hostile) in range(1, 100):
        assert hostile in text.replace("\u2060", "")


@given(
    st.text(max_size=300),
    st.text(max_size=300),
    st.lists(st.tuples(st.text(max_size=20), st.just("https://a.example/"))),
)
def test_any_feed_text_makes_an_alert_that_telegram_takes(
    title: str, summary: str, sources: list[tuple[str, str]]
) -> None:
    card = replace(CARD, title=title, summary=summary, outlet=title, sources=tuple(sources))
    text, entities = seen(Message(card=card))
    assert {entity["type"] for entity in entities} & ACTIVE <= {"hashtag"}
    assert units(text) <= 4096


def test_an_alert_whose_address_is_unsafe_has_no_link() -> None:
    message = Message(card=replace(CARD, url="javascript:alert(1)", sources=(("NOS", "tg://x"),)))
    assert marked(message, "text_link") == []
    assert marked(message, "bold") == [CARD.title]


def test_spans_keep_their_looks() -> None:
    message = say(
        [Text("vet", bold=True), " ", Text("schuin", italic=True), " ", Text("@rutte", code=True)], "/topics"
    )
    text, _ = seen(message)
    assert text == "vet schuin @rutte\n/topics"
    assert (marked(message, "bold"), marked(message, "italic")) == (["vet"], ["schuin"])
    assert (marked(message, "code"), marked(message, "bot_command")) == (["@rutte"], ["/topics"])


def test_a_long_message_is_cut_at_a_word_and_stays_markup() -> None:
    lines = [[Text(f"Regel {n} & meer", bold=True, url="https://a.example/")] for n in range(400)]
    text, entities = seen(say(*lines))
    assert units(text) <= 4096
    assert text.endswith("…")
    assert len(entities) == 100


def test_a_message_without_words_still_is_one() -> None:
    assert seen(say(""))[0] == "…"
    assert seen(say(" ", "\u202e"))[0] == "…"


def test_the_plain_text_of_a_message_has_its_words_only() -> None:
    assert (
        plain(say([Text("U volgt ", bold=True), Text("NAVO", url="https://a.example/")]), NOON)
        == "U volgt NAVO"
    )
    assert plain(Message(card=CARD, language="nl"), NOON).startswith("Rutte: 'NAVO-top")


def test_buttons_stand_in_rows_of_at_most_eight_and_a_hundred_in_all() -> None:
    many = [Button(str(n), f"/latest {n}") for n in range(120)]
    rendered = render(say("Kies", buttons=[many]), NOON)
    kept = rows(rendered)
    assert [len(row) for row in kept] == [8] * 12 + [4]
    assert rendered.dropped == tuple(str(n) for n in range(100, 120))


def test_a_button_with_too_long_an_action_is_left_out_and_named() -> None:
    fits, long = Button("past", "/x " + "é" * 30), Button("te lang", "/x " + "é" * 31)
    rendered = render(say("Kies", buttons=[[fits, long]]), NOON)
    assert [[button["text"] for button in row] for row in rows(rendered)] == [["past"]]
    assert rendered.dropped == ("te lang",)


@pytest.mark.parametrize(
    "button",
    [Button("", "/x"), Button("x"), Button("x", url="https://localhost/"), Button("x", url="tg://user?id=1")],
)
def test_a_button_that_telegram_would_refuse_is_left_out(button: Button) -> None:
    assert rows(render(say("Kies", buttons=[[button]]), NOON)) == []


def test_buttons_under_an_alert_say_that_it_must_stay() -> None:
    buttons = ((Button("Demp", "/mute 12"), Button("Open", url="https://a.example/")),)
    ((mute, link),) = rows(render(Message(card=CARD, buttons=buttons), NOON))
    assert mute["callback_data"] == "./mute 12"
    assert link["url"] == "https://a.example/"


def test_the_judge_of_these_tests_refuses_bad_markup() -> None:
    for bad in ("a < b", "<br>", "<b>"):
        with pytest.raises(ApiError, match="can't parse entities"):
            formatted(bad, "HTML")
