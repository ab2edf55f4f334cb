"""What belongs to the page and not to the news, and what only looks like it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import boilerplate
from bot.domain.boilerplate import after_dateline, asks_to_pay, is_bait, is_boilerplate, is_credit


@pytest.mark.parametrize(
    "sentence",
    [
        "Lees ook: Kabinet trekt geld uit voor dijken.",
        "Lees meer over de top in ons dossier.",
        "Bekijk hier de beelden van de storm.",
        "Luister naar de podcast.",
        "Volg het laatste nieuws in ons liveblog.",
        "Schrijf je in voor onze nieuwsbrief.",
        "Ontvang elke ochtend het laatste nieuws in je mailbox via onze nieuwsbrief.",
        "Wij en onze partners gebruiken cookies.",
        "Om deze inhoud te tonen moet je cookies accepteren.",
        "Foto: Pleun Verhage / Dijkbeeld.",
        "Tekst gaat verder onder de foto.",
        "Dit artikel is alleen voor abonnees.",
        "Word nu lid en lees verder.",
        "© 2031 De Dijkbode, alle rechten voorbehouden.",
        "Heb je een tip?",
        "Read more: Who pays for Ukraine?",
        "Continue reading...",
        "Sign up for our morning newsletter.",
        "Already a subscriber?",
        "Reporting by Ann Doyle; Editing by Sam Whitfield.",
        "Additional reporting by Ola Dahl.",
        "The post Storm hits coast appeared first on The Harbour Post.",
        "We use cookies to improve your visit.",
        "By continuing you agree to our terms.",
        "This article is for subscribers only.",
        "Follow us on Instagram.",
        "Related: Tunnel delayed again.",
        "Jens Kold/Getty Images.",
        "Watch: Storm rips off roof.",
        "De tekst gaat hieronder verder.",
        "Leestijd: 3 minuten",
        "Door onze verslaggever Pleun Verhage.",
        "Van onze redactie buitenland",
        "Gepubliceerd op 4 mei 2031, 10.00 uur",
        "Last updated: 4 May 2031, 10:00",
        "Deze website maakt gebruik van cookies.",
        "Registreer je nu voor de nieuwsbrief.",
        "Support our journalism today.",
    ],
)
def test_boilerplate_is_recognised(sentence: str) -> None:
    assert is_boilerplate(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "De toezichthouder verbiedt websites om cookies te plaatsen zonder te vragen wie dat wil.",
        "De krant verloor vorig jaar 12.000 abonnees aan een concurrent.",
        "Lezers van de krant kozen Noor Ligtvoet tot schrijver van het jaar.",
        "De minister stuurde een nieuwsbrief aan alle scholen.",
        "Volgens de politie zijn er drie verdachten.",
        "Fotograaf Pleun Verhage won de prijs met een beeld van de dijk.",
        "Reacties uit het buitenland bleven gisteren nog uit, zei de minister.",
        "Google will stop using cookies to follow people across the web.",
        "Subscribers of the bank were told on Monday.",
        "Watchmakers in Geneva fear the tariffs.",
        "Moreover, the treaty ends in May.",
        "A Reuters/Ipsos poll found that most voters agree.",
        "Read Jones, a farmer from Kent, lost his barn.",
        "Van onze redacteur mocht hij in januari vertrekken, al wist toen nog niemand waarheen.",
        "Support for the dike grew today in Zeeland, a poll shows.",
        "De tekst van het verdrag is dinsdag gepubliceerd in het Staatsblad van 4 mei.",
    ],
)
def test_news_about_such_things_is_news(sentence: str) -> None:
    assert not is_boilerplate(sentence)


@pytest.mark.parametrize(
    ("dateline", "rest"),
    [
        ("AMSTERDAM (ANP) - ", "De brug is open."),
        ("DEN HAAG - ", "De brug is open."),
        ("'S-HERTOGENBOSCH – ", "De brug is open."),
        ("VEGHEL/UDEN - ", ",,Mooi’’, zei ze."),
        ("Brussel (Belga) ", "De brug is open."),
        ("(ANP) - ", "De brug is open."),
        ("WASHINGTON, March 4 (Reuters) - ", "The bridge is open."),
        ("RIO DE JANEIRO, Brazil, Feb 4 (AP) — ", "The bridge is open."),
        ("KYIV, Ukraine (AP) — ", "The bridge is open."),
        ("Jan 3 (Reuters) - ", "The bridge is open."),
        ("LONDON — ", "“Open,” she said."),
        ("Jens Kold/Getty Images ", "The bridge is open."),
        ("LIVE | ", "De brug is open."),
        ("[UPDATE 12.30 uur] ", "De brug is open."),
        ("(video) ", "De brug is open."),
    ],
)
def test_a_sentence_begins_behind_its_dateline(dateline: str, rest: str) -> None:
    assert after_dateline(dateline + rest) == len(dateline)


@pytest.mark.parametrize(
    "sentence",
    [
        "De brug - een ontwerp uit 1931 - is open.",
        "NAVO-chef Rutte is in Brussel.",
        "Ajax - PSV eindigde in 1-1.",
        "NATO is open - for now.",
        "De politie (ANP) meldt het.",
        "[Tolsma] ging weg.",
        "AMSTERDAM - ",
        "",
    ],
)
def test_what_is_no_dateline_stays(sentence: str) -> None:
    assert after_dateline(sentence) == 0


def test_a_tease_announces_and_tells_nothing() -> None:
    assert is_bait("Dit is waarom de dijk brak.")
    assert is_bait("Here's what you need to know.")
    assert is_bait("In deze aflevering praten we over dijken.")
    assert not is_bait("Dit is de hoogste stand ooit.")
    assert not is_bait('"In dit artikel staat onzin", zei de minister.')


def test_a_credit_names_a_maker() -> None:
    assert is_credit("Foto: Pleun Verhage")
    assert is_credit("Photo: Ann Doyle.")
    assert not is_credit("Bron: Dijkpers")
    assert not is_credit("Reporting by Ann Doyle.")
    assert not is_credit("De foto toont een dijk.")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Dit verhaal is exclusief voor onze abonnees.", True),
        ("Verder lezen? Word abonnee.", True),
        ("Subscribe to keep reading", True),
        ("You’ve read your last free articles", True),
        ("You have read your last free article.", True),
        ("Verder lezen? Log in of neem een abonnement.", True),
        ("Lees dit artikel gratis met een proefabonnement.", True),
        ("Je hebt een abonnement nodig om dit artikel te lezen.", True),
        ("Dit is een premium-artikel.", True),
        ("U heeft uw gratis artikelen deze maand gelezen.", True),
        ("Je leest nu een artikel voor abonnees.", True),
        ("Maak een gratis account aan om verder te lezen.", True),
        ("Lees verder voor € 1 per maand.", True),
        ("Continue reading with a free trial", True),
        ("Sign in to read the full story.", True),
        ("To read the full story, subscribe or sign in.", True),
        ("Unlock this article for $1", True),
        ("De minister wilde niet verder lezen dan de samenvatting.", False),
        ("The judge will continue reading the verdict on Monday.", False),
        ("The trial is set to continue on Monday.", False),
        ("De partij telt 4.000 leden.", False),
        ("He subscribed to the theory.", False),
        ("Only members of parliament may enter.", False),
    ],
)
def test_a_paywall_asks_to_pay(text: str, asks: bool) -> None:
    assert asks_to_pay(text) is asks


@pytest.mark.parametrize(
    "text", ["lees " * 200_000, "a" * 1_000_000, "AB " * 300_000, "foto" + " " * 500_000, "-" * 500_000]
)
@pytest.mark.slow
def test_a_megabyte_is_judged(text: str) -> None:
    assert isinstance(is_boilerplate(text), bool)
    assert isinstance(asks_to_pay(text), bool)
    assert after_dateline(text) >= 0


@settings(max_examples=150, deadline=None)
@given(st.from_regex(boilerplate._PAY))
def test_whatever_asks_to_pay_has_one_of_the_hints(text: str) -> None:
    assert boilerplate._hinted(text, boilerplate._PAY_HINTS) or not text.isascii()


@settings(max_examples=150, deadline=None)
@given(st.from_regex(boilerplate._ANYWHERE))
def test_whatever_is_boilerplate_anywhere_has_one_of_the_hints(text: str) -> None:
    assert boilerplate._hinted(text, boilerplate._ANYWHERE_HINTS) or not text.isascii()
