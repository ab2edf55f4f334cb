"""What a language model may say: nothing that its source does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.grounding import missing

DIKES = (
    "Waterschap bewaakt dijken langs de Maas. Dijkgraaf Hanneke Tolsma zei dinsdag in Venlo dat 240 "
    'vrijwilligers klaarstaan. "We nemen geen enkel risico", aldus Tolsma. De rivier stijgt donderdag tot '
    "8,4 meter. Het kabinet trekt € 2 miljoen uit. Oud-minister Bram Terhorst noemde dat gisteren te weinig. "
    "Bij een ongeluk raakten 12 mensen gewond. Premier Eva Lindeman komt niet naar Limburg. "
    "President Joe Arden belde minister Kees Vonk."
)
BEIRUT = (
    "Lebanon's president says army will hold the south. The Lebanese president told reporters in Beirut on "
    "Monday that soldiers would deploy within 10 days. General Rodolphe Haykal visited Tyre. Former "
    "president Michel Suleiman praised the plan."
)
TEHRAN = (
    "Iran's supreme leader rejects talks. Iran's supreme leader said on Wednesday that there would be no "
    "talks under threat. State television showed him in Tehran."
)
WASHINGTON = (
    "US president orders review of troops in Europe. The US president on Friday ordered a review of American "
    "forces in Europe, the White House said. His predecessor Joe Biden had sent 20,000 soldiers in 2022. "
    "Donald Trump Jr. spoke in Ohio."
)


def kinds(text: str, source: str) -> set[str]:
    return {gap.kind for gap in missing(text, source)}


@pytest.mark.parametrize(
    "text",
    [
        "Dijkgraaf Tolsma zei dinsdag in Venlo dat 240 vrijwilligers klaarstaan.",
        "Volgens dijkgraaf Hanneke Tolsma staan 240 vrijwilligers klaar in Venlo.",
        'Hanneke Tolsma: "We nemen geen enkel risico".',
        "De rivier stijgt donderdag tot 8.4 meter. Het kabinet trekt 2 miljoen euro uit.",
        "Twaalf mensen raakten gewond bij een ongeluk.",
        "Oud-minister Terhorst noemde dat te weinig.",
        "President Arden belde minister Vonk.",
    ],
)
def test_a_faithful_text_is_grounded(text: str) -> None:
    assert missing(text, DIKES) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Dijkgraaf Jansen zei dinsdag in Venlo dat vrijwilligers klaarstaan.", "name"),
        ("Dijkgraaf Tolsma zei dinsdag in Roermond dat vrijwilligers klaarstaan.", "name"),
        ("Dijkgraaf Tolsma zei dat 250 vrijwilligers klaarstaan in Venlo.", "number"),
        ("De rivier stijgt donderdag tot 84 meter.", "number"),
        ("De rivier stijgt woensdag tot 8,4 meter.", "date"),
        ("Dijkgraaf Tolsma zei dat veertig vrijwilligers klaarstaan in Venlo.", "number"),
        ("Tientallen vrijwilligers staan klaar in Venlo, zei Tolsma dinsdag.", "number"),
        ("Het kabinet trekt 2 miljoen dollar uit.", "number"),
        ("De rivier stijgt donderdagavond tot 8,4 meter.", "date"),
        ("Het kabinet trekt 2 miljard euro uit.", "number"),
        ("Bij een ongeluk raakten 12 doden gewond.", "number"),
        ('"We nemen geen risico", aldus Tolsma.', "quote"),
        ('"De rivier stijgt donderdag", aldus Tolsma.', "quote"),
        ("Minister Bram Terhorst noemde dat gisteren te weinig.", "name"),
        ("Premier Vonk komt niet naar Limburg.", "name"),
        ("President Joe Arden komt niet naar Limburg.", "name"),
        ("Premier Eva Lindeman komt naar Limburg.", "negation"),
        ("Oud-premier Eva Lindeman komt niet naar Limburg.", "name"),
        ("Deskundigen vrezen een ramp voor alle bewoners en roepen op tot evacuatie.", "words"),
    ],
)
def test_what_the_source_does_not_say_is_named(text: str, kind: str) -> None:
    assert kind in kinds(text, DIKES)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Lebanese president Joseph Aoun told reporters in Beirut that soldiers would deploy.", BEIRUT),
        ("President Michel Aoun told reporters on Monday that soldiers would deploy within 10 days.", BEIRUT),
        ("President Michel Suleiman told reporters in Beirut on Monday that soldiers would deploy.", BEIRUT),
        ("President Rodolphe Haykal told reporters in Beirut that soldiers would deploy.", BEIRUT),
        ("Ayatollah Ali Khamenei said on Wednesday that there would be no talks under threat.", TEHRAN),
        ("Iran's supreme leader Khamenei said there would be no talks under threat.", TEHRAN),
        ("Supreme leader Mojtaba Khamenei said on Wednesday there would be no talks.", TEHRAN),
        ("President Donald Trump on Friday ordered a review of American forces in Europe.", WASHINGTON),
        ("US President Joe Biden on Friday ordered a review of American forces in Europe.", WASHINGTON),
        ("President Biden ordered a review of American forces in Europe, the White House said.", WASHINGTON),
        (
            "Trump on Friday ordered a review of American forces in Europe.",
            "US president orders review of forces.",
        ),
    ],
)
def test_a_role_without_a_name_gets_no_name(text: str, source: str) -> None:
    assert "name" in kinds(text, source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            "The Lebanese president told reporters in Beirut that soldiers would deploy within 10 days.",
            BEIRUT,
        ),
        ("Iran's supreme leader said on Wednesday that there would be no talks under threat.", TEHRAN),
        ("The US president ordered a review of American forces in Europe.", WASHINGTON),
    ],
)
def test_a_role_may_stay_a_role(text: str, source: str) -> None:
    assert missing(text, source) == ()


def test_two_events_of_one_article_are_not_made_one() -> None:
    source = (
        "Rutte opened the summit in The Hague. Leaders posed for a picture. The king gave a dinner. Rain "
        "fell. Police arrested 30 people in Utrecht."
    )
    assert "words" in kinds("Rutte opened the summit after police arrested 30 people in Utrecht.", source)


def test_nothing_is_grounded_in_an_empty_source() -> None:
    assert missing("Rutte opende de top.", "")
    assert missing("", "") == ()


@given(st.text(), st.text())
def test_any_text_is_judged(text: str, source: str) -> None:
    missing(text, source)


@given(st.sampled_from([DIKES, BEIRUT, TEHRAN, WASHINGTON]))
def test_a_source_is_grounded_in_itself(source: str) -> None:
    assert missing(source, source) == ()


def test_numbers_that_are_set_against_each_other_stay_in_their_order() -> None:
    source = "De gemeenteraad van Venlo stemde dinsdag met 21 tegen 18 voor de nieuwe dijk langs de Maas."
    assert missing("De raad van Venlo stemde dinsdag met 21 tegen 18 voor de dijk.", source) == ()
    assert {gap.kind for gap in missing("De raad stemde met 18 tegen 21 voor de dijk.", source)} == {"number"}


def test_a_number_is_the_same_in_words_and_in_digits() -> None:
    source = "In Venlo staan volgens dijkgraaf Tolsma tweehonderdveertig vrijwilligers klaar langs de Maas."
    assert missing("In Venlo staan 240 vrijwilligers klaar langs de Maas.", source) == ()
