"""An inverted index over the reports of the last days: which of them share rare words with a new one.

A key's weight falls with how often the window and the language at large use it, so a burst of reports on
one matter makes its own name say less, and what tells its events apart say more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import nlargest
from math import log

PRIOR = 1200.0
"""How many reports the shipped rates count for beside those of the window."""
SLACK = 1.0
"""What it says to share a word at all, which is nothing."""
PROBES = 12
"""A report is looked up by so many of its rarest keys."""
LONGEST = 600
"""Newest reports that are looked at under one key; a key of more says little."""


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
        for key in {key for keys in numbers.values() for key in keys}:
            left = [number for number in self._places[key] if number not in numbers]
            if left:
                self._places[key] = left
            else:
                del self._places[key]

    def weight(self, key: str, rate: float) -> float:
        """How much it says that two reports share `key`: the logarithm of its rarity.

        Args:
            key: the key.
            rate: the share of reports at large that have it, 0..1.
        """
        found = len(self._places.get(key, ()))
        return max(log((PRIOR + self._size + 1) / (PRIOR * rate + found + 0.1)) - SLACK, 0.0)

    def nearest(self, weights: Mapping[str, float], limit: int) -> list[int]:
        """The reports that share most with a new one, best first.

        Args:
            weights: the new report's keys.
            limit: how many at most.
        """
        shared: defaultdict[int, float] = defaultdict(float)
        for key in nlargest(PROBES, weights, key=weights.__getitem__):
            weight = weights[key]
            for number in self._places.get(key, ())[-LONGEST:]:
                shared[number] += weight
        return nlargest(limit, shared, key=lambda number: (shared[number], number))
