"""How long to wait before something that failed is tried again. Pure; whoever waits spreads it by chance.

See https://en.wikipedia.org/wiki/Exponential_backoff.
"""

_MOST_DOUBLINGS = 10


def backoff(first: float, failures: int, longest: float) -> float:
    """The wait in seconds: doubled with each failure.

    Args:
        first: seconds to wait when nothing failed before.
        failures: how often it failed before, in a row.
        longest: seconds that no wait exceeds.

    >>> [backoff(0.5, failures, 3.0) for failures in range(5)]
    [0.5, 1.0, 2.0, 3.0, 3.0]
    """
    doublings = min(failures, _MOST_DOUBLINGS)
    return min(longest, first * 2.0**doublings)
