"""From bytes to a reader: document types, entities, bombs, controls, and what is no feed at all."""

from contextlib import suppress

import pytest

from bot.errors import FeedUnreadable
from bot.feeds.parse import parse_feed
from bot.feeds.parsing.document import clean_document, read_plain, read_well_formed

ITEM = "<rss version='2.0'><channel><title>De Dijkbode</title><item><title>{}</title></item></channel></rss>"


def titles(text: str | bytes, content_type: str = "") -> list[str]:
    body = text if isinstance(text, bytes) else text.encode()
    return [item.title for item in parse_feed(body, content_type, "").items]


def bomb(head: str = "") -> str:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'{head}<!DOCTYPE rss [<!ENTITY e0 "ha">{entities}]>' + ITEM.format("&e11;")


@pytest.mark.parametrize(
    "head", ["", "<?xml version='1.0'?>", "<!-- x -->\n", "\ufeff", "<?xml version='1.1'?><!--<a>-->"]
)
def test_a_billion_laughs_are_not_laughed(head: str) -> None:
    assert titles(bomb(head)) == ["&e11;"]


def test_a_bomb_behind_junk_is_harmless_too() -> None:
    (title,) = titles("Warning: include(x)\n" + bomb())
    assert len(title) < 100


def test_a_bomb_in_an_attribute_is_harmless() -> None:
    text = bomb().replace("<item>", "<item><link href='&e11;'/>")
    assert len(parse_feed(text.encode(), "", "").items[0].url) < 100


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;',
        '<!ENTITY x PUBLIC "-//X" "http://127.0.0.1:1/x">',
    ],
)
def test_nothing_external_is_read(declared: str) -> None:
    assert titles(f"<!DOCTYPE rss [{declared}]>" + ITEM.format("&x;")) == ["&x;"]
    assert titles('<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">' + ITEM.format("Brug")) == ["Brug"]


def test_entities_declared_as_plain_text_are_put_in() -> None:
    head = "<!DOCTYPE rss [<!ENTITY eacute \"&#233;\"> <!ENTITY huis 'het huis'>]>"
    assert titles(head + ITEM.format("&eacute;&eacute;n &huis;")) == ["één het huis"]


def test_an_unfinished_document_type_is_an_error() -> None:
    with pytest.raises(FeedUnreadable, match="document type"):
        titles("<!DOCTYPE rss [<!ENTITY a 'b'" + ITEM.format("x"))


def test_a_document_type_inside_an_item_is_text() -> None:
    assert titles(ITEM.format("<![CDATA[De <!DOCTYPE html> van nu]]>")) == ["De <!DOCTYPE html> van nu"]


@pytest.mark.parametrize("control", ["\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_control_characters_do_not_break_a_document(control: str) -> None:
    document = clean_document(ITEM.format(f"Br{control}ug").encode(), "")
    feed = read_well_formed(document)
    assert feed is not None
    assert feed.items[0].title == "Brug"


@pytest.mark.parametrize(
    "text",
    [
        ITEM.format("Brug &nbsp; dicht"),
        ITEM.format("Brug & dicht"),
        ITEM.format("Brug dicht").replace("</channel></rss>", ""),
        ITEM.format("Brug dicht").replace("version='2.0'", "version=2.0"),
        ITEM.format("Brug dicht").replace("<item>", "<item><x:y>1</x:y>"),
        "\n\n<br />PHP Notice\n" + ITEM.format("Brug dicht"),
        ITEM.format("Brug dicht") + "<script>1</script>",
    ],
)
def test_what_is_not_well_formed_is_read_tolerantly(text: str) -> None:
    assert read_plain(text.encode()) is None
    assert [" ".join(title.replace("&", "").split()) for title in titles(text)] == ["Brug dicht"]


def test_items_in_odd_places_are_found() -> None:
    text = ITEM.format("Brug").replace("<item>", "<items><item>").replace("</item>", "</item></items>")
    assert titles(text) == ["Brug"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ITEM.format("Oekraïne één").encode(), "text/xml; charset=iso-8859-1"),
        (ITEM.format("Oekraïne één").encode("cp1252"), "text/xml; charset=iso-8859-1"),
        (("<?xml version='1.0' encoding='iso-8859-1'?>" + ITEM.format("Oekraïne één")).encode("cp1252"), ""),
        (("<?xml version='1.0' encoding='iso-8859-1'?>" + ITEM.format("Oekraïne één")).encode(), ""),
        (("<?xml version='1.0' encoding='utf-16'?>" + ITEM.format("Oekraïne één")).encode("utf-16"), ""),
        (ITEM.format("OekraÃ¯ne Ã©Ã©n").encode(), ""),
    ],
)
def test_wrong_encodings_come_out_right(body: bytes, content_type: str) -> None:
    assert titles(body, content_type) == ["Oekraïne één"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\x00\x00", "empty"),
        (b"502 Bad Gateway", "not XML"),
        (b"<!doctype html>\n<html lang=nl><body>404", "web page"),
        (b"<html><rss><channel><item/></channel></rss></html>", "web page"),
        (b"<?xml version='1.0'?><opml><body/></opml>", "not a feed"),
        (
            b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>/</loc></url></urlset>",
            "without news",
        ),
        (b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "lists sitemaps"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(FeedUnreadable, match=reason):
        parse_feed(body, "", "")


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b"<a",
        b"<a b='",
        b"&",
        b"<!--",
        b"<![CDATA[",
        b"<?",
        b"<item>",
        b"<p>",
        b"]]>",
        b"\x01<",
        b"<!DOCTYPE ",
    ],
)
def test_garbage_never_hangs_the_readers_that_run_here(piece: bytes) -> None:
    """Half a megabyte each; what feedparser makes of it is the reader process's affair."""
    garbage = b"<rss version='2.0'><channel><title>x</title>" + piece * (500_000 // len(piece))
    assert read_plain(garbage) is None
    with suppress(FeedUnreadable):
        assert read_well_formed(clean_document(garbage, "")) is None


@pytest.mark.parametrize(
    "reference", ["&#xD800;", "&#1114112;", "&#99999999999999999999;", "&#0;", "&#x110000;"]
)
def test_impossible_characters_are_left_out(reference: str) -> None:
    text = ITEM.format(f"Br{reference}ug & meer")
    assert [title.replace("\ufffd", "") for title in titles(text)] == ["Brug & meer"]


def test_the_halves_of_a_character_are_one_again() -> None:
    assert titles(ITEM.format("Schip &#55357;&#56994; & meer")) == ["Schip \U0001f6a2 & meer"]


def test_impossible_characters_are_left_out_of_what_is_kept_unread_as_well() -> None:
    """A database that keeps text may refuse them: NUL, for one, is nothing that PostgreSQL takes."""
    names = "<guid>a&#0;b</guid><author>Kees&#x1; &#31;Bos</author><link>https://dune.example/&#0;1</link>"
    (item,) = parse_feed(ITEM.format(f"Brug & meer</title>{names}<title>").encode(), "", "").items
    assert (item.guid, item.url, item.authors) == ("ab", "https://dune.example/1", ("Kees Bos",))


@pytest.mark.parametrize(
    "piece",
    [
        "<links a='b'/>",
        "<title a='b'/>",
        "<gml:pos>1</gml:pos>",
        "<creativecommons:license/>",
        "<tags a='1'>",
        "<image a='b'/>",
    ],
)
def test_what_trips_feedparser_is_an_error_or_a_feed(piece: str) -> None:
    broken = ITEM.format("Brug & meer").replace("</item>", f"{piece}</item>")
    with suppress(FeedUnreadable):
        assert len(titles(broken)) == 1
