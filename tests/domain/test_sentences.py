"""Sentences: what ends one, what does not, and that they are slices of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sentences import sentences


def split(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dhr. Van Buuren sprak met mevr. De Wit, prof. dr. Alting en mr. Kooistra.",
        "De werkloosheid daalde met 3,5 procent, tot ca. 1.250.000 mensen, d.w.z. bijna de helft.",
        "Om 10.30 uur en 23:59 uur, op 3.4.2025, klonk het alarm bij het gemaal.",
        "J.D. Vance en W.F. Hermans stonden o.a. op de lijst van Harry S. Truman.",
        "The U.S. Senate heard Gen. Sarah T. Whitlock at 9 a.m. Monday.",
        "Sen. Ortiz (R-Fla.) and Rep. Lindqvist, D-Minn., met Dr. Adeyemi vs. the board.",
        "It is on page p. 12 and in No. 5 of vol. 3.",
        "Am 3. Oktober wird gefeiert.",
        "Ze kwamen uit St. Anthonis, i.p.v. uit Den Helder.",
        "Kijk op www.dijkbode.example/a.b?c=d. of op https://x.example/pad.html voor meer.",
        "De kosten... die vallen mee.",
        "1. Het kabinet wil meer dijken.",
        "Yahoo! Finance kocht een krant.",
    ],
)
def test_a_stop_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("De brug is open. Het verkeer rijdt weer.", 2),
        ("Het is plan B. De minister zweeg.", 2),
        ("De politie zoekt Karim B. Hij is voortvluchtig.", 2),
        ("De verdachte, Bert T. De rechter gaf hem een jaar.", 2),
        ("Rutte vliegt naar de VS. Trump wacht hem op.", 2),
        ("The match ended 2-1 vs. Trump's old team.", 1),
        ("Zij ontving J. De Vries en P. Van Dam aan boord van Hr.Ms. Tromp.", 1),
        ("They left the U.S. The talks go on.", 2),
        ("Hij kwam om 9 p.m. Daarna ging hij.", 2),
        ("Het waren er 12. Er kwamen er 14 bij.", 2),
        ("Kom! Nu? Ja… Dan gaan we.", 4),
        ("'s Ochtends regent het. 's Avonds niet.", 2),
        ("Apple zweeg. iPhone-gebruikers klaagden.", 2),
        ("De dijk hield stand.De burgemeester was blij.", 2),
        ("Zij steunt de NAVO.De dijk kostte 12.De rest (veel).Het was „goed”.Zo niet.", 5),
        ("Zij zag no. Daarna 8 andere.", 2),
        ("1. De dijk hield. 2. De brug niet.", 2),
        ("De wind draaide naar W. Bij Urk sloeg een schip om.", 2),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str, count: int) -> None:
    assert len(split(text)) == count


@pytest.mark.parametrize(
    "sentence",
    [
        '"Het gaat niet. Het kan niet", zei de dijkgraaf.',
        "„Ik hou van water.” lachte de schipper.",
        ",,Wij wachten af. Dat is alles,’’ zei Van Loo.",
        "‘Blijf kalm. Trump’s brief komt nog’, zei de woordvoerder.",
        "'Nee. Never. Nooit', riep hij.",
        '"Where is it?" the mayor asked.',
        "She said: “We are ‘done.’ It is over.”",
        "Hij kwam (om ca. 5 uur. Te laat dus.) en ging weer.",
    ],
)
def test_a_quotation_is_not_broken(sentence: str) -> None:
    assert split(f"{sentence} Toen werd het stil.") == [sentence, "Toen werd het stil."]


def test_an_apostrophe_opens_no_quotation() -> None:
    assert len(split("De auto's van '98 stonden stil. Foto's toonden dat. De buren' hond blafte.")) == 3


def test_a_quotation_that_never_closes_swallows_nothing() -> None:
    assert len(split('"Het is voorbij. De vloed kwam. Het water zakte.')) == 3


def test_a_heading_without_a_stop_is_a_sentence_of_its_own() -> None:
    text = "Dijk houdt stand\nDe dijk bij Wessem hield stand.\n\nReacties\nDe burgemeester was blij."
    assert split(text) == [
        "Dijk houdt stand",
        "De dijk bij Wessem hield stand.",
        "Reacties",
        "De burgemeester was blij.",
    ]


def test_a_text_wrapped_at_a_fixed_width_is_read_through_its_line_breaks() -> None:
    text = (
        "The water board of Wessem said on Monday that its\npumps ran through the night, and that the\n"
        "Maas would not rise above nine metres before the\nweekend. It asked people to stay away.\n"
    )
    assert [" ".join(sentence.split()) for sentence in split(text)] == [
        "The water board of Wessem said on Monday that its pumps ran through the night, and that the Maas "
        "would not rise above nine metres before the weekend.",
        "It asked people to stay away.",
    ]


def test_points_of_a_list_stay_apart() -> None:
    assert split("Nodig zijn:\n- zand\n- zakken\n- mensen") == [
        "Nodig zijn:",
        "- zand",
        "- zakken",
        "- mensen",
    ]


PIECES = st.sampled_from(
    [
        "De dijk",
        "hield",
        "mr.",
        "U.S.",
        "3,5",
        "…",
        ".",
        "!",
        "?",
        '"',
        "“",
        "”",
        "‘",
        "’",
        "'",
        ",,",
        "(",
        ")",
        "\n",
        "\n\n",
        " ",
        "\t",
        "J.",
        "D.",
        "1.",
        "-",
        "\u200b",
        "é",
        "İ",
        "😀",
        "http://a.example/b.c",
        "\x00",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join)))
def test_sentences_are_slices_in_order_with_only_space_between(text: str) -> None:
    position = 0
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip() != ""
        assert not text[position : sentence.start].strip()
        position = sentence.end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a. " * 300_000,
        "'a " * 300_000,
        "‘" * 500_000,
        '"a "' * 250_000,
        "(" * 1_000_000,
        ",,a" * 300_000,
        "\n" * 1_000_000,
        "." * 1_000_000,
        "x.y" * 300_000,
        "a\n" * 500_000,
        "A.-" * 300_000,
        "J. " * 300_000,
        "dr. " * 250_000,
    ],
    ids=range(14),
)
@pytest.mark.slow
def test_a_megabyte_of_anything_is_split(text: str) -> None:
    found = sentences(text)
    assert "".join("".join(one.text for one in found).split()) == "".join(text.split())
