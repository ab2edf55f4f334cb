"""Charts as SVG, made here by pure functions.

No text stands in them: they are stretched to any width, and their numbers stand beside them in HTML, where
screen readers and narrow phones find them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup

HEIGHT = 100
VISIBLE = 1.5
GAP = 0.22
"""The part of a day's width that stays free between two bars."""


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def columns(counts: Sequence[int], titles: Sequence[str], label: str) -> Markup:
    """One column for each count, the highest as high as the picture.

    Args:
        counts: not negative.
        titles: what is said of each column when somebody points at it; as many as counts.
        label: what the picture shows, in a sentence.
    """
    top = max(counts, default=0) or 1
    bars = Markup("").join(
        _column(number, HEIGHT * count / top, title)
        for number, (count, title) in enumerate(zip(counts, titles, strict=True))
    )
    return Markup(
        '<svg class="columns" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
        'aria-label="{label}">{bars}</svg>'
    ).format(width=max(len(counts), 1), height=HEIGHT, label=label, bars=bars)


def _column(number: int, height: float, title: str) -> Markup:
    """A column in its place; one that is not zero can always be seen."""
    if height:
        height = max(height, VISIBLE)
    return Markup(
        '<rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}"><title>{title}</title></rect>'
    ).format(x=number + GAP / 2, y=HEIGHT - height, w=1 - GAP, h=height, title=title)


def bar(count: int, most: int) -> Markup:
    """A bar as long as a count is of the most there is; its number stands beside it."""
    share = 100 * count / most if most > 0 else 0
    return Markup(
        '<svg class="bar" aria-hidden="true" focusable="false">'
        '<rect width="{share:.1f}%" height="100%" rx="3"/></svg>'
    ).format(share=min(max(share, 0), 100))


def series(counts: Mapping[date, int], first: date, last: date) -> list[int]:
    """The counts of every day from first to last; a day that is not named has none."""
    return [counts.get(day, 0) for day in days_between(first, last)]
