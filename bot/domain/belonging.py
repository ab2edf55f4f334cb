"""How surely a report belongs to a story, from how it compares with the story's reports together.

One report that is near is not enough: a report on a report names the earlier event as its background, and
by such steps an affair of weeks would become one story. So it has to agree with the story's reports on
the whole and with its first one, its headline has to tell what theirs tell, and an outlet that reported
already seldom does so again. Must not know the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from bot.domain.likeness import SURE, Account, Comparison


@dataclass(frozen=True, slots=True)
class StoryWeights:
    """How much each sign says; found on stories in both languages, judged by hand, as they grew in many
    orders: which outlet is first is chance, so no sign may lean on it much.

    Args:
        bias: the start.
        mean: the mean score of the report with each of the story's.
        first: the score with the story's first report.
        news: the share of its headline that no headline of the story has, 0..1.
        fresh: the rarity of the rarest word of its headline that no report of the story has, about 0..1.
            A rare word weighs heavily in `news` also where it only words the same event in another way,
            so this gives some of it back.
        again: its outlet has reported the story before.
    """

    bias: float
    mean: float
    first: float
    news: float
    fresh: float
    again: float


LEXICAL = StoryWeights(bias=2.2, mean=1.0, first=0.45, news=-8.3, fresh=4.0, again=-1.6)
"""Where scores come from words, names, numbers and places."""
SEMANTIC = StoryWeights(bias=2.3, mean=2.2, first=0.25, news=-6.4, fresh=4.2, again=-1.6)
"""Where a judge of meaning has its share in the scores, which is then surer of each."""


def belonging(
    mine: Comparison,
    reports: Sequence[Account],
    scores: Sequence[float],
    *,
    again: bool,
    weights: StoryWeights = LEXICAL,
) -> float:
    """How surely a report tells of a story's event: above 0 rather yes, below rather not.

    Of a story with a single report there is no more to know than how the two compare.

    Args:
        mine: the report.
        reports: reports of the story, its first one first.
        scores: how surely the report and each of these tell of one event.
        again: whether the report's outlet has reported the story before.
        weights: how much each sign says.
    """
    best = max(scores)
    if best >= SURE or len(reports) == 1:
        return best
    headlines = set(chain.from_iterable(other.evidence.title for other in reports))
    fresh = mine.rarest_but(headlines.union(*(other.evidence.lead for other in reports)))
    return (
        weights.bias
        + weights.mean * sum(scores) / len(scores)
        + weights.first * scores[0]
        + weights.news * mine.share_but(headlines)
        + weights.fresh * fresh
        + weights.again * again
    )
