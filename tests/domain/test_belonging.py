from collections import defaultdict
from datetime import UTC, datetime

from bot.domain.belonging import belonging
from bot.domain.evidence import evidence_of
from bot.domain.likeness import SURE, Account, Comparison
from bot.domain.vocabulary import Vocabulary

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
VOCABULARY = Vocabulary(rates=dict.fromkeys(["in", "to", "the", "a", "by", "for"], 0.5))
STORY = ["Pilot handed over to Belmora", "Belmora receives pilot", "Pilot handed over"]


def account(title: str, text: str = "") -> Account:
    evidence = evidence_of(title, text, "en", VOCABULARY)
    return Account(evidence, title, text, "en", "", "", NOON)


def score(
    title: str, text: str = "", *, scores: tuple[float, ...] = (2.0, 2.0, 2.0), again: bool = False
) -> float:
    mine = Comparison(account(title, text), defaultdict(lambda: 6.0))
    reports = [account(each) for each in STORY[: len(scores)]]
    return belonging(mine, reports, scores, again=again)


def test_what_agrees_with_all_reports_belongs() -> None:
    assert score("Belmora pilot handed over") > 0


def test_one_near_report_does_not_make_up_for_all_the_others() -> None:
    assert score("Belmora pilot handed over", scores=(-4.0, -4.0, 5.0)) < 0


def test_the_first_report_counts_more_than_another() -> None:
    title = "Belmora pilot handed over"
    assert score(title, scores=(3.0, 0.0, 0.0)) > score(title, scores=(0.0, 0.0, 3.0))


def test_a_headline_of_other_things_with_the_event_as_its_background_belongs_less() -> None:
    lead = "The pilot was handed over to Belmora."
    assert score("Judges question pilot", lead) < score("Pilot handed over", lead)


def test_a_word_that_nobody_used_before_counts_less_against_it_than_one_from_the_background() -> None:
    mine = Comparison(account("Pilot extradited"), defaultdict(lambda: 6.0))
    reports = [account(each) for each in STORY]
    knowing = [*reports[:2], account(STORY[2], "He was extradited.")]
    new, known = (belonging(mine, told, [2.0] * 3, again=False) for told in (reports, knowing))
    assert new > known


def test_an_outlet_seldom_reports_an_event_twice() -> None:
    title = "Belmora pilot handed over"
    assert score(title, again=True) < score(title)


def test_what_is_certain_of_one_report_is_certain_of_the_story() -> None:
    assert score("Something else", scores=(-SURE, -SURE, SURE)) == SURE


def test_of_a_single_report_only_the_comparison_counts() -> None:
    assert score("Something else", scores=(1.5,)) == 1.5
