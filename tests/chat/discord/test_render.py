from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.discord.escape import length
from bot.chat.discord.render import EPHEMERAL, SUPPRESS_NOTIFICATIONS, answer, edit, render
from bot.domain.messages import AlertCard, Button, Message, Moment, Span, Text, say
from tests.emulators.discord import ApiError, Posted
from tests.emulators.discord.checks import check_message
from tests.support.discordbot import AT, CARD

EMPTY = 50006
NASTY = [
    "<b>&_*`x`*_</b>",
    "A" * 5000,
    "😀" * 3000,
    "‮veilig‬ שלום",
    "@everyone @here <@&1>",
    "tg://resolve?x",
    "[klik](https://evil.example)",
    "# kop",
    "\ud800",
    "",
    " ",
    "`" * 50,
    "\\" * 500,
]
WORDS = st.one_of(st.sampled_from(NASTY), st.text(max_size=400))
URLS = st.one_of(
    st.sampled_from(["https://nos.example/a(b)", "javascript:x", "http://[", ""]), st.text(max_size=60)
)
CARDS = st.builds(
    AlertCard,
    title=WORDS,
    url=URLS,
    outlet=WORDS,
    published=st.just(AT),
    summary=WORDS,
    topics=st.lists(WORDS, max_size=15).map(tuple),
    language=st.sampled_from(["nl", "en", "", "x" * 99]),
    image=st.none() | URLS,
    sources=st.lists(st.tuples(WORDS, URLS), max_size=30).map(tuple),
    was=st.none() | WORDS,
    paywalled=st.booleans(),
    shortened=st.booleans(),
)
SPANS = st.one_of(
    WORDS,
    st.builds(
        Text, WORDS, bold=st.booleans(), italic=st.booleans(), code=st.booleans(), url=st.none() | URLS
    ),
    st.just(Moment(AT)),
)
BUTTONS = st.lists(st.lists(st.builds(Button, WORDS, action=WORDS, url=URLS), max_size=8), max_size=8)
MESSAGES = st.builds(
    Message,
    lines=st.lists(st.lists(SPANS, max_size=5), max_size=30),
    card=st.none() | CARDS,
    buttons=BUTTONS,
    private=st.booleans(),
    silent=st.booleans(),
)


def test_an_alert_has_its_headline_as_a_link() -> None:
    assert ("Rutte opent NAVO-top in Den Haag", "https://nos.example/artikel/123") in shown(CARD).links


def test_an_article_behind_a_paywall_or_told_by_a_model_has_a_badge() -> None:
    card = replace(CARD, paywalled=True, shortened=True)
    (embed,) = render(Message(card=card, language="nl")).payload["embeds"]
    assert "NL · 🔒 alleen voor abonnees · ingekort door AI" in embed["description"]
    (bare,) = render(Message(card=CARD)).payload["embeds"]
    assert "🔒" not in bare["description"]


def test_an_alert_shows_outlet_summary_age_topics_and_language() -> None:
    text = shown(CARD).text
    assert text.splitlines() == [
        "NOS",
        "Rutte opent NAVO-top in Den Haag",
        "De leiders spreken twee dagen over hogere uitgaven voor defensie.",
        f"<t:{int(AT.timestamp())}:R> · nato · rutte · NL",
    ]


def test_further_reports_stand_under_an_alert_as_links() -> None:
    posted = shown(card(sources=(("NU.nl", "https://nu.example/1"), ("BBC", "https://bbc.example/2"))))
    assert posted.text.endswith("+2: NU.nl, BBC")
    assert posted.links[-2:] == [("NU.nl", "https://nu.example/1"), ("BBC", "https://bbc.example/2")]


def test_many_further_reports_are_counted_in_full_and_named_as_far_as_they_fit() -> None:
    sources = tuple((f"Krant {n}", f"https://krant{n}.example/" + "x" * 200) for n in range(40))
    text = shown(card(sources=sources)).text
    assert "+40: Krant 0, Krant 1" in text
    assert text.endswith(", …")


def test_a_source_whose_name_has_brackets_stays_a_link() -> None:
    posted = shown(card(sources=(("Krant [lokaal]", "https://krant.example/1"),)))
    assert posted.links[-1] == ("Krant (lokaal)", "https://krant.example/1")


def test_a_corrected_headline_shows_what_it_was() -> None:
    text = shown(card(was="Rutte opent top in Brussel")).text
    assert "Rutte opent top in Brussel → Rutte opent NAVO-top in Den Haag" in text


def test_an_outlet_keeps_its_colour() -> None:
    colours = [render(Message(card=card(title=title))).payload["embeds"][0]["color"] for title in "abc"]
    assert len(set(colours)) == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://resolve?domain=x", "x" * 3000])
def test_an_alert_with_an_unsafe_link_or_picture_goes_out_without_it(url: str) -> None:
    (embed,) = render(Message(card=card(url=url, image=url))).payload["embeds"]
    assert "url" not in embed
    assert "thumbnail" not in embed


@pytest.mark.parametrize("field", ["title", "summary", "outlet", "was", "language"])
@pytest.mark.parametrize("text", NASTY)
def test_nothing_in_a_card_acts(field: str, text: str) -> None:
    acted = {kind for part in shown(card(**{field: text})).reading for kind, _ in part.active}
    assert acted <= {"time", "strike", "bold"}


def test_lines_become_content_with_their_styles() -> None:
    message = say(["Dit kanaal volgt ", Text(" NAVO ", bold=True), "."], [Text("/topics", code=True)])
    assert render(message).payload["content"] == "Dit kanaal volgt  **NAVO** .\n`/topics`"


def test_a_link_in_a_line_is_a_masked_link_and_an_unsafe_one_is_plain_words() -> None:
    safe, unsafe = Text("NOS", url="https://nos.example/1"), Text("kwaad", url="javascript:x")
    assert lines([safe, " ", unsafe]).links == [("NOS", "https://nos.example/1")]
    assert lines([safe, " ", unsafe]).text == "NOS kwaad"


def test_a_moment_is_told_in_the_readers_own_words_and_zone() -> None:
    assert render(say([Moment(AT)])).payload["content"] == f"<t:{int(AT.timestamp())}:R>"


def test_lines_too_long_for_content_become_an_embed_of_whole_lines() -> None:
    rows: list[list[Span]] = [[f"regel {n} " + "x" * 60] for n in range(100)]
    posted = lines(*rows)
    assert posted.payload["content"] == ""
    assert posted.text.startswith("regel 0 ")
    assert posted.text.endswith("x\n…")


def test_one_endless_line_is_cut() -> None:
    posted = lines(["woord " * 2000])
    assert posted.text.endswith("…")
    assert length(posted.text) <= 4096


def test_buttons_hold_their_action_or_link() -> None:
    message = say(
        "Kies", buttons=[[Button("Volg", "/subscribe nato"), Button("Lees", url="https://nos.example")]]
    )
    assert Posted("1", "1", render(message).payload).buttons == {
        "Volg": "/subscribe nato",
        "Lees": "https://nos.example",
    }


def test_buttons_that_discord_cannot_hold_are_left_out_and_told() -> None:
    long, twice = Button("Lang", "/subscribe " + "x" * 100), Button("Volg", "/subscribe nato")
    rendered = render(say("Kies", buttons=[[long, twice, twice, Button("Leeg"), Button("", "/x")]]))
    assert rendered.dropped == ("Lang", "Volg", "Leeg", "")
    assert len(rendered.payload["components"][0]["components"]) == 1


def test_a_long_row_is_broken_and_more_than_25_buttons_are_told() -> None:
    rendered = render(say("Kies", buttons=[[Button(f"b{n}", f"/a {n}") for n in range(27)]]))
    assert [len(row["components"]) for row in rendered.payload["components"]] == [5] * 5
    assert rendered.dropped == ("b25", "b26")


def test_mentions_are_never_allowed() -> None:
    payload = render(say("@everyone <@1> <@&2>")).payload
    assert payload["allowed_mentions"] == {"parse": []}
    assert Posted("1", "1", payload).pings == []


def test_a_silent_message_makes_no_sound_and_a_private_answer_is_ephemeral() -> None:
    payload = render(Message(lines=[["stil"]], silent=True)).payload
    assert payload["flags"] & SUPPRESS_NOTIFICATIONS
    assert answer(payload, private=True)["flags"] & EPHEMERAL
    assert not answer(payload, private=False)["flags"] & EPHEMERAL
    assert not edit(payload)["flags"] & SUPPRESS_NOTIFICATIONS


def test_links_in_lines_unfold_into_nothing() -> None:
    assert render(say("tekst")).payload["flags"] == 1 << 2
    assert render(Message(card=CARD)).payload["flags"] == 0


def test_an_edit_from_lines_to_a_card_leaves_none_of_the_lines() -> None:
    payload = edit(render(Message(card=CARD)).payload)
    assert payload["content"] == ""
    assert payload["components"] == []


@given(MESSAGES)
def test_discord_accepts_every_message_that_says_anything(message: Message) -> None:
    payload = render(message).payload
    for use, body in (
        ("create", payload),
        ("edit", edit(payload)),
        ("answer", answer(payload, message.private)),
    ):
        refused = refusal(body, use)
        assert refused is None or (refused["code"] == EMPTY and message.card is None), refused


@given(MESSAGES)
def test_nothing_pings_whatever_a_message_holds(message: Message) -> None:
    assert Posted("1", "1", render(message).payload).pings == []


def refusal(body: dict[str, Any], use: str) -> dict[str, Any] | None:
    try:
        check_message(body, use)
    except ApiError as error:
        return error.body
    return None


def card(**changes: Any) -> AlertCard:
    fields = {name: getattr(CARD, name) for name in CARD.__dataclass_fields__}
    return AlertCard(**(fields | changes))


def shown(alert: AlertCard) -> Posted:
    payload = render(Message(card=alert)).payload
    check_message(payload, "create")
    return Posted("1", "1", payload)


def lines(*spans: list[Span]) -> Posted:
    payload = render(say(*spans)).payload
    check_message(payload, "create")
    return Posted("1", "1", payload)
