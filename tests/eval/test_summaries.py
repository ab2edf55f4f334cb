"""The project's own evaluation of summaries: 62 invented articles of many kinds, judged by rules.

An article says which facts its summary must hold and which phrases never, and what its reader follows. What
can be checked without taste (whole sentences of the text, their offsets, the limit, no headline, no
boilerplate) must hold for all; the share of facts may not fall below what was measured.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.domain.boilerplate import is_boilerplate
from bot.domain.readable import is_whole
from bot.domain.summary import LIMIT, Summary, repeats, summary_of

FOLDER = Path(__file__).parent / "summaries"
FACTS = 0.98
LEANING = 0.02
_PRONOUN = re.compile(
    r"(?:Hij|Zij|Ze|Hun|Dit|Deze|He|She|They|It|His|Her|Their|This|These|But|Maar|En|And)\b"
)


@dataclass(frozen=True)
class Article:
    """An article of the set."""

    id: str
    genre: str
    title: str
    text: str
    follows: tuple[str, ...]
    must: tuple[str, ...]
    never: tuple[str, ...]
    empty: bool

    @property
    def summary(self) -> Summary:
        return summary_of(self.title, self.text, followed=self.follows)


def _article(row: dict[str, Any]) -> Article:
    follows, must, never = (tuple(row[key]) for key in ("follows", "must", "never"))
    empty = row.get("empty", False)
    return Article(row["id"], row["genre"], row["title"], row["text"], follows, must, never, empty)


ARTICLES = [
    _article(json.loads(line))
    for path in sorted(FOLDER.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def test_the_set_has_at_least_fifty_articles_of_many_kinds() -> None:
    assert len(ARTICLES) >= 50
    assert len({article.genre for article in ARTICLES}) >= 20
    assert len({article.id for article in ARTICLES}) == len(ARTICLES)
    assert all(fact in article.text for article in ARTICLES for fact in article.must)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_a_summary_is_whole_sentences_of_the_article_within_the_limit(article: Article) -> None:
    summary = article.summary
    assert bool(summary.text) is not article.empty
    assert len(summary.text) <= LIMIT
    assert len(summary.sentences) <= 2
    assert summary.text == " ".join(sentence.text for sentence in summary.sentences)
    assert all(article.text[one.start : one.end] == one.text for one in summary.sentences)
    assert list(summary.sentences) == sorted(summary.sentences, key=lambda one: one.start)
    alone = len(article.text) < LIMIT
    assert all(is_whole(one.text, alone=alone) for one in summary.sentences)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_a_summary_repeats_no_headline_and_holds_no_boilerplate(article: Article) -> None:
    summary = article.summary
    assert not [phrase for phrase in article.never if phrase in summary.text]
    assert not [one for one in summary.sentences if repeats(one.text, article.title)]
    assert not [one for one in summary.sentences if is_boilerplate(one.text)]


def test_summaries_hold_the_facts_and_stand_alone(capsys: pytest.CaptureFixture[str]) -> None:
    told = [(article, article.summary.text) for article in ARTICLES if not article.empty]
    facts = [(article.id, fact, fact in text) for article, text in told for fact in article.must]
    share = sum(found for *_, found in facts) / len(facts)
    leaning = [article.id for article, text in told if _PRONOUN.match(text)]
    with capsys.disabled():
        print(
            f"\nsummaries: {share:.3f} of {len(facts)} facts, {len(leaning)} of {len(told)} lean on nothing"
        )
    assert share >= FACTS, [(name, fact) for name, fact, found in facts if not found]
    assert len(leaning) <= LEANING * len(told), leaning
