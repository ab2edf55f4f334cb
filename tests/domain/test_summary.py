"""Summaries: which sentences say what happened, and that they are the article's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Match, MatchResult
from bot.domain.summary import LIMIT, followed_names, is_about, repeats, summarise, summary_of

LEAD = "De regering van Estland vraagt bondgenoten om hulp bij het bewaken van kabels."
SECOND = "Zeven kabels raakten dit jaar beschadigd in de Finse Golf."
THIRD = "De vissers van Paldiski klagen over de drukte op zee."
RUTTE = "NAVO-chef Mark Rutte zei woensdag in Tallinn dat er zes schepen komen."
TITLE = "Tallinn vreest sabotage"


def test_the_lead_and_the_next_sentence_are_told() -> None:
    assert summarise(TITLE, f"{LEAD} {SECOND} {THIRD} {RUTTE}") == f"{LEAD} {SECOND}"


def test_the_sentence_about_what_is_followed_is_told_even_if_it_stands_far_below() -> None:
    text = " ".join([LEAD, SECOND, *(f"Vissersboot {number} bleef thuis." for number in range(12)), RUTTE])
    assert summarise(TITLE, text, followed=["Rutte"]) == f"{LEAD} {RUTTE}"


def test_names_are_found_whatever_their_accents_and_endings() -> None:
    text = f"{LEAD} {SECOND} {THIRD} Volgens Zelenskyj's woordvoerder helpt ook Oekraïne mee."
    assert summarise(TITLE, text, followed=["zelenskyj"]).endswith("Oekraïne mee.")
    assert summarise(TITLE, text, followed=["OEKRAINE"]).endswith("Oekraïne mee.")


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Rutte belt Trump over Groenland", "Rutte belde Trump over Groenland."),
        ("Gemeente sluit zwembad De Wever", "De gemeente sluit het zwembad De Wever."),
        ("Trump signs order on drones", "Trump has signed an order on drones."),
        ("Trump signs order on drones", "President Trump signed order on drones."),
    ],
)
def test_the_headline_is_not_told_again(title: str, sentence: str) -> None:
    assert repeats(sentence, title)
    assert summarise(title, f"{sentence} {SECOND}") == SECOND


@pytest.mark.parametrize(
    "sentence",
    [
        "Rutte belde Trump maandag een uur lang over Groenland en Oekraïne.",
        "Dat meldt het Witte Huis maandag.",
    ],
)
def test_more_than_the_headline_is_told(sentence: str) -> None:
    assert not repeats(sentence, "Rutte belt Trump over Groenland")


def test_what_follows_the_headline_may_lean_on_it() -> None:
    text = "De gemeente sluit het zwembad De Wever. Het is niet veilig, aldus wethouder Karin Dekker."
    assert summarise("Gemeente sluit zwembad De Wever", text).startswith("Het is niet veilig")


def test_nothing_that_leans_on_a_sentence_left_out_is_told() -> None:
    long = "De besprekingen " + "over de kabels en de leidingen " * 10 + "zijn mislukt."
    text = f"{long} Hij zei dat het hem speet. {THIRD} Dat is zo. {SECOND}"
    assert summarise(TITLE, text) == f"{THIRD} {SECOND}"


def test_a_sentence_is_told_from_behind_its_dateline_and_offsets_say_so() -> None:
    text = f"TALLINN (ANP) - {LEAD}"
    (sentence,) = summary_of(TITLE, text).sentences
    assert (sentence.text, sentence.start) == (LEAD, text.index(LEAD))


def test_a_headline_that_ran_into_the_text_is_left_out() -> None:
    assert summarise(TITLE, f"{TITLE} TALLINN (ANP) - {LEAD}") == LEAD


def test_a_caption_is_not_the_article() -> None:
    text = f"De haven van Paldiski bij avond. Foto: Liis Kask / Zeebeeld\n{LEAD}"
    assert summarise(TITLE, text) == LEAD


def test_who_wrote_a_text_makes_it_no_caption() -> None:
    told = "De sluis bij Terneuzen gaat zondag weer open voor de scheepvaart."
    assert summarise("Sluis weer open", f"{told} Bron: Dijkpers") == told


def test_a_sentence_that_does_not_fit_is_left_out_and_not_cut() -> None:
    long = f"De kabels {'die overal liggen, ' * 20} zijn kapot."
    assert summarise(TITLE, f"{long} {SECOND}") == SECOND
    assert summarise(TITLE, long) == ""
    assert summarise(TITLE, f"{LEAD} {SECOND}", limit=len(LEAD)) == LEAD


def test_a_text_that_was_cut_off_is_told_up_to_its_last_whole_sentence() -> None:
    for end in ("…", "...", "[...]", " [&hellip;]".replace("&hellip;", "…")):
        assert summarise(TITLE, f"{LEAD} Volgens de minister is de schade aan de kabels zo{end}") == LEAD


def test_a_teaser_without_its_full_stop_is_told() -> None:
    assert summarise(TITLE, LEAD.rstrip(".")) == LEAD.rstrip(".")
    assert summarise(TITLE, "De regering van Estland vraagt bondgenoten om hulp bij het") == ""


def test_a_question_or_a_tease_is_told_only_where_nothing_else_stands() -> None:
    text = f"Wie maakt al die kabels in de Finse Golf kapot? Dit is waarom Tallinn bang is. {THIRD}"
    assert summarise(TITLE, text) == THIRD
    assert summarise(TITLE, "Dit is waarom Tallinn bang is.") == ""


def test_line_breaks_inside_a_sentence_are_spaces_in_the_summary() -> None:
    text = "De regering van Estland vraagt bondgenoten\nom hulp bij het bewaken van kabels."
    assert summarise(TITLE, text) == LEAD
    assert summary_of(TITLE, text).sentences[0].text == text


def test_another_text_than_that_of_the_headline_is_noticed() -> None:
    assert is_about("Estland vraagt hulp om kabels", f"{LEAD} {SECOND}")
    assert not is_about("Estland vraagt hulp om kabels", "Wij en onze partners verwerken uw gegevens.")
    assert is_about("", "Wat dan ook.")


def test_the_names_of_followed_entities_are_those_in_the_text() -> None:
    matches = (
        Match("rutte", "Ruttes", "text", 0, 6, "name"),
        Match("nato", "NAVO", "title", 0, 4, "name"),
        Match("rutte", "NAVO-chef", "text", 9, 18, "title"),
    )
    result = MatchResult("nl", matches, {"rutte": 0.5, "nato": 0.2}, ())
    assert followed_names(result) == {"Ruttes", "NAVO", "NAVO-chef"}
    assert followed_names(result, {"rutte"}) == {"Ruttes", "NAVO-chef"}


WORDS = 'Lees ook:|mr.|U.S.|3,5|…|.|!|?|"|“|‘|’|,,|\n|\n\n|\t|J.|1.|-|\u200b|é|İ|😀|http://a.example/b|\x00|Foto:|(ANP)'
PIECES = st.sampled_from([LEAD, SECOND, RUTTE, TITLE, *WORDS.split("|")])
TEXTS = st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join))


@given(TEXTS, TEXTS, st.lists(st.text(max_size=9), max_size=3), st.integers(1, 400))
def test_every_sentence_stands_in_the_text(title: str, text: str, followed: list[str], limit: int) -> None:
    summary = summary_of(title, text, limit, followed)
    assert len(summary.text) <= limit
    assert len(summary.sentences) <= 2
    end = 0
    for sentence in summary.sentences:
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= end
        end = sentence.end
    assert summary.text == " ".join(" ".join(one.text.split()) for one in summary.sentences)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 1_000_000,
        "woord " * 170_000,
        "Een zin. " * 120_000,
        "- [Link](http://a.example/1)\n" * 30_000,
        "http://a.example/1 " * 50_000,
        "\x00\ud800\u202e" * 300_000,
        "“" * 1_000_000,
        f"{LEAD} " * 12_000,
    ],
    ids=range(9),
)
def test_a_megabyte_of_garbage_gives_a_short_summary_or_none(text: str) -> None:
    assert len(summarise(TITLE, text, followed=["Rutte"] * 50)) <= LIMIT
