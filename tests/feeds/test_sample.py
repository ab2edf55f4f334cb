"""The bundled day as it is written: what it must hold for the demo, and how its mistakes are reported."""

import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.feeds.sample import Day, Format, Report, load_day
from bot.feeds.sample.day import sample_folder, slugify

TOPICS = {"nato", "rutte", "trump", "zelensky", "ukraine"}
SENTENCE_END = re.compile(r"[.!?][”’)]?(?=\s|$)")
NAMES = {
    "nato": r"\bn(?:ato|avo)\b",
    "rutte": r"\bmark rutte\b|\brutte\b",
    "trump": r"\btrump",
    "zelensky": r"\bzelenskyy?\b",
    "ukraine": r"ukrain|oekra[iï]",
}

Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def day() -> Day:
    return load_day()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The bundled day in a folder of its own, with one event, to be spoiled."""
    target = tmp_path / "sample"
    shutil.copytree(str(sample_folder()), target)
    for event in (target / "events").iterdir():
        if event.name != "heffingen.toml":
            event.unlink()
    return target


def words_of(report: Report) -> str:
    return " ".join((report.title, report.teaser, *report.paragraphs)).casefold()


def stories(day: Day) -> dict[str, list[Report]]:
    found: dict[str, list[Report]] = defaultdict(list)
    for report in day.reports:
        if report.story:
            found[report.story].append(report)
    return found


def test_it_has_outlets_of_several_owners_in_two_languages_and_three_formats(day: Day) -> None:
    assert len(day.publishers) >= 7
    owners = [publisher.owner for publisher in day.publishers]
    assert 5 <= len(set(owners)) < len(owners)
    assert {publisher.language for publisher in day.publishers} == {"nl", "en"}
    assert {publisher.format for publisher in day.publishers} == set(Format)
    assert {publisher.full_text for publisher in day.publishers} == {True, False}


def test_it_has_at_least_75_reports_and_every_outlet_says_it_is_invented(day: Day) -> None:
    assert len(day.reports) >= 75
    assert [report.number for report in day.reports] == list(range(1, len(day.reports) + 1))
    assert all(re.search("verzonnen|invented", publisher.description) for publisher in day.publishers)
    assert {report.outlet for report in day.reports} == {publisher.slug for publisher in day.publishers}


def test_it_has_events_that_several_outlets_report_in_both_languages(day: Day) -> None:
    languages = {publisher.slug: publisher.language for publisher in day.publishers}
    told = stories(day)
    assert max(len(reports) for reports in told.values()) <= 6
    assert sum(len(reports) > 1 for reports in told.values()) >= 15
    assert all(len({report.outlet for report in reports}) == len(reports) for reports in told.values())
    both = [s for s, reports in told.items() if {languages[r.outlet] for r in reports} == {"nl", "en"}]
    assert len(both) >= 8
    assert {topic for story in both for report in told[story] for topic in report.topics} == TOPICS


def test_it_has_wire_copy_that_two_outlets_print_word_for_word(day: Day) -> None:
    texts: dict[str, set[str]] = defaultdict(set)
    for report in day.reports:
        texts[report.text].add(report.outlet)
    shared = [outlets for outlets in texts.values() if len(outlets) > 1]
    assert len(shared) >= 4


def test_it_has_near_misses_and_other_news_without_a_topic(day: Day) -> None:
    others = [report for report in day.reports if not report.topics]
    tempting = [r for r in others if re.search("nato|rutte|trump|tromp|troef|navo", words_of(r))]
    assert len(tempting) >= 12
    assert len(others) - len(tempting) >= 12


def test_it_has_headlines_that_are_corrected_before_and_after_others_appear(day: Day) -> None:
    corrected = [report for report in day.reports if report.correction]
    assert len(corrected) >= 3
    assert any(report.at < day.now < report.correction.at for report in corrected if report.correction)


def test_topics_are_labelled_where_their_names_stand_and_nowhere_else(day: Day) -> None:
    for report in day.reports:
        assert set(report.topics) <= TOPICS
        words = words_of(report)
        found = {topic for topic, name in NAMES.items() if re.search(name, words)}
        if report.topics:
            assert found == set(report.topics), report.title


def test_every_report_reads_as_an_article(day: Day) -> None:
    for report in day.reports:
        text = " ".join(report.paragraphs)
        assert 1 <= len(SENTENCE_END.findall(report.teaser)) <= 3, report.title
        assert 3 <= len(SENTENCE_END.findall(text)) <= 8, report.title
        for block in (report.teaser, *report.paragraphs):
            assert re.search(r"[.!?][”’]?$", block), block
        assert report.author
        assert report.category
        assert not re.search(r'"|  | [.,;]|--', " ".join((report.title, report.teaser, text)))


def test_a_slug_is_short_ascii_and_survives_quotes_and_accents() -> None:
    assert slugify("‘Jullie sturen licht’: Oekraïne & co.") == "jullie-sturen-licht-oekraine-co"
    assert len(slugify("woord " * 40)) <= 60
    assert slugify("—") == ""


def spoil(folder: Path, edit: Edit, name: str = "events/heffingen.toml") -> ConfigError:
    file = folder / name
    file.write_text(edit(file.read_text(encoding="utf8")), encoding="utf8")
    with pytest.raises(ConfigError) as caught:
        load_day(folder)
    return caught.value


def test_a_sound_copy_loads(copy: Path) -> None:
    assert len(load_day(copy).reports) == 9


@pytest.mark.parametrize(
    ("edit", "key", "expected"),
    [
        (lambda s: s.replace('outlet = "harbour"', 'outlet = "haven"'), "item.7.outlet", "haven"),
        (lambda s: s.replace('wire = "pnz-heffing"', 'wire = "anp"', 1), "item.2.wire", "anp"),
        (lambda s: s.replace('wire = "pnz-heffing"', "", 1), "item.2.text", "either text or wire"),
        (lambda s: s.replace("haven.svg", "haven.gif"), "item.8.image", "haven.gif"),
        (lambda s: s.replace("haven.svg", "article.html"), "item.8.image", "article.html"),
        (lambda s: s.replace("at = 10:11:00", "at = 07:52:00"), "item.0.correction.at", "after"),
        (lambda s: s.replace("at = 08:10:00", 'at = "early"'), "item.1.at", "time"),
        (lambda s: s.replace("teaser = ", "lead = ", 1), "item.0.lead", "nexpected"),
        (lambda s: s + s[s.index("[[item]]") :], "lagelanden", "share the address"),
        (lambda s: s + "\n[[", "-", "TOML"),
    ],
)
def test_a_mistake_in_an_event_is_reported_with_its_place(
    copy: Path, edit: Edit, key: str, expected: str
) -> None:
    error = spoil(copy, edit)
    assert any(p.key == key and expected in p.expected for p in error.problems), str(error)


def test_all_mistakes_of_all_files_are_reported_at_once(copy: Path) -> None:
    (copy / "events" / "leeg.toml").write_bytes(b"\xff\xfe")
    error = spoil(
        copy, lambda s: s.replace('format = "rdf"', 'format = "csv"').replace("now =", "nu ="), "day.toml"
    )
    assert {(problem.file, problem.key) for problem in error.problems} >= {
        ("day.toml", "nu"),
        ("day.toml", "now"),
        ("day.toml", "publisher.3.format"),
        ("leeg.toml", "-"),
    }
