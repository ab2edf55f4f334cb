"""How surely two reports tell of one event, from what they share and what sets them apart.

The score is a sum: each piece of evidence times its weight. The weights are those of a logistic
regression over pairs of reports, Dutch, English and mixed, judged by hand; so a score of 0 is an even
chance, and 3 is 20 to 1. Must not know stories or the window.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import log1p, sqrt

from bot.domain.evidence import Evidence, Genre

SURE = 9.0
APART = -9.0
_ENOUGH = 4
_TOP = 8.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence says.

    Args:
        bias: the start.
        crossed: the share of each headline that the other report has, the lesser of the two, 0..1.
        keys: the logarithm of how many keys their headlines share.
        top: the weight of the rarest key they share.
        place: their headlines share a place.
        lead: the overlap of the whole reports, 0..1.
        leads: both have a lead: then they share less, as leads go into details.
        languages: they are in two languages, and so share less.
        comment: one of them is no news report.
        outlet: they are two articles of one outlet, which seldom tells a thing twice; the less they
            share, the more that counts.
        hours: the logarithm of the hours between them.
        meaning: their closeness in meaning, about 0..1.
    """

    bias: float
    crossed: float
    keys: float
    top: float
    place: float
    lead: float
    leads: float
    languages: float
    comment: float
    outlet: float
    hours: float
    meaning: float = 0.0


LEXICAL = Weights(
    bias=-6.05,
    crossed=3.3,
    keys=1.7,
    top=4.05,
    place=0.55,
    lead=4.0,
    leads=1.35,
    languages=2.5,
    comment=-1.05,
    outlet=-4.0,
    hours=-1.07,
)
SEMANTIC = Weights(
    bias=-8.3,
    crossed=1.9,
    keys=1.3,
    top=3.7,
    place=0.7,
    lead=0.0,
    leads=0.75,
    languages=3.3,
    comment=-1.05,
    outlet=-4.3,
    hours=-1.16,
    meaning=8.9,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A report as it is compared: what it says, and who says it when.

    `opening` is the headline and the beginning of the text, for a comparison in meaning.
    """

    evidence: Evidence
    headline: str
    opening: str
    language: str
    outlet: str
    url: str
    published: datetime


def likeness(
    one: Account,
    other: Account,
    weigh: Callable[[str], float],
    weights: Weights,
    meaning: float = 0.0,
) -> float:
    """How surely two reports tell of one event: above 0 rather yes, below rather not.

    Args:
        one: a report.
        other: another.
        weigh: how much it says to share a key.
        weights: how much each piece of evidence says.
        meaning: the closeness of their headlines, where it is known, -1..1.
    """
    if one.url and one.url == other.url:
        return SURE
    if Genre.ROUND_UP in (one.evidence.genre, other.evidence.genre):
        return SURE if _same_round_up(one, other) else APART
    score = weights.bias + weights.meaning * meaning
    score += _shared(one, other, weigh, weights)
    score += weights.place * (not one.evidence.places.isdisjoint(other.evidence.places))
    hours = abs((one.published - other.published).total_seconds()) / 3600
    score += weights.hours * log1p(hours)
    score += weights.comment * (Genre.COMMENT in (one.evidence.genre, other.evidence.genre))
    score += weights.languages * (one.language != other.language)
    return score


def _shared(one: Account, other: Account, weigh: Callable[[str], float], weights: Weights) -> float:
    """What the keys say that both have."""
    mine, theirs = one.evidence, other.evidence
    title, their_title = _sum(mine.title, weigh), _sum(theirs.title, weigh)
    both = mine.keys & theirs.keys
    shared = {key: weigh(key) for key in both}
    crossed = min(
        sum(shared[key] for key in mine.title & both) / title,
        sum(shared[key] for key in theirs.title & both) / their_title,
    )
    whole = sqrt((title + _sum(mine.lead, weigh)) * (their_title + _sum(theirs.lead, weigh)))
    same_outlet = one.outlet != "" and one.outlet == other.outlet
    return (
        weights.crossed * crossed
        + weights.outlet * (1 - crossed) * same_outlet
        + weights.keys * log1p(len(mine.title & theirs.title))
        + weights.top * max(shared.values(), default=0.0) / _TOP
        + weights.lead * sum(shared.values()) / whole
        + weights.leads * (min(len(mine.lead), len(theirs.lead)) >= _ENOUGH)
    )


def _same_round_up(one: Account, other: Account) -> bool:
    """Whether two round-ups are one article: they glue stories together, so nothing else joins them."""
    return one.outlet == other.outlet and one.evidence == other.evidence


def _sum(keys: frozenset[str], weigh: Callable[[str], float]) -> float:
    return sum(map(weigh, keys)) or 1.0
