"""Canonical addresses and the article ids in them."""

import pytest

from bot.domain.links import article_id, canonical, front_page, general_id, read_link


def ident(url: str) -> str:
    link = read_link(url)
    return article_id(link) or general_id(link) if link else ""


@pytest.mark.parametrize(
    "variant",
    [
        "http://www.dijkbode.example/nieuws/dijk-houdt",
        "https://dijkbode.example/nieuws/dijk-houdt/",
        "https://m.dijkbode.example/nieuws/dijk-houdt",
        "https://amp.dijkbode.example/nieuws/dijk-houdt",
        "https://DijkBode.example:443/nieuws//dijk-houdt",
        "https://dijkbode.example/nieuws/dijk-houdt/amp/",
        "https://dijkbode.example/nieuws/dijk-houdt?utm_source=rss&utm_medium=feed&at_campaign=rss&fbclid=x",
        "https://dijkbode.example/nieuws/dijk-houdt?ref=rss",
        "https://dijkbode.example/nieuws/dijk-houdt#3",
        "https://dijkbode.example/nieuws/dijk-houdt#xtor=RSS-4",
        "https://dijkbode.example/nieuws/dijk%2Dhoudt",
        "https://archief.example/o/Ab1/https://dijkbode.example/nieuws/dijk-houdt",
        "https://www.google.com/url?q=https://dijkbode.example/nieuws/dijk-houdt&sa=t",
    ],
)
def test_variants_of_an_address_are_one_page(variant: str) -> None:
    assert canonical(variant) == "dijkbode.example/nieuws/dijk-houdt"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/?p=12", "https://a.example/?p=13"),
        ("https://a.example/app/#s/12ab", "https://a.example/app/#s/34cd"),
        ("https://a.example/n?id=1&ref=7", "https://a.example/n?id=1&ref=8"),
        ("https://a.example/Ab", "https://a.example/ab"),
        ("https://ma.example/x", "https://a.example/x"),
    ],
)
def test_what_tells_pages_apart_is_kept(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "value", ["", "tag:x.example,2025:1", "ftp://x.example/", "http://", "http://[::1", "javascript:1"]
)
def test_what_is_no_web_address_has_no_canonical_form(value: str) -> None:
    assert canonical(value) == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://nos.nl/l/2299001", "nos:2299001"),
        ("https://nos.nl/artikel/2299001-kabinet-praat-verder", "nos:2299001"),
        ("https://nos.nl/nieuwsuur/artikel/2299001-kabinet", "nos:2299001"),
        ("http://feeds.nos.nl/~r/nosnieuwsalgemeen/~3/aBcDeF/2299001", "nos:2299001"),
        ("https://www.nu.nl/politiek/5850001/kabinet-praat-verder.html", "nu:5850001"),
        ("https://www.ad.nl/binnenland/kabinet-praat-verder~a1b2c3d4/", "ad:a1b2c3d4"),
        ("https://www.tubantia.nl/enschede/markt-open~a1b2c3d4/?referrer=x", "ad:a1b2c3d4"),
        ("https://www.volkskrant.nl/nieuws/kabinet~b1b2c3d4/", "volkskrant:b1b2c3d4"),
        ("https://www.telegraaf.nl/nieuws/3440001/kabinet-praat-verder", "telegraaf:3440001"),
        ("https://www.nrc.nl/nieuws/2025/03/03/kabinet-praat-verder-a4880001", "nrc:a4880001"),
        ("https://www.standaard.be/cnt/dmf20250303_98765432", "standaard:dmf20250303_98765432"),
        ("https://www.bbc.com/news/articles/c0abc1def2go?at_medium=RSS", "bbc:c0abc1def2go"),
        ("https://www.bbc.co.uk/news/articles/c0abc1def2go#0", "bbc:c0abc1def2go"),
        ("https://www.bbc.co.uk/news/world-europe-64500001", "bbc:64500001"),
        ("https://www.dw.com/en/ferry-runs-aground/a-76790001?maca=en-rss", "dw:76790001"),
        ("https://www.reuters.com/article/us-ferry-idUSKBN1ZX0AB", "reuters:USKBN1ZX0AB"),
    ],
)
def test_publishers_ids_are_found(url: str, expected: str) -> None:
    assert ident(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://omroep.example/nieuws/3840001/Markt-open", "omroep.example#3840001"),
        ("https://post.example/world/ferry-aground-6095001", "post.example#6095001"),
        ("https://post.example/world/article70512001.ece", "post.example#70512001"),
        ("https://post.example/news/641801-ferry-aground/", "post.example#641801"),
        (
            "https://paper.example/content/99d23e21-1ca4-4dbc-819d-90449d0040ba",
            "paper.example#99d23e21-1ca4-4dbc-819d-90449d0040ba",
        ),
    ],
)
def test_a_long_number_identifies_at_any_publisher(url: str, expected: str) -> None:
    assert ident(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://post.example/20250303-ferry-aground",
        "https://post.example/03032025-ferry-aground",
        "https://post.example/2025/03/03/ferry-aground",
        "https://post.example/world/ferry-aground-2025-03-03",
        "https://post.example/world/city-passes-1000000",
        "https://post.example/world/fine-of-12500-euro",
        "https://post.example/view?id=3840001",
        "https://post.example/",
    ],
)
def test_dates_and_round_numbers_are_no_ids(url: str) -> None:
    assert ident(url) == ""


def test_an_address_nested_without_end_is_harmless() -> None:
    assert canonical("https://a.example/" + "https://b.example/" * 2_000) != ""


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://jan:geheim@krant.example/rss?key=geheim#x", "https://krant.example/"),
        ("http://krant.example:8080/feeds/a.xml", "http://krant.example:8080/"),
        ("http://[2001:db8::1]:81/rss", "http://[2001:db8::1]:81/"),
        ("https://krant.example:99999/rss", ""),
        ("geen adres", ""),
    ],
)
def test_a_front_page_has_nothing_secret(url: str, front: str) -> None:
    assert front_page(url) == front


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", False),
        ("/nieuws", False),
        ("/rss.xml", False),
        ("/?p=3", True),
        ("/rutte-belt", True),
        ("/n/3", True),
    ],
)
def test_what_looks_like_an_article(path: str, *, expected: bool) -> None:
    link = read_link(f"https://krant.example{path}")
    assert link is not None
    assert link.is_article is expected
