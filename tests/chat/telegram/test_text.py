import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.telegram.text import (
    Run,
    clean,
    cut,
    fit,
    html,
    quiet,
    units,
    unmentioned,
    web_link,
    within_entities,
)
from tests.emulators.telegram.markup import formatted, found, words
from tests.emulators.telegram.markup import units as real_units

HOSTILE = st.text(
    st.sampled_from("ab Z09@#/.:-_$＠＃<>&\"'`*~é😀👩\u200d🏽\u202e\u2066\n")
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)
TAPPED = {"mention", "hashtag", "cashtag", "bot_command", "url", "email"}


@given(st.text())
def test_units_are_utf16_code_units(text: str) -> None:
    assert units(text) == real_units(text)


@pytest.mark.parametrize(
    "text",
    [
        "@durov",
        "zegt @premier en (@minister)",
        "#kabinet #F35",
        "/unsubscribe nato",
        "/start@heraut_bot",
        "koers $TSLA",
        "op nos.nl en https://kwaad.example/x",
        "t.me/kwaad",
        "tg://resolve?domain=kwaad",
        "mail piet@voorbeeld.nl",
        "http://192.0.2.1/x",
        "192.0.2.1",
    ],
)
def test_words_of_a_feed_that_clients_would_link_stay_plain(text: str) -> None:
    assert found(text, []) != []
    assert found(quiet(text), []) == []


@given(HOSTILE)
@example("a@b.nl")
@example("@@durov")
@example("//start")
@example("#\U00013460")
@example("http://user:pass@host.example:80/p?q#f")
def test_nothing_in_the_text_of_a_feed_can_be_tapped(text: str) -> None:
    active = [entity["type"] for entity in found(quiet(clean(text)), [])]
    assert not TAPPED & set(active)


@pytest.mark.parametrize("text", ["De NAVO-top kost $100 en 3,5%.", "Wie/wat - om 12.30 uur", "a & b"])
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert quiet(text).replace("\u2060", "") == text
    assert unmentioned(text) == text


def test_our_own_text_keeps_its_commands_but_mentions_nobody() -> None:
    kinds = [
        entity["type"] for entity in found(unmentioned("/topics over @rutte, tg://resolve?domain=x"), [])
    ]
    assert kinds == ["bot_command"]


def test_direction_overrides_controls_and_lone_surrogates_are_removed() -> None:
    assert clean("a\u202egnp.exe\u202c b\u2066c\u2069 \x07d\ud800\n\te") == "agnp.exe bc d\ufffd e"
    assert clean("een\n twee\tdrie", lines=True) == "een\n twee drie"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "tg://user?id=42",
        "ftp://nos.example/x",
        "data:text/html,x",
        "//nos.example/x",
        "https://nos.example@kwaad.example/",
        "https://localhost/x",
        "https://",
        "https://[::1",
        'https://nos.example/"><b>',
        "https://nos.example/\u202egnp",
        "https://nos.example/een twee",
        "https://nos.example/" + "x" * 2100,
    ],
)
def test_only_web_addresses_are_linked(url: str) -> None:
    assert web_link(url) is None


@pytest.mark.parametrize(
    "url", ["https://nos.example/artikel?a=1&b=2#c", "HTTP://127.0.0.1:8080/x", "https://café.example/é"]
)
def test_web_addresses_that_telegram_takes_are_linked(url: str) -> None:
    assert web_link(url) == url
    _, entities = formatted(html([Run("x", url=url)]), "HTML")
    assert [entity["type"] for entity in entities] == ["text_link"]


@given(st.text(min_size=1), st.integers(1, 80))
def test_a_cut_text_is_within_its_limit_and_a_start_of_the_original(text: str, limit: int) -> None:
    result = cut(text, limit)
    assert units(result) <= limit
    assert result == text or text.startswith(result.removesuffix("…"))


def test_a_text_is_cut_behind_a_word() -> None:
    assert cut("Rutte spreekt met Trump over Oekraïne", 25) == "Rutte spreekt met Trump…"
    assert cut("Rutte spreekt met Trump", 23) == "Rutte spreekt met Trump"
    assert cut("Donaudampfschifffahrt", 10) == "Donaudamp…"


def test_a_cut_leaves_no_half_emoji() -> None:
    family = "👩\u200d👩\u200d👧"
    assert cut("abcdef" + family + "xyz", 13) in {"abcdef…", "abcdef👩…"}
    assert not cut("jan" + "👍🏽" * 9, 14).startswith("jan👍🏽👍🏽👍…")


def test_runs_are_cut_inside_the_run_that_does_not_fit() -> None:
    runs = fit([Run("een twee "), Run("drie vier vijf", bold=True), Run("zes")], 19)
    assert runs == [Run("een twee "), Run("drie vier…", bold=True)]


def test_links_outlive_looks_when_there_are_too_many_entities() -> None:
    runs = [Run(f"kop {number}", bold=True, url="https://nos.example/") for number in range(60)]
    kept = within_entities(runs, 100)
    assert sum(run.styles for run in kept) == 100
    assert all(run.url for run in kept)
    assert [run.bold for run in kept] == [True] * 40 + [False] * 20


def test_links_are_given_up_from_the_end_when_they_alone_are_too_many() -> None:
    runs = [Run(f"kop {number}", bold=True, url="https://nos.example/") for number in range(120)]
    kept = within_entities(runs, 100)
    assert [bool(run.url) for run in kept] == [True] * 100 + [False] * 20


LOOKS = st.builds(
    Run,
    HOSTILE,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "https://nos.example/?a&b"]),
)


@given(st.lists(LOOKS, max_size=8))
def test_any_runs_are_markup_that_telegram_reads_back_as_the_same_text(runs: list[Run]) -> None:
    runs = [Run("begin "), *runs, Run(" einde")]
    text, entities = formatted(html(runs), "HTML")
    assert text == "".join(run.text for run in runs)
    links = [words(text, entity) for entity in entities if entity["type"] == "text_link"]
    assert "".join(links) == "".join(run.text for run in runs if run.url and run.text.strip())
