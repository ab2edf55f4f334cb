from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.stories import Report, StoryWindow
from bot.services.packs import load_vocabulary

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
VOCABULARY = load_vocabulary()
CALL = "Rutte belt Trump over Groenland"
CALL_IN_ENGLISH = "Rutte phones Trump on Greenland"


class Desk:
    """A window, and reports that are put into it as they come."""

    def __init__(self, closeness: Callable[[str, str], float] | None = None) -> None:
        self.window = StoryWindow(vocabulary=VOCABULARY, closeness=closeness)
        self.now = NOON
        self.number = 0

    def report(
        self,
        title: str,
        text: str = "",
        *,
        outlet: str = "",
        language: str = "nl",
        hours: float = 0.5,
        url: str = "",
    ) -> Report:
        self.now += timedelta(hours=hours)
        self.number += 1
        return Report(
            self.number, title, text, language, self.now, outlet or f"outlet {self.number}", url=url
        )

    def tell(
        self,
        title: str,
        text: str = "",
        *,
        outlet: str = "",
        language: str = "nl",
        hours: float = 0.5,
        url: str = "",
    ) -> int:
        """Take a report in; returns its story."""
        report = self.report(title, text, outlet=outlet, language=language, hours=hours, url=url)
        decision = self.window.decide(report)
        story = report.item_id if decision.story is None else decision.story
        self.window.add(story, report)
        return story

    def tell_all(
        self, titles: Iterable[str], *, outlet: str = "", language: str = "nl", hours: float = 0.5
    ) -> list[int]:
        return [self.tell(title, outlet=outlet, language=language, hours=hours) for title in titles]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_first_report_begins_a_story(desk: Desk) -> None:
    decision = desk.window.decide(desk.report(CALL))
    assert decision.story is None
    assert decision.follows is None
    assert decision.why == "no earlier report of this event"


def test_another_outlets_report_joins_the_story(desk: Desk) -> None:
    assert desk.tell(CALL) == desk.tell("NAVO-chef Rutte spreekt Trump telefonisch over Groenland")


def test_dutch_and_english_reports_of_one_event_meet(desk: Desk) -> None:
    assert desk.tell(CALL) == desk.tell(CALL_IN_ENGLISH, language="en")


def test_a_reason_quotes_the_report_that_was_met_and_the_words_they_share(desk: Desk) -> None:
    desk.tell(CALL, outlet="NOS")
    why = desk.window.decide(desk.report(CALL_IN_ENGLISH, language="en")).why
    assert why.startswith("shares ")
    assert "greenland" in why
    assert f"“{CALL}” (NOS)" in why
    assert why.endswith("%)")


def test_a_reaction_is_a_story_of_its_own_that_follows_the_event(desk: Desk) -> None:
    story = desk.tell(CALL)
    decision = desk.window.decide(
        desk.report("Denemarken opgelucht na telefoontje van Rutte met Trump over Groenland", hours=9)
    )
    assert decision.story is None
    assert decision.follows == story
    assert CALL in decision.why


def test_the_next_days_event_is_a_new_story(desk: Desk) -> None:
    first = desk.tell("Zeker elf doden bij Russische raketaanval op Charkiv")
    later = desk.tell("Energiecentrale in Charkiv getroffen, geen slachtoffers", hours=24)
    assert first != later


def test_another_place_is_another_event(desk: Desk) -> None:
    titles = [f"{place} to hold referendum on EU membership" for place in ("Moldova", "Armenia")]
    first, second = desk.tell_all(titles, language="en")
    assert first != second


def test_a_comment_does_not_join(desk: Desk) -> None:
    assert desk.tell(CALL) != desk.tell("Waarom belt Rutte met Trump? Vijf vragen over Groenland", hours=3)


def test_round_ups_glue_no_stories_together(desk: Desk) -> None:
    call = desk.tell(CALL)
    fire = desk.tell("Grote brand in munitiedepot bij Eindhoven")
    round_up = desk.tell("Het nieuws van dinsdag: Rutte belt Trump over Groenland, brand in munitiedepot")
    later = desk.tell("Brand in munitiedepot bij Eindhoven onder controle", hours=1)
    assert len({call, fire, round_up}) == 3
    assert later != round_up


def test_the_same_round_up_of_the_next_day_is_another_one(desk: Desk) -> None:
    titles = [f"Wekdienst {day} maart: het nieuws van vandaag" for day in (3, 4)]
    first, second = desk.tell_all(titles, outlet="NOS", hours=24)
    assert first != second


def test_a_story_is_closed_after_three_days(desk: Desk) -> None:
    assert desk.tell(CALL) != desk.tell(CALL, hours=73)


def test_an_older_report_that_arrives_late_joins_too(desk: Desk) -> None:
    story = desk.tell(CALL)
    assert desk.tell(CALL_IN_ENGLISH, language="en", hours=-2) == story


def test_one_address_is_one_article_whatever_its_headline(desk: Desk) -> None:
    url = "https://krant.example/artikel/1"
    first = desk.tell("Brand bij Eindhoven", url=url)
    assert desk.tell("Dode in puin van depot gevonden", url=url) == first


@pytest.mark.parametrize("url", ["https://krant.example/", "https://krant.example/nieuws", "geen adres"])
def test_the_address_of_many_articles_makes_them_no_story(desk: Desk, url: str) -> None:
    first = desk.tell("Brand bij Eindhoven", url=url)
    assert desk.tell("Koning opent brug in Zwolle", url=url) != first


def test_a_chain_of_small_steps_does_not_carry_a_story_away(desk: Desk) -> None:
    steps = [
        "Minister Brekelmans onder vuur om munitieorder van 240 miljoen",
        "Kamer wil debat over munitieorder van minister Brekelmans",
        "Debat over munitieorder: oppositie dient motie in tegen Brekelmans",
        "Coalitie verdeeld over motie van oppositie tegen Brekelmans",
        "Coalitie verdeeld over stikstof, oppositie wil nieuwe verkiezingen",
        "Oppositie wil nieuwe verkiezingen in november, peiling gunstig voor links",
        "Peiling: links wint bij verkiezingen in november",
    ]
    stories = desk.tell_all(steps, hours=3)
    assert stories[0] != stories[-1]


def test_of_two_stories_that_a_report_may_belong_to_the_larger_is_likelier(desk: Desk) -> None:
    stray = "Zeehond gered uit haven van Zierikzee"
    for _ in range(4):
        desk.window.add(1, desk.report("Brandweer redt zeehond uit haven van Zierikzee", hours=0))
    desk.window.add(2, desk.report(stray, hours=20))
    assert desk.window.decide(desk.report(stray)).story == 1
    desk.window.forget([1])
    assert desk.window.decide(desk.report(stray)).story == 2


def test_deciding_changes_nothing(desk: Desk) -> None:
    desk.tell(CALL)
    report = desk.report(CALL_IN_ENGLISH, language="en")
    first = desk.window.decide(report)
    assert desk.window.decide(report) == first
    assert len(desk.window) == 1


def test_a_forgotten_story_attracts_no_report(desk: Desk) -> None:
    story = desk.tell(CALL)
    desk.window.forget([story, 999])
    assert desk.window.decide(desk.report(CALL)).story is None
    assert len(desk.window) == 0


def test_pruning_drops_what_is_too_old_and_nothing_else(desk: Desk) -> None:
    old = desk.tell(CALL)
    young = desk.tell("Grote brand in munitiedepot bij Eindhoven", hours=60)
    desk.window.prune(desk.now + timedelta(hours=20))
    assert len(desk.window) == 1
    assert desk.window.decide(desk.report("Brand in munitiedepot bij Eindhoven")).story == young
    assert desk.window.decide(desk.report(CALL)).story != old


def test_an_item_that_is_added_again_takes_the_place_of_its_earlier_report(desk: Desk) -> None:
    report = desk.report(CALL)
    desk.window.add(1, report)
    corrected = Report(report.item_id, "Zeehond gered in Zierikzee", "", "nl", report.published, "NOS")
    desk.window.add(1, corrected)
    assert len(desk.window) == 1
    assert desk.window.decide(desk.report(CALL)).story is None


def test_meaning_is_asked_only_where_words_leave_it_open() -> None:
    asked = []

    def closeness(one: str, other: str) -> float:
        asked.append((one, other))
        return 0.5

    desk = Desk(closeness)
    desk.tell(CALL)
    desk.tell("Zeehond gered in Zierikzee")
    assert asked == []
    desk.tell(CALL_IN_ENGLISH, language="en")
    assert asked == [(f"{CALL_IN_ENGLISH}.", f"{CALL}.")]


def test_meaning_joins_what_words_alone_would_not_and_keeps_apart_what_they_would() -> None:
    one, other = "Poetin wijst bestand van dertig dagen af", "Rusland weigert staakt-het-vuren van een maand"
    near, far = Desk(lambda *_: 0.95), Desk(lambda *_: 0.0)
    assert near.tell(one) == near.tell(other)
    assert far.tell(one) != far.tell(other)


def test_the_texts_to_be_judged_by_meaning_are_known_beforehand() -> None:
    desk = Desk(lambda *_: 0.5)
    desk.tell(CALL, "Het gesprek duurde een half uur.")
    desk.tell("Zeehond gered in Zierikzee")
    openings = desk.window.openings(desk.report(CALL_IN_ENGLISH, language="en"))
    assert openings == [f"{CALL_IN_ENGLISH}.", f"{CALL}. Het gesprek duurde een half uur."]


def test_without_a_judge_of_meaning_there_is_nothing_to_read_beforehand(desk: Desk) -> None:
    desk.tell(CALL)
    assert desk.window.openings(desk.report(CALL)) == []


TEXTS = st.text(max_size=60) | st.sampled_from([CALL, CALL_IN_ENGLISH, "", " ", "\x00", "🛰️ | 🛰️"])


@given(
    st.lists(
        st.tuples(TEXTS, TEXTS, st.sampled_from(["nl", "en", "de", ""]), st.integers(-90, 90)), max_size=8
    )
)
def test_any_report_finds_a_place(rows: list[tuple[str, str, str, int]]) -> None:
    window = StoryWindow(vocabulary=VOCABULARY)
    stories: set[int] = set()
    for number, (title, text, language, hours) in enumerate(rows):
        report = Report(number, title, text, language, NOON + timedelta(hours=hours), "outlet")
        decision = window.decide(report)
        assert decision.story is None or decision.story in stories
        assert decision.follows is None or decision.follows in stories
        story = number if decision.story is None else decision.story
        window.add(story, report)
        stories.add(story)
    window.prune(NOON + timedelta(days=30))
    assert len(window) == 0
