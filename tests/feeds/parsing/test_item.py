"""Items whose text is made when it is read."""

import pickle
from dataclasses import replace

import pytest

from bot.domain.models import ParsedItem
from bot.feeds.parsing.item import MAX_SUMMARY, LazyItem
from bot.feeds.parsing.raw import RawItem


def item(**raw: object) -> LazyItem:
    values = {"guid": "g", "url": "u", "title": "t", "published": None, "updated": None}
    return LazyItem.of(
        RawItem(**raw),  # type: ignore[arg-type]  # keywords of a test
        "https://dijkbode.example/",
        **values,
        authors=(),
        categories=(),
        language=None,
    )


def test_the_fullest_text_is_the_text_and_the_teaser_the_summary() -> None:
    found = item(summary="<p>Kort.</p>", bodies=["<p>Een lang</p><p>verhaal.</p>"])
    assert (found.summary, found.text) == ("Kort.", "Een lang\nverhaal.")
    assert item(summary="Een lange omschrijving.", bodies=["Kort."]).text == "Een lange omschrijving."


def test_without_a_teaser_the_summary_is_the_text_in_one_line() -> None:
    assert item(bodies=["<p>Een</p><p>twee.</p>"]).summary == "Een twee."
    assert item().summary == item().text == ""


def test_a_summary_that_is_the_article_is_cut_after_a_word() -> None:
    found = item(summary="woord " * 5_000)
    assert MAX_SUMMARY - 10 < len(found.summary) <= MAX_SUMMARY
    assert found.summary.endswith("woord")
    assert len(found.text) > 20_000


@pytest.mark.parametrize(
    ("raw", "image"),
    [
        ({"images": ["/a.jpg", "/b.jpg"]}, "https://dijkbode.example/a.jpg"),
        ({"images": ["javascript:1", "/b.jpg"]}, "https://dijkbode.example/b.jpg"),
        ({"images": ["/film.mp4"]}, None),
        (
            {"summary": '<p><img alt="x" src="/c.jpg?a=1&amp;b=2"></p>'},
            "https://dijkbode.example/c.jpg?a=1&b=2",
        ),
        ({"summary": '<img src="/pixel.gif" width="1" height="1">'}, None),
        (
            {"summary": '<img src="https://stats.example/x">', "bodies": ["<img src='/d.png'>"]},
            "https://dijkbode.example/d.png",
        ),
        ({"summary": "<img src=>"}, None),
        ({}, None),
    ],
)
def test_the_picture_is_the_first_that_can_be_one(raw: dict[str, object], image: str | None) -> None:
    assert item(**raw).image == image


def test_it_is_an_item_like_any_other() -> None:
    found = item(summary="Kort.", bodies=["Een lang verhaal."])
    plain = ParsedItem("g", "u", "t", "Kort.", "Een lang verhaal.")
    assert found == plain
    assert plain == found
    assert hash(found) == hash(item(summary="Kort.", bodies=["Een lang verhaal."]))
    assert found != replace(plain, title="x")
    assert repr(found).endswith(repr(plain)[len("ParsedItem") :])


def test_copied_changed_or_pickled_it_is_a_plain_one() -> None:
    found = item(summary="Kort.")
    assert type(replace(found, title="Anders")) is ParsedItem
    assert replace(found, title="Anders").summary == "Kort."
    restored = pickle.loads(pickle.dumps(found))  # noqa: S301  our own
    assert type(restored) is ParsedItem
    assert restored == found


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        item().title = "x"  # type: ignore[misc]  # the point of the test


def test_a_fingerprint_changes_with_the_markup_and_needs_no_text() -> None:
    one = item(summary="<p>Kort.</p>", bodies=["<p>Een lang verhaal.</p>"])
    mark = one.fingerprint()
    assert one._made == {}
    assert mark == item(summary="<p>Kort.</p>", bodies=["<p>Een lang verhaal.</p>"]).fingerprint()
    assert mark != item(summary="<p>Kort!</p>", bodies=["<p>Een lang verhaal.</p>"]).fingerprint()
    assert mark != item(summary="<p>Kort.</p>", bodies=["<p>Een ander verhaal.</p>"]).fingerprint()
