"""How surely two reports tell of one event, from what they share and what sets them apart.

The score is a sum: each piece of evidence times its weight. The weights are those of a logistic
regression over pairs of reports, Dutch, English and mixed, judged by hand; so a score of 0 is an even
chance, and 3 is 20 to 1. Must not know stories or the window.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from math import fsum, log1p, sqrt
from typing import NamedTuple

from bot.domain.evidence import Evidence, Genre

SURE = 9.0
"""The score of what is certain; its negative for what certainly is not."""
_RARE = 8.0
"""The weight of a rare key, roughly."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence says.

    Args:
        bias: the start.
        crossed: the share of a headline that the other report has, the greater of the two, 0..1: a short
            headline leaves out what a long one tells.
        number: their headlines share a number.
        keys: the logarithm of how many keys their headlines share.
        rarest: the mean weight of the three rarest keys they share; one alone may be chance.
        place: their headlines share a place.
        elsewhere: both headlines name places, and none that the other report has; the more they share
            otherwise (a *referendum* in Moldova, in Armenia), the more that counts.
        lead: the overlap of the whole reports, 0..1.
        background: the overlap of what stands below their headlines only, 0..1; reports of several events
            of one affair share that too.
        languages: they are in two languages, and so share less.
        comment: one of them is no news report.
        outlet: they are two articles of one outlet, which seldom tells a thing twice; the less they
            share, the more that counts.
        hours: the logarithm of the hours between them.
        meaning: their closeness in meaning, about 0..1.
    """

    bias: float
    crossed: float
    number: float
    keys: float
    rarest: float
    place: float
    elsewhere: float
    lead: float
    background: float
    languages: float
    comment: float
    outlet: float
    hours: float
    meaning: float = 0.0


LEXICAL = Weights(
    bias=-7.0,
    crossed=2.75,
    number=1.65,
    keys=2.55,
    rarest=6.15,
    place=0.95,
    elsewhere=-4.4,
    lead=2.0,
    background=0.0,
    languages=1.45,
    comment=-2.6,
    outlet=-2.4,
    hours=-1.4,
)
SEMANTIC = Weights(
    bias=-8.8,
    crossed=1.65,
    number=1.85,
    keys=2.05,
    rarest=4.8,
    place=0.75,
    elsewhere=-4.0,
    lead=0.0,
    background=-1.7,
    languages=2.3,
    comment=-2.4,
    outlet=-2.1,
    hours=-1.33,
    meaning=7.85,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A report as it is compared: what it says, and who says it when."""

    evidence: Evidence
    headline: str
    text: str
    language: str
    outlet: str
    url: str
    published: datetime

    @property
    def opening(self) -> str:
        """How it begins, for a comparison in meaning."""
        return f"{self.headline}. {self.text}".strip()


class Signs(NamedTuple):
    """What is seen of two reports; the fields are those of `Weights`. (A tuple, as many are made.)"""

    crossed: float
    number: bool
    keys: float
    rarest: float
    place: bool
    elsewhere: float
    lead: float
    background: float
    languages: bool
    comment: bool
    outlet: float
    hours: float

    def score(self, weights: Weights, meaning: float = 0.0) -> float:
        """How surely two reports tell of one event: above 0 rather yes, below rather not.

        Args:
            weights: how much each sign says.
            meaning: their closeness in meaning, where it is known.
        """
        return (
            weights.bias
            + weights.crossed * self.crossed
            + weights.number * self.number
            + weights.keys * self.keys
            + weights.rarest * self.rarest
            + weights.place * self.place
            + weights.elsewhere * self.elsewhere
            + weights.lead * self.lead
            + weights.background * self.background
            + weights.languages * self.languages
            + weights.comment * self.comment
            + weights.outlet * self.outlet
            + weights.hours * self.hours
            + weights.meaning * meaning
        )


class Comparison:
    """One report, to be compared with others.

    Args:
        account: the report.
        weights: how much it says to share a key; every key of any report can be looked up.
    """

    def __init__(self, account: Account, weights: Mapping[str, float]) -> None:
        evidence = account.evidence
        self.account = account
        self._weights = weights
        self._title = frozenset(evidence.title)
        self._lead = frozenset(evidence.lead)
        self._keys = self._title | self._lead
        self._title_sum, self._lead_sum = self._sum(evidence.title), self._sum(evidence.lead)

    def certain(self, other: Account) -> bool | None:
        """Whether two reports tell of one event, where no weighing is needed; else None.

        One address is one article. Round-ups glue stories together, so nothing joins one but itself.
        """
        mine = self.account
        if mine.url and mine.url == other.url:
            return True
        if Genre.ROUND_UP in (mine.evidence.genre, other.evidence.genre):
            return mine.outlet == other.outlet and mine.evidence == other.evidence
        return None

    def signs(self, other: Account) -> Signs:
        """What is seen of this report and another."""
        mine, theirs = self.account, other.evidence
        titles, leads = self._title.intersection(theirs.title), self._lead.intersection(theirs.lead)
        told_below, asked_by = self._title.intersection(theirs.lead), self._keys.intersection(theirs.title)
        below, in_leads, answered = map(self._sum, (told_below, leads, asked_by))
        their_title, their_lead = self._sum(theirs.title), self._sum(theirs.lead)
        lesser, greater = sorted(
            ((self._sum(titles) + below) / (self._title_sum or 1.0), answered / (their_title or 1.0))
        )
        whole = (self._title_sum + self._lead_sum) * (their_title + their_lead)
        rarest = nlargest(3, map(self._weights.__getitem__, asked_by | told_below | leads))
        hours = abs((mine.published - other.published).total_seconds()) / 3600
        return Signs(
            crossed=greater,
            number=any(key[0].isdigit() for key in titles),
            keys=log1p(len(titles)),
            rarest=sum(rarest) / 3 / _RARE,
            place=any(place in theirs.places for place in mine.evidence.places),
            elsewhere=lesser * self._elsewhere(theirs),
            lead=(answered + below + in_leads) / (sqrt(whole) or 1.0),
            background=in_leads / (sqrt(self._lead_sum * their_lead) or 1.0),
            languages=mine.language != other.language,
            comment=Genre.COMMENT in (mine.evidence.genre, theirs.genre),
            outlet=(1 - lesser) * (mine.outlet != "" and mine.outlet == other.outlet),
            hours=log1p(hours),
        )

    def share_but(self, told: Set[str]) -> float:
        """The share of this report's headline that is not in `told`, 0..1, by weight."""
        return self._sum(self._title - told) / (self._title_sum or 1.0)

    def rarest_but(self, told: Set[str]) -> float:
        """The weight of the rarest key of this report's headline that is not in `told`, about 0..1."""
        return max(map(self._weights.__getitem__, self._title - told), default=0.0) / _RARE

    def _elsewhere(self, theirs: Evidence) -> bool:
        mine = self.account.evidence.places
        if not mine or not theirs.places or not self._keys.isdisjoint(theirs.places):
            return False
        return not any(place in theirs.keys for place in mine)

    def _sum(self, keys: Iterable[str]) -> float:
        # Exact, so that it does not depend on the order of a set.
        return fsum(map(self._weights.__getitem__, keys))
