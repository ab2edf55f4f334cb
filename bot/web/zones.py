"""The timezones that a form offers."""

from functools import cache
from zoneinfo import available_timezones

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian")


@cache
def zones() -> tuple[str, ...]:
    """Places of the world and UTC, in order; the many other names of the same zones are left out."""
    placed = {name for name in available_timezones() if name.partition("/")[0] in (*REGIONS, "Pacific")}
    return (*sorted(placed), "UTC")
