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
_TOP, _TOTAL = 8.0, 30.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence says.

    Args:
        bias: the start.
        crossed: the share of each headline that the other report has, the lesser of the two, 0..1.
        lead: the overlap of both reports with their leads, 0..1.
        leads: both have a lead at all: then `lead` is lower, as leads go into details.
        top: the weight of the rarest key they share.
        total: the weight of all keys that the headlines share.
        number: the headlines share a number.
        place: they share a place.
        elsewhere: each names a place that the other does not.
        languages: they are in two languages, and so share less.
        comment: one of them is no news report.
        outlet: they are two articles of one outlet, which seldom tells a thing twice.
        hours: the logarithm of the hours between them.
        meaning: the closeness of their headlines in meaning.
    """

    bias: float
    crossed: float
    lead: float
    leads: float
    top: float
    total: float
    number: float
    place: float
    elsewhere: float
    languages: float
    comment: float
    outlet: float
    hours: float
    meaning: float = 0.0


LEXICAL = Weights(
    bias=-5.6,
    crossed=2.5,
    lead=2.3,
    leads=1.6,
    top=3.8,
    total=8.7,
    number=1.8,
    place=1.8,
    elsewhere=-0.5,
    languages=2.0,
    comment=-1.4,
    outlet=-2.1,
    hours=-1.05,
)
SEMANTIC = Weights(
    bias=-7.0,
    crossed=1.1,
    lead=2.0,
    leads=1.6,
    top=4.5,
    total=5.7,
    number=2.1,
    place=1.6,
    elsewhere=-0.4,
    languages=2.0,
    comment=-1.3,
    outlet=-2.0,
    hours=-1.0,
    meaning=4.7,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A report as it is compared: what it says, and who says it when."""

    evidence: Evidence
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
    score += _shared(one.evidence, other.evidence, weigh, weights)
    score += _places(one.evidence, other.evidence, weights)
    hours = abs((one.published - other.published).total_seconds()) / 3600
    score += weights.hours * log1p(hours)
    score += weights.comment * (Genre.COMMENT in (one.evidence.genre, other.evidence.genre))
    score += weights.outlet * (one.outlet != "" and one.outlet == other.outlet)
    score += weights.languages * (one.language != other.language)
    return score


def _shared(one: Evidence, other: Evidence, weigh: Callable[[str], float], weights: Weights) -> float:
    """What the keys say that both have."""
    title, their_title = _sum(one.title, weigh), _sum(other.title, weigh)
    both = one.keys & other.keys
    shared = {key: weigh(key) for key in both}
    crossed = min(
        sum(shared[key] for key in one.title & both) / title,
        sum(shared[key] for key in other.title & both) / their_title,
    )
    whole = sqrt((title + _sum(one.lead, weigh)) * (their_title + _sum(other.lead, weigh)))
    total = sum(shared[key] for key in one.title & other.title)
    return (
        weights.crossed * crossed
        + weights.lead * sum(shared.values()) / whole
        + weights.leads * (min(len(one.lead), len(other.lead)) >= _ENOUGH)
        + weights.top * max(shared.values(), default=0.0) / _TOP
        + weights.total * total / _TOTAL
        + weights.number * (not one.numbers.isdisjoint(other.numbers))
    )


def _places(one: Evidence, other: Evidence, weights: Weights) -> float:
    elsewhere = not one.places <= other.keys and not other.places <= one.keys
    return weights.place * (not one.places.isdisjoint(other.places)) + weights.elsewhere * elsewhere


def _same_round_up(one: Account, other: Account) -> bool:
    """Whether two round-ups are one article: they glue stories together, so nothing else joins them."""
    return one.outlet == other.outlet and one.evidence == other.evidence


def _sum(keys: frozenset[str], weigh: Callable[[str], float]) -> float:
    return sum(map(weigh, keys)) or 1.0
