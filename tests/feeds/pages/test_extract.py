"""The article in a page, and nothing else of the page."""

import random

import pytest

from bot.feeds.pages.extract import MAX_TEXT, Article, declared_article, read_article, without_boilerplate
from tests.support.webpages import NEVER_TOLD, PARAGRAPHS, linked, page, paragraphs

LONG = tuple(f"{text} Dat was dag {day}." for day in range(8) for text in PARAGRAPHS)


def test_the_text_is_that_of_the_article_and_of_nothing_around_it() -> None:
    article = read_article(page(paragraphs()))
    assert [line for line in article.text.splitlines() if line in PARAGRAPHS] == list(PARAGRAPHS)
    assert not [phrase for phrase in NEVER_TOLD if phrase in article.text]
    assert (article.language, article.paywalled) == ("nl", False)


def test_a_declared_body_is_taken_as_it_is() -> None:
    body = page("<p>Laden...</p>", linked(articleBody="\n".join(PARAGRAPHS)))
    assert declared_article(body) == read_article(body) == Article("\n".join(PARAGRAPHS), False, "nl")


def test_a_declared_teaser_is_not_taken_for_the_article() -> None:
    body = page(paragraphs(), linked(articleBody="De dijken langs de Maas worden bewaakt."))
    assert declared_article(body) is None
    assert PARAGRAPHS[3] in read_article(body).text


def test_boilerplate_inside_a_declared_body_is_left_out() -> None:
    text = "\n".join((PARAGRAPHS[0], "Lees ook: Kabinet trekt 2 miljard uit", PARAGRAPHS[1], PARAGRAPHS[1]))
    assert without_boilerplate(text) == "\n".join(PARAGRAPHS[:2])


@pytest.mark.parametrize(
    "body",
    [
        page(paragraphs(), linked(isAccessibleForFree=False)),
        page(paragraphs(), '<meta name="article:content_tier" content="locked">'),
        page(paragraphs(), '<meta property="cXenseParse:pub-paywall" content="true">'),
        page(f"<div data-paywalled='true'>{paragraphs()}</div>"),
        page(f"<p>{PARAGRAPHS[0]}</p><p>Dit artikel is exclusief voor abonnees.</p>"),
        page(f"<p>{PARAGRAPHS[0]}</p><div>Word nu abonnee om verder te lezen</div>"),
        page("<p>The dikes are watched.</p><p>Subscribe to continue reading</p>", language="en"),
        page("<p>The dikes are watched.</p><p>This article is for subscribers only.</p>", language="en"),
    ],
)
def test_a_paywall_is_recognised(body: bytes) -> None:
    assert read_article(body).paywalled


@pytest.mark.parametrize(
    "body",
    [
        page(paragraphs()),
        page(paragraphs(), linked(isAccessibleForFree=True) + '<meta name="paywall" content="true">'),
        page(paragraphs(), '<meta name="article:content_tier" content="free">'),
        page(paragraphs(LONG) + "<p>Subscribe to continue reading other stories.</p>"),
        page("<p>De krant telt 40.000 abonnees, meer dan ooit. Vooral leden onder de dertig lezen mee.</p>"),
    ],
)
def test_an_open_article_is_not_taken_for_a_paywalled_one(body: bytes) -> None:
    assert not read_article(body).paywalled


def test_old_encodings_are_read() -> None:
    body = page("<p>De coördinator in Oekraïne meldde één overtreding, aldus het café-journaal.</p>")
    assert "coördinator in Oekraïne" in read_article(body.decode().encode("cp1252")).text


def test_a_very_long_article_is_kept_in_part() -> None:
    body = page("".join(f"<p>Zin {number} van de eindeloze kroniek.</p>" for number in range(5_000)))
    assert 1_000 < len(read_article(body).text) <= MAX_TEXT


SOUP = (
    "<p>",
    "</div>",
    "<table><tr><td>",
    "<a href='x'>",
    "&#0;",
    "&nbsp",
    "<!--",
    "]]>",
    "<svg>",
    "tekst. ",
    "\x00",
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe" * 1000,
        b"%PDF-1.7 " + bytes(range(256)) * 100,
        b"<div>" * 50_000 + b"x",
        b"<a href='x'>link</a> " * 20_000,
        b"a" * 1_000_000,
        b"<html>" + b"<p x='" * 10_000,
        "".join(random.Random(4).choices(SOUP, k=20_000)).encode(),
    ],
    ids=range(8),
)
def test_garbage_gives_an_article_without_much_text(body: bytes) -> None:
    assert len(read_article(body, "text/html; charset=nonsense").text) <= MAX_TEXT
