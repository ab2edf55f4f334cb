"""Charts, read as a browser reads them."""

from datetime import date
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from bot.web.charts import HEIGHT, bar, columns, days_between, series

SVG = "{http://www.w3.org/2000/svg}"


def rects(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter("rect"))  # noqa: S314  made by the code under test


def test_the_highest_column_fills_the_picture_and_the_others_are_in_proportion() -> None:
    heights = [float(rect.attrib["height"]) for rect in rects(columns([1, 4, 2], ["a", "b", "c"], "reports"))]
    assert heights == [HEIGHT / 4, HEIGHT, HEIGHT / 2]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_no_column_leaves_the_picture(counts: list[int]) -> None:
    for number, rect in enumerate(rects(columns(counts, [""] * len(counts), "x"))):
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert number <= x < x + width <= number + 1
        assert y >= 0
        assert y + height <= HEIGHT + 0.02


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_no_name_breaks_out_of_a_chart(name: str) -> None:
    svg = columns([1], [name], name)
    tree = ElementTree.fromstring(svg)  # noqa: S314  made by the code under test
    assert tree.attrib["aria-label"] == name
    assert (tree.findtext("rect/title") or "") == name


def test_a_chart_without_anything_is_still_a_picture() -> None:
    assert rects(columns([], [], "nothing")) == []
    assert [rect.attrib["height"] for rect in rects(columns([0, 0], ["", ""], "x"))] == ["0.00", "0.00"]


def test_a_bar_is_as_long_as_its_share() -> None:
    assert 'width="50.0%"' in bar(2, 4)
    assert 'width="0.0%"' in bar(0, 0)


def test_days_without_a_report_count_as_none() -> None:
    first, last = date(2026, 2, 27), date(2026, 3, 2)
    assert len(days_between(first, last)) == 4
    assert series({date(2026, 2, 28): 3, date(2020, 1, 1): 9}, first, last) == [0, 3, 0, 0]
