"""An inverted index over the reports of the last days: which of them share rare words with a new one.

A key's weight falls with how often the window and the language at large use it, so a burst of reports on
one matter makes its own name say less, and what tells its events apart say more.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sized
from heapq import nlargest
from math import log

PRIOR = 1200.0
"""How many reports the shipped rates count for beside those of the window."""
SLACK = 1.0
"""What it says to share a word at all, which is nothing."""
PROBES = 16
"""A report is looked up by so many of its rarest keys."""
BUDGET = 1000
"""Reports that are looked at in all, the newest under each key, the rarest key first."""
FEWEST = 40
"""Reports that are looked at under every key that is probed."""
FEW = 8
"""So few places are taken out of a list one by one."""


class ReportIndex:
    """Reports by their keys. Reports are numbered in the order in which they are added."""

    def __init__(self) -> None:
        self._places: dict[str, list[int]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, number: int, keys: Iterable[str]) -> None:
        """Enter a report under its keys; `number` is higher than that of all reports before."""
        self._size += 1
        for key in keys:
            self._places.setdefault(key, []).append(number)

    def remove(self, numbers: Mapping[int, Iterable[str]]) -> None:
        """Take reports out again.

        Args:
            numbers: the reports, each with the keys it was entered under.
        """
        self._size -= len(numbers)
        affected: dict[str, list[int]] = {}
        for number, keys in numbers.items():
            for key in keys:
                affected.setdefault(key, []).append(number)
        for key, gone in affected.items():
            places = self._places[key]
            if len(gone) < FEW:
                for number in gone:
                    del places[bisect_left(places, number)]
            else:
                places[:] = [number for number in places if number not in numbers]
            if not places:
                del self._places[key]

    def weights(self, rate: Callable[[str], float]) -> "KeyWeights":
        """How much it says, now, that two reports share a key.

        Args:
            rate: the share of reports at large that have a key, 0..1.
        """
        return KeyWeights(self._places, self._size, rate)

    def nearest(self, weights: Mapping[str, float], limit: int) -> list[int]:
        """The reports that share most with a new one, best first.

        Args:
            weights: the new report's keys.
            limit: how many at most.
        """
        shared: defaultdict[int, float] = defaultdict(float)
        left = BUDGET
        for key in nlargest(PROBES, weights, key=weights.__getitem__):
            places = self._places.get(key)
            if places:
                weight, newest = weights[key], places[-max(left, FEWEST) :]
                left -= len(newest)
                for number in newest:
                    shared[number] += weight
        return nlargest(limit, shared, key=shared.__getitem__)


class KeyWeights(dict[str, float]):
    """The logarithms of the rarity of keys; each is worked out when it is asked for."""

    def __init__(self, places: Mapping[str, Sized], size: int, rate: Callable[[str], float]) -> None:
        self._places = places
        self._rate = rate
        self._whole = log(PRIOR + size + 1) - SLACK

    def __missing__(self, key: str) -> float:
        found = len(self._places.get(key, ()))
        weight = self._whole - log(PRIOR * self._rate(key) + found + 0.1)
        self[key] = weight = max(weight, 0.0)
        return weight
