"""How much a story must be about what a subscription asks for: three steps that people choose from. Pure."""

from bot.domain.salience import ABOUT

EVERY = 0.0
"""Every mention is told."""


def steps(usual: float) -> tuple[float, float, float]:
    """The thresholds to choose from, growing: every mention, the usual one, only what it is about.

    Args:
        usual: what a new subscription starts with, 0..1.
    """
    usual = min(max(usual, 0.01), 0.98)
    return EVERY, usual, ABOUT if usual < ABOUT else (usual + 1) / 2


def step_of(threshold: float, usual: float) -> int:
    """The number of the step that a threshold is nearest to, 0..2."""
    return min(range(3), key=lambda number: abs(steps(usual)[number] - threshold))


def stricter(threshold: float, usual: float) -> float | None:
    """The next step above a threshold; None when it is the strictest."""
    return next((step for step in steps(usual) if step > threshold + 0.001), None)
