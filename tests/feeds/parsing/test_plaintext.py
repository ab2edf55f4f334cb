"""Markup to text, and the repair of wrongly decoded text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parsing.plaintext import (
    MAX_TEXT,
    MAX_TITLE,
    decode_entities,
    html_to_text,
    repair,
    title_to_text,
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("De dijk houdt.", "De dijk houdt."),
        ("  De\n dijk \t houdt. ", "De dijk houdt."),
        ("Eerste alinea.\n\nTweede alinea.", "Eerste alinea.\nTweede alinea."),
        ("<p>De <b>dijk</b> h<i>ou</i>dt.</p><p>Zeker.</p>", "De dijk houdt.\nZeker."),
        ("Eén<br>twee<br/>drie", "Eén\ntwee\ndrie"),
        ("<ul><li>Brug</li><li>Sluis</li></ul>", "Brug\nSluis"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("Brug<img src='x.jpg' alt='a > b'>dicht", "Brug dicht"),
        ("<p>Voor</p><script>if (a < b) { go() }</script><style>p{}</style><p>na</p>", "Voor\nna"),
        ("Voor<!-- <p>weg</p> -->na", "Voor\nna"),
        ("Voor<!-- zonder einde", "Voor"),
        ("A &amp; B &lt; C &eacute;&#233;&#xE9; &nbsp; einde", "A & B < C ééé einde"),
        ("&lt;p&gt;Twee keer&lt;/p&gt;&lt;p&gt;verpakt&lt;/p&gt;", "Twee keer\nverpakt"),
        ("Het teken &lt;naam&gt; blijft", "Het teken <naam> blijft"),
        ("&amp;eacute;&amp;#233;", "éé"),
        (
            "Schip &#55357;&#56994; en &#xD83D;&#xDEA2; en &#128674;",
            "Schip \U0001f6a2 en \U0001f6a2 en \U0001f6a2",
        ),
        ("R&D en AT&T", "R&D en AT&T"),
        ("5 < 6 en 7 > 6", "5 < 6 en 7 > 6"),
        ("<![CDATA[<p>Binnen</p>]]>", "Binnen"),
        ("Ze\u00adlen\u200bsky", "Zelensky"),
        ('<a href="https://x.example/?q=\'">link</a>', "link"),
        ("<span\nclass=x>over\nregels</span>", "over regels"),
        ("<P>HOOFD</P><SCRIPT>weg</SCRIPT>", "HOOFD"),
        ("نص عربي <b>مهم</b>", "نص عربي مهم"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("  Brug\n dicht ", "Brug dicht"),
        ("Brug <b>dicht</b>", "Brug dicht"),
        ("Brug<br>dicht", "Brug dicht"),
        ("Kamer stemt over <naam> en a < b", "Kamer stemt over <naam> en a < b"),
        ("&lt;em&gt;Brug&lt;/em&gt; dicht", "Brug dicht"),
        ("&quot;Brug&quot; &amp;amp; sluis &amp;#8217;", '"Brug" & sluis ’'),
        ("_Brug_ *dicht* [nu](x)", "_Brug_ *dicht* [nu](x)"),
        ("🌊 Brug \u202edicht", "🌊 Brug dicht"),
    ],
)
def test_a_title_is_one_line_without_markup(value: str, title: str) -> None:
    assert title_to_text(value) == title


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("CafÃ© in OekraÃ¯ne", "Café in Oekraïne"),
        ("Hij zei â€œjaâ€\u009d", "Hij zei “ja”"),
        ("Oekraïne", "Oekraïne"),
        ("Ã©n echte Ā", "Ã©n echte Ā"),
        ("\x93citaat\x94", "“citaat”"),
        ("Âge d'or", "Âge d'or"),
    ],
)
def test_wrongly_decoded_text_is_repaired_only_when_all_of_it_is(wrong: str, right: str) -> None:
    assert repair(wrong) == right


def test_entities_are_decoded_twice_and_no_further() -> None:
    assert decode_entities("&amp;amp;amp;") == "&amp;"


def test_length_is_bounded() -> None:
    assert len(html_to_text("woord " * MAX_TEXT)) <= MAX_TEXT
    assert len(title_to_text("kop " * MAX_TITLE)) <= MAX_TITLE


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", '<a "', "<a b='", "<!--", "<script>", "&", "&lt;", "<![CDATA[", "]]>", "<p>", "\x00", "<?"],
)
def test_a_megabyte_of_garbage_is_harmless(piece: str) -> None:
    garbage = piece * (1_000_000 // len(piece))
    assert isinstance(html_to_text(garbage), str)
    assert isinstance(title_to_text(garbage), str)


@given(st.text())
def test_any_text_becomes_text_without_stray_whitespace(text: str) -> None:
    for found in (html_to_text(text), title_to_text(text)):
        assert found == found.strip()
        assert "  " not in found
        assert "\x00" not in found
