"""Which article an item is, through everything that feeds do to it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identity import (
    articles,
    change_of,
    dated_by_program,
    document_keys,
    is_edited,
    is_news,
    item_key,
    published_or_seen,
    recognise,
)
from bot.domain.models import Change, Item, Outlet, ParsedItem

NINE = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
OUTLET = Outlet("De Dijkbode", "dijkbode")


def entry(
    guid: str = "", path: str = "", title: str = "Gemaal bij Lutjewaard staat stil", **more: object
) -> ParsedItem:
    url = f"https://dijkbode.example{path}" if path else ""
    return ParsedItem(guid, url, title, **{"published": NINE, **more})  # type: ignore[arg-type]  # keywords of a test


def stored(title: str = "Gemaal staat stil", summary: str = "Een storing.", feed: int = 1) -> Item:
    return Item("k", feed, OUTLET, "https://dijkbode.example/a", title, summary, "", "nl", NINE, NINE)


class Memory:
    """Feeds document after document, and tells which articles were seen for the first time."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def poll(self, *items: ParsedItem) -> list[str]:
        return list(self._new(items))

    def _new(self, items: Iterable[ParsedItem]) -> Iterable[str]:
        document = list(items)
        for item, keys in zip(document, document_keys(document), strict=True):
            if recognise(keys, self.known) is None:
                yield item.title
            for key in keys.stored:
                self.known.setdefault(key, item.title)


def test_the_order_of_evidence_is_article_id_guid_link_title() -> None:
    assert item_key(ParsedItem("g-1", "https://nos.nl/l/2299001", "x")) == "nos:2299001"
    assert item_key(entry("dijkbode-article-1", "/a/gemaal")) == "guid:dijkbode-article-1"
    assert item_key(entry("", "/a/gemaal")) == "link:dijkbode.example/a/gemaal"
    assert item_key(entry("", "")) == "title:gemaal bij lutjewaard staat stil "


def test_a_short_guid_belongs_to_its_host() -> None:
    one = ParsedItem("17", "https://a.example/x", "t")
    other = ParsedItem("17", "https://b.example/x", "t")
    assert item_key(one) != item_key(other)
    assert item_key(ParsedItem("17", "", "t"), "dijkbode") == "guid:dijkbode 17"


@pytest.mark.parametrize("guid", ["", "0", "null", "#"])
def test_a_guid_that_says_nothing_is_none(guid: str) -> None:
    assert item_key(entry(guid, "/a/gemaal")) == "link:dijkbode.example/a/gemaal"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("https://www.bbc.co.uk/news/articles/c0abc1def2go#0", "/x"),
            ("https://www.bbc.co.uk/news/articles/c0abc1def2go#3", "/x"),
        ),
        (("dijkbode-article-1#0", "/a"), ("dijkbode-article-1#3", "/a")),
        (("http://dijkbode.example/a/9", "/a/9"), ("https://dijkbode.example/a/9", "/a/9")),
        (("", "/a/gemaal"), ("", "/a/gemaal/?utm_source=rss")),
        (("dijkbode-article-1", "/a/gemaal-stil"), ("dijkbode-article-1", "/a/gemaal-draait-weer")),
        (("", "/nieuws/3840001/gemaal-stil"), ("", "/nieuws/3840001/gemaal-draait-weer")),
        (("https://dijkbode.example/a/9", "/a/9"), ("", "/a/9")),
        (("urn:news:1:v1", "/nieuws/3840001/x"), ("urn:news:1:v2", "/nieuws/3840001/y")),
    ],
)
def test_the_same_article_in_another_guise_is_not_new(
    before: tuple[str, str], after: tuple[str, str]
) -> None:
    memory = Memory()
    assert memory.poll(entry(*before)) != []
    assert (
        memory.poll(
            entry(*after, title="Gemaal bij Lutjewaard draait weer", published=NINE + timedelta(hours=1))
        )
        == []
    )


def test_a_changed_date_makes_no_new_item() -> None:
    memory = Memory()
    memory.poll(entry("dijkbode-article-1", "/a/9"))
    assert memory.poll(entry("dijkbode-article-1", "/a/9", published=NINE + timedelta(days=1))) == []


def test_guids_that_all_change_overnight_announce_nothing() -> None:
    memory = Memory()
    titles = [f"Bericht nummer {n} over het water" for n in range(20)]
    moments = [NINE - timedelta(minutes=n) for n in range(20)]
    memory.poll(
        *(entry(f"old-guid-00{n}", f"/a/{t[:18]}-{n}", t, published=moments[n]) for n, t in enumerate(titles))
    )
    edited = ["Bericht nummer 0 heeft een andere kop", *titles[1:]]
    assert (
        memory.poll(
            *(
                entry(f"new-guid-00{n}", f"/a/{titles[n][:18]}-{n}", t, published=moments[n])
                for n, t in enumerate(edited)
            )
        )
        == []
    )


def test_guids_and_links_that_all_change_overnight_announce_nothing() -> None:
    def night(guid: str, path: str) -> list[ParsedItem]:
        return [
            entry(
                f"{guid}-00{n}",
                f"{path}{n}",
                f"Bericht {n} over het water",
                published=NINE + timedelta(minutes=n),
            )
            for n in range(20)
        ]

    memory = Memory()
    assert len(memory.poll(*night("old-guid", "/a/"))) == 20
    assert memory.poll(*night("new-guid", "/artikel/x")) == []


def test_guids_that_change_in_a_feed_without_dates_announce_nothing() -> None:
    memory = Memory()
    memory.poll(entry("old-guid-001", "/a/gemaal-stil", published=None, summary="Een storing."))
    assert memory.poll(entry("new-guid-001", "/a/gemaal-stil", published=None, summary="Een storing.")) == []


def test_a_feed_that_stamps_all_items_with_the_time_of_the_poll_gives_them_no_new_keys() -> None:
    def poll(minute: int) -> set[str]:
        at = NINE + timedelta(minutes=minute)
        items = [entry(f"dijkbode-00{n}", f"/a/bericht-{n}", f"Bericht {n}", published=at) for n in range(4)]
        return {key for keys in document_keys(items) for key in keys.stored}

    assert poll(0) == poll(10)


def test_a_guid_that_all_items_share_identifies_none() -> None:
    memory = Memory()
    first = [entry("dijkbode-feed-guid", f"/a/{n}-bericht", f"Bericht {n} over het water") for n in range(3)]
    assert len(memory.poll(*first)) == 3
    assert memory.poll(*first) == []
    assert memory.poll(first[1]) == []
    fresh = entry("dijkbode-feed-guid", "/a/4-bericht", "Bericht 4 over het water")
    assert memory.poll(fresh, first[0]) == ["Bericht 4 over het water"]


def test_items_that_link_to_the_front_page_stay_apart() -> None:
    memory = Memory()
    items = [entry("", "/", f"Storing op lijn {n} verholpen") for n in range(3)]
    assert len(memory.poll(*items)) == 3
    assert memory.poll(*items) == []
    with_guids = [entry(f"version-{n}-stable", "/", f"Versie {n} is uitgebracht") for n in range(3)]
    assert [len(memory.poll(item)) for item in with_guids] == [1, 1, 1]


def test_an_article_listed_twice_in_one_document_is_one() -> None:
    memory = Memory()
    assert len(memory.poll(entry("dijkbode-article-1", "/a/9"), entry("dijkbode-article-1", "/a/9"))) == 1


def test_same_headline_and_date_on_two_pages_are_two_articles() -> None:
    memory = Memory()
    warnings = [
        entry(f"code-geel-{n}-0001", f"/weer/{n}", "Code geel voor gladheid in de provincie")
        for n in range(3)
    ]
    assert len(memory.poll(*warnings)) == 3


def test_a_daily_programme_with_one_link_and_one_text_is_new_every_day() -> None:
    memory = Memory()
    days = [
        entry(
            f"aflevering-000{n}",
            "/programma/journaal-van-acht-uur",
            "Het journaal van acht uur",
            summary="Het nieuws.",
            published=NINE + timedelta(days=n),
        )
        for n in range(4)
    ]
    assert [len(memory.poll(day)) for day in days] == [1, 1, 1, 1]


def test_an_article_that_moves_to_another_section_is_not_new() -> None:
    memory = Memory()
    memory.poll(entry("", "/nieuws/gemaal-bij-lutjewaard-staat-al-dagen-stil", published=None))
    assert memory.poll(entry("", "/zeeland/gemaal-bij-lutjewaard-staat-al-dagen-stil", published=None)) == []


def test_one_slug_on_two_days_is_two_articles() -> None:
    memory = Memory()
    path = "/2025/03/{:02}/het-weer-van-vandaag-in-heel-nederland"
    days = [entry("", path.format(n), "Het weer", published=NINE + timedelta(days=n)) for n in (3, 4)]
    assert [len(memory.poll(day)) for day in days] == [1, 1]


def test_a_very_long_guid_makes_a_key_of_bounded_length() -> None:
    one, other = (item_key(entry("x" * 5_000 + end)) for end in "ab")
    assert len(one) <= 300
    assert one != other


@given(
    st.lists(
        st.builds(ParsedItem, st.text(max_size=20), st.text(max_size=40), st.text(max_size=20)), max_size=8
    )
)
def test_any_document_gets_one_key_per_item_and_knows_itself_again(items: list[ParsedItem]) -> None:
    keys = document_keys(items)
    known = {key: item for item, found in zip(items, keys, strict=True) for key in found.stored}
    assert len(keys) == len(items)
    assert all(recognise(found, known) is not None for found in document_keys(items))
    assert all(len(key) <= 300 for found in keys for key in found.wanted)


def test_an_unknown_article_is_new() -> None:
    change = change_of(stored(), None)
    assert change is not None
    assert (change.kind, change.previous_title) == (Change.NEW, None)


def test_a_changed_headline_is_an_edit_that_remembers_the_old_one() -> None:
    change = change_of(stored("Gemaal draait weer"), stored("Gemaal staat stil"))
    assert change is not None
    assert (change.kind, change.previous_title) == (Change.EDIT, "Gemaal staat stil")


def test_a_changed_lead_is_an_edit_without_an_old_headline() -> None:
    change = change_of(stored(summary="De storing is verholpen."), stored())
    assert change is not None
    assert (change.kind, change.previous_title) == (Change.EDIT, None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Gemaal staat stil", "Gemaal  staat stil "),
        ("Gemaal staat stil", ""),
        ("'Gemaal' staat stil", "‘Gemaal’ staat stil"),
        ('"Gemaal" - stil', "“Gemaal” – stil"),
    ],
)
def test_typography_is_no_edit(before: str, after: str) -> None:
    assert change_of(stored(after), stored(before)) is None


@pytest.mark.parametrize("title", ["Gemaal Staat Stil", "‘Gemaal staat stil’"])
def test_case_and_punctuation_are_an_edit_that_need_not_be_pointed_out(title: str) -> None:
    change = change_of(stored(title), stored("Gemaal staat stil"))
    assert change is not None
    assert change.previous_title is None


def test_a_change_far_down_the_teaser_is_no_edit() -> None:
    lead = "Het gemaal staat stil sinds maandag. " * 8
    assert not is_edited(
        stored(summary=lead + "Drie bronnen."), stored(summary=lead + "Vier bronnen en meer.")
    )


def test_another_feed_of_the_publisher_does_not_edit() -> None:
    assert change_of(stored("Gemaal draait weer", feed=2), stored("Gemaal staat stil", feed=1)) is None


def test_a_date_in_the_future_is_replaced_by_the_time_of_seeing() -> None:
    assert published_or_seen(NINE + timedelta(days=2), NINE) == NINE
    assert published_or_seen(NINE - timedelta(days=2), NINE) == NINE - timedelta(days=2)
    assert published_or_seen(None, NINE) == NINE


@pytest.mark.parametrize("nothing", [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
def test_the_date_of_a_program_that_has_none_is_none(nothing: datetime) -> None:
    assert published_or_seen(nothing, NINE) == NINE
    assert is_news(nothing, NINE, NINE - timedelta(days=1), first_poll=False)
    assert not is_news(nothing, NINE, NINE - timedelta(days=1), first_poll=True)


@pytest.mark.parametrize(
    ("published", "since", "first_poll", "expected"),
    [
        (NINE - timedelta(minutes=5), NINE - timedelta(hours=1), True, True),
        (NINE - timedelta(hours=2), NINE - timedelta(hours=1), True, False),
        (None, NINE - timedelta(hours=1), True, False),
        (NINE + timedelta(days=300), NINE - timedelta(hours=1), True, False),
        (NINE + timedelta(minutes=2), NINE - timedelta(hours=1), True, True),
        (NINE + timedelta(minutes=30), NINE - timedelta(hours=1), True, False),
        (None, NINE - timedelta(hours=1), False, True),
        (NINE - timedelta(days=300), NINE - timedelta(days=400), False, False),
        (NINE - timedelta(hours=2), NINE - timedelta(hours=1), False, True),
        (NINE - timedelta(hours=2), NINE + timedelta(hours=1), False, False),
        # Feeds date to the second or the minute; a subscription is dated to the microsecond.
        (NINE - timedelta(minutes=5), NINE - timedelta(minutes=4, seconds=0.2), True, True),
        (NINE - timedelta(minutes=5), NINE - timedelta(minutes=4), True, False),
    ],
)
def test_what_was_there_before_the_subscription_is_no_news(
    published: datetime | None, since: datetime, first_poll: bool, expected: bool
) -> None:
    assert is_news(published, NINE, since, first_poll) is expected


def test_a_date_that_most_entries_share_is_that_of_the_program() -> None:
    made = [entry(published=NINE + timedelta(seconds=number)) for number in range(3)]
    real = [entry(published=NINE - timedelta(hours=number)) for number in range(1, 5)]
    assert dated_by_program([*made, *real[:1]]) == {item.published for item in made}
    assert dated_by_program([*made, *real]) == frozenset()
    assert dated_by_program(made[:2]) == frozenset()
    assert dated_by_program([entry(published=None)] * 9) == frozenset()


ENTRIES = st.builds(
    entry,
    guid=st.sampled_from(["", "1", "2", "dijkbode-lang-kenmerk-1"]),
    path=st.sampled_from(
        ["", "/a", "/nieuws/gemaal-staat-stil", "/artikel/123456/gemaal", "/artikel/123457/dijk"]
    ),
    title=st.sampled_from(["", "Gemaal bij Lutjewaard staat stil", "Dijk bij Lutjewaard verzwakt"]),
    summary=st.sampled_from(["", "Een storing.", "Door de storm."]),
    published=st.sampled_from([None, NINE, NINE + timedelta(hours=1)]),
)


@given(st.lists(ENTRIES, max_size=8), st.sets(st.integers(0, 7)))
def test_asking_for_some_entries_only_changes_nothing_of_what_is_said_of_them(
    entries: list[ParsedItem], places: set[int]
) -> None:
    asked = {place for place in places if place < len(entries)}
    chosen = {id(entries[place]) for place in asked}
    everything = articles(entries, "dijkbode")
    assert articles(entries, "dijkbode", asked) == tuple(each for each in everything if id(each[0]) in chosen)


@given(st.lists(ENTRIES, max_size=8), st.sets(st.integers(0, 7)))
def test_knowing_what_marks_the_other_entries_changes_nothing_either(
    entries: list[ParsedItem], places: set[int]
) -> None:
    asked = {place for place in places if place < len(entries)}
    listed = document_keys(entries, "dijkbode")
    others = {mark for place, keys in enumerate(listed) if place not in asked for mark in keys.marks}
    assert articles(entries, "dijkbode", asked, others) == articles(entries, "dijkbode", asked)


def test_entries_that_have_nothing_in_common_with_others_are_looked_at_alone() -> None:
    new = entry(path="/nieuws/a", title="Gemaal bij Lutjewaard staat stil")
    old = entry(path="/nieuws/b", title="Dijk bij Lutjewaard verzwakt")
    others = set(document_keys([old])[0].marks)
    assert articles([new, old], only={0}, others=others) == articles([new], only={0})
    renamed = replace(new, title=old.title)
    assert articles([renamed, old], only={0}, others=others) == articles([renamed, old], only={0})
