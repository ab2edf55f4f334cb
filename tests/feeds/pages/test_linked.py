"""JSON-LD: what counts as the article, and what publishers do to it."""

import json

import pytest

from bot.feeds.pages.linked import Declared, declared
from tests.support.webpages import PARAGRAPHS, linked

BODY = "\n\n".join(PARAGRAPHS)


def script(value: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


def test_the_body_of_the_article_is_declared() -> None:
    found = declared(linked(articleBody=BODY, inLanguage="nl-NL", isAccessibleForFree=True))
    assert found == Declared("\n".join(PARAGRAPHS), "nl", True)


def test_the_article_is_found_in_a_graph_beside_other_things() -> None:
    graph = {
        "@graph": [
            {"@type": "WebSite", "articleBody": "x"},
            {"@type": ["Thing", "Article"], "articleBody": BODY},
        ]
    }
    assert declared(script([{"@type": "BreadcrumbList"}, graph])).body.startswith("De waterschappen")


def test_of_several_articles_the_longest_is_the_one_of_the_page() -> None:
    teaser = {"@type": "NewsArticle", "articleBody": "Trein ontspoort bij Roermond."}
    main = {"@type": "http://schema.org/NewsArticle", "articleBody": BODY}
    assert declared(script([teaser, main, teaser])).body.startswith("De waterschappen")


def test_a_body_that_was_cut_in_the_middle_of_a_character_is_text_that_can_be_stored() -> None:
    page = script({"@type": "NewsArticle", "articleBody": "De sluis \U0001f6a2"})
    assert declared(page.replace(r"\udea2", "")).body == "De sluis"


def test_markup_in_the_body_is_no_text() -> None:
    assert declared(linked(articleBody="<p>De dijk h&eacute;ld.</p><p>Punt &amp; uit.</p>")).body == (
        "De dijk héld.\nPunt & uit."
    )


def test_line_breaks_inside_strings_and_a_comment_around_them_are_read() -> None:
    code = '<!-- {"@type": "NewsArticle", "articleBody": "Een.\nTwee."} -->'
    assert declared(f'<SCRIPT id="a" type="application/ld+json">{code}</SCRIPT>').body == "Een.\nTwee."


@pytest.mark.parametrize(
    ("values", "free"),
    [
        ({}, None),
        ({"isAccessibleForFree": "False"}, False),
        ({"isAccessibleForFree": "http://schema.org/False"}, False),
        ({"isAccessibleForFree": "true"}, True),
        ({"isAccessibleForFree": True, "hasPart": {"isAccessibleForFree": False}}, False),
        ({"hasPart": [{"@type": "WebPageElement", "isAccessibleForFree": "false"}, "x"]}, False),
        ({"isAccessibleForFree": 3}, None),
    ],
)
def test_whether_it_is_free_is_said_in_several_ways(values: dict[str, object], free: bool | None) -> None:
    assert declared(linked(**values)).free is free


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<script type=application/ld+json>",
        "<script type='application/ld+json'>{nonsense</script>",
        "<script type='application/ld+json'>" + "[" * 100_000,
        "<script type='application/ld+json'>" * 20_000,
        "<script " * 200_000 + "application/ld+json",
        script({"@type": ["NewsArticle", 3, None], "articleBody": {"a": 1}, "inLanguage": 7, "hasPart": 5}),
        script([[[[{"@type": "Organization"}]]]] * 3000),
    ],
    ids=range(8),
)
def test_garbage_declares_nothing(html: str) -> None:
    assert declared(html) == Declared()
