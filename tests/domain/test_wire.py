from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.wire import Voice, agency_of, breaking, independent, most_within, prints_of, same_text

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
COPY = (
    "Rutte heeft dinsdag in Brussel gezegd dat de bondgenoten sneller munitie moeten bestellen. "
    "Volgens de secretaris-generaal liggen de fabrieken er klaar voor, maar blijven de contracten uit. "
    "De ministers van Defensie praten er donderdag over in Vilnius."
)
OWN = (
    "Achter de oproep van Rutte gaat een ruzie over geld schuil die al weken duurt. Drie landen willen eerst "
    "weten wie de opslag betaalt, zeggen diplomaten tegen deze krant. In de wandelgangen heet het plan dood."
)


def voice(owner: str, minutes: float = 0, agency: str = "", text: str = "") -> Voice:
    return Voice(owner, NOON + timedelta(minutes=minutes), agency, prints_of(text))


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("AMSTERDAM (ANP) - De minister stapt op.", "anp"),
        ("WASHINGTON (AP) — The president signed it.", "ap"),
        ("BRUSSELS, March 3 (Reuters) - NATO said so.", "reuters"),
        ("PARIJS (AFP) - Macron zei het.", "afp"),
        ("dpa - Die Regierung sagt es.", "dpa"),
        ("Het leger bevestigt het bericht. (Belga)", "belga"),
        ("Het leger bevestigt het bericht. © ANP", "anp"),
        ("Het leger bevestigt het bericht. Bron: ANP", "anp"),
        ("The army confirmed it. Copyright 2026 The Associated Press", "ap"),
        ("The army confirmed it. (Reporting by Jane Roe in Vilnius; Editing by John Doe)", "reuters"),
    ],
)
def test_a_credit_in_the_text_names_the_agency(text: str, agency: str) -> None:
    assert agency_of(text) == agency


@pytest.mark.parametrize(
    ("author", "agency"),
    [
        ("ANP", "anp"),
        ("Door: ANP", "anp"),
        ("By REUTERS", "reuters"),
        ("The Associated Press", "ap"),
        ("Agence France-Presse", "afp"),
        ("Reuters/AP", "reuters"),
        ("ANP en Belga", "anp"),
    ],
)
def test_a_byline_names_the_agency(author: str, agency: str) -> None:
    assert agency_of(COPY, [author]) == agency


@pytest.mark.parametrize(
    "text",
    [
        "Dat meldt persbureau Reuters.",
        "The minister told Reuters that he would stay.",
        "AP Moller sails on, writes AFP in a report that we could not confirm today.",
        "Sources told the Associated Press and others.",
        "",
    ],
)
def test_citing_an_agency_makes_no_copy(text: str) -> None:
    assert agency_of(text) == ""


@pytest.mark.parametrize(
    "author", ["Onze redactie en ANP", "Jan Anp", "ANP Producties", "Reuters Institute", ""]
)
def test_a_byline_of_ones_own_makes_no_copy(author: str) -> None:
    assert agency_of(COPY, [author]) == ""


def test_a_shortened_text_is_the_same_text() -> None:
    assert same_text(prints_of(COPY), prints_of(COPY[:150]))


def test_two_reports_of_one_event_are_two_texts() -> None:
    assert not same_text(prints_of(COPY), prints_of(OWN))


def test_very_short_texts_prove_nothing() -> None:
    assert not same_text(prints_of("Rutte wil meer munitie."), prints_of("Rutte wil meer munitie."))


def test_outlets_of_one_owner_are_one_source() -> None:
    assert independent([voice("dpg"), voice("dpg"), voice("npo")]) == 2


def test_one_agencys_copy_is_one_source_however_many_print_it() -> None:
    assert independent([voice("dpg", agency="anp"), voice("mediahuis", agency="anp"), voice("npo")]) == 2


def test_the_same_text_without_a_credit_is_one_source() -> None:
    assert independent([voice("dpg", text=COPY), voice("mediahuis", text=COPY[:170])]) == 1


def test_one_credit_names_the_copy_for_all_that_print_it() -> None:
    told = [voice("dpg", text=COPY), voice("mediahuis", agency="anp", text=COPY), voice("rtl", agency="anp")]
    assert independent(told) == 1


def test_an_own_report_counts_beside_the_copy_that_others_print() -> None:
    told = [voice("dpg", agency="anp"), voice("mediahuis", agency="anp"), voice("mediahuis", text=OWN)]
    assert independent(told) == 2


def test_five_articles_of_three_owners_with_one_shared_copy_are_three_sources() -> None:
    told = [
        voice("dpg", text=COPY, agency="anp"),
        voice("mediahuis", text=COPY, agency="anp"),
        voice("mediahuis", text=OWN),
        voice("bbc"),
        voice("bbc"),
    ]
    assert independent(told) == 3


def test_an_agency_adds_no_source_to_the_owners_that_print_it() -> None:
    told = [voice("dpg", agency="anp"), voice("dpg", text=OWN)]
    assert independent(told) == 1


def test_the_agencys_own_report_and_its_copies_are_one_source() -> None:
    assert independent([voice("reuters"), voice("guardian", agency="reuters")]) == 1


def test_three_sources_within_the_hour_are_breaking() -> None:
    told = [voice("dpg"), voice("npo", 20), voice("bbc", 55)]
    assert breaking(told, sources=3, minutes=60)


def test_three_sources_over_a_day_are_not_breaking() -> None:
    told = [voice("dpg"), voice("npo", 300), voice("bbc", 900)]
    assert not breaking(told, sources=3, minutes=60)
    assert most_within(told, timedelta(minutes=60)) == 1


def test_three_prints_of_one_copy_are_not_breaking() -> None:
    told = [voice("dpg", agency="ap"), voice("npo", 5, agency="ap"), voice("bbc", 9, agency="ap")]
    assert not breaking(told, sources=2, minutes=60)


def test_a_late_burst_is_breaking_although_the_first_report_is_old() -> None:
    told = [voice("dpg"), voice("npo", 600), voice("bbc", 610), voice("rtl", 640)]
    assert breaking(told, sources=3, minutes=60)


def test_nothing_told_is_no_source() -> None:
    assert independent([]) == 0
    assert most_within([]) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"), st.sampled_from(["", "anp", "ap"]), st.sampled_from(["", COPY, OWN])
        ),
        max_size=8,
    )
)
def test_sources_are_never_more_than_owners_and_never_none(rows: list[tuple[str, str, str]]) -> None:
    told = [voice(owner, number, agency, text) for number, (owner, agency, text) in enumerate(rows)]
    count = independent(told)
    assert min(1, len(told)) <= count <= len({each.owner for each in told})
    assert most_within(told) <= count


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=3))
def test_any_text_and_byline_can_be_read(text: str, authors: list[str]) -> None:
    assert agency_of(text, authors) in {"", "anp", "reuters", "ap", "afp", "belga", "dpa"}
    assert same_text(prints_of(text), prints_of(text)) == (len(prints_of(text)) >= 8)
