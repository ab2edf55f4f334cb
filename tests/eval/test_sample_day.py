"""The shipped packs and topics on the bundled day, whose labels we know: a floor, not a measurement.

The day is invented and was written with the topics in mind, so it is easier than real news.
"""

from datetime import UTC, datetime

import pytest

from bot.domain.matcher import Matcher
from bot.domain.models import Document
from bot.domain.rules import parse_rule
from bot.feeds.sample import load_day
from bot.services.packs import load_catalog, load_topics

TOPICS = {"nato", "rutte", "trump", "zelensky", "ukraine"}
NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def verdicts() -> list[tuple[str, str, str]]:
    """Per report and topic that was expected or found: (topic, verdict, headline)."""
    catalog = load_catalog()
    rules = {topic.slug: parse_rule(topic.rule, set(catalog.entities)) for topic in load_topics()}
    matcher = Matcher.build(catalog, rules)
    day = load_day()
    languages = {publisher.slug: publisher.language for publisher in day.publishers}
    found = []
    for report in day.reports:
        text = "\n\n".join((report.teaser, *report.paragraphs))
        result = matcher.match(Document(report.title, text, languages[report.outlet], NOW))
        got = TOPICS.intersection(result.rules)
        for topic in got | set(report.topics):
            verdict = (
                "right" if topic in got and topic in report.topics else "extra" if topic in got else "missed"
            )
            found.append((topic, verdict, report.title))
    return found


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_topic_finds_its_reports_and_few_others(verdicts: list[tuple[str, str, str]], topic: str) -> None:
    mine = [verdict for about, verdict, _ in verdicts if about == topic]
    right, extra, missed = (mine.count(verdict) for verdict in ("right", "extra", "missed"))
    assert right >= 12
    assert right / (right + missed) >= 0.98
    assert right / (right + extra) >= 0.9


def test_precision_and_recall_over_all_topics(verdicts: list[tuple[str, str, str]]) -> None:
    right, extra, missed = (sum(v == kind for _, v, _ in verdicts) for kind in ("right", "extra", "missed"))
    precision, recall = right / (right + extra), right / (right + missed)
    print(f"sample day: precision {precision:.3f}, recall {recall:.3f} ({right} right)")
    wrong = [(verdict, topic, title) for topic, verdict, title in verdicts if verdict != "right"]
    assert len(wrong) <= 2, wrong
