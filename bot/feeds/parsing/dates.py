"""Dates as feeds write them to aware UTC datetimes. The rarest forms are left to feedparser's own reader."""

import re
from datetime import UTC, datetime, timedelta

from feedparser.datetimes import _parse_date  # it has no public name, and its tolerance is the reference

_RFC822 = re.compile(
    r"(?:[A-Za-zé]{2,9}\.?,?\s+)?(\d{1,2})[\s-]+([A-Za-zäéû]{3,9})\.?[\s-]+(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"(?:\s*([+-]\d{2}:?\d{2}|[A-Za-z]{1,5}))?(?:\s*\([A-Za-z]{1,5}\))?$"
)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,12})?)?\s*"
    r"([Zz]|[+-]\d{2}(?::?\d{2})?|[A-Za-z]{2,5})?)?$"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb februari february",
            "mar mrt maart march",
            "apr april",
            "may mei",
            "jun juni june",
            "jul juli july",
            "aug augustus august",
            "sep sept september",
            "oct okt oktober october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
_ZONES = {
    "": 0, "z": 0, "ut": 0, "gmt": 0, "utc": 0, "wet": 0,
    "cet": 60, "met": 60, "bst": 60, "west": 60, "ist": 330,
    "cest": 120, "mest": 120, "eet": 120, "eest": 180, "msk": 180, "trt": 180,
    "ast": -240, "adt": -180, "est": -300, "edt": -240, "et": -300,
    "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip
"""Minutes east of Greenwich. Military letters mean nothing (RFC 5322 4.3), and go to the slow reader."""
_MAX_LENGTH = 100


def read_date(value: str | None) -> datetime | None:
    """A date in RFC 822 or RFC 3339 form, or in one of the many that feeds use instead; None if unreadable.

    A date without a zone, or with one nobody knows, is taken as UTC. Nothing is said about whether the
    date is plausible: a feed may claim the year 2099.
    """
    value = (value or "").strip()
    if not value or len(value) > _MAX_LENGTH:
        return None
    try:
        return _read_rfc822(value) or _read_iso(value) or _read_rarely(value)
    except (ValueError, OverflowError):
        return _read_rarely(value)


def _read_rfc822(value: str) -> datetime | None:
    found = _RFC822.match(value)
    if not found:
        return None
    day, name, year, hour, minute, second, zone = found.groups()
    month = _MONTHS.get(name.lower()) or _MONTHS.get(name[:3].lower())
    offset = _offset(zone or "")
    if month is None or offset is None:
        return None
    return _moment(int(year), month, int(day), int(hour), int(minute), second, offset)


def _read_iso(value: str) -> datetime | None:
    found = _ISO.match(value)
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    offset = _offset(zone or "")
    if offset is None:
        return None
    return _moment(int(year), int(month), int(day), int(hour or 0), int(minute or 0), second, offset)


def _moment(
    year: int, month: int, day: int, hour: int, minute: int, second: str | None, offset: int
) -> datetime:
    """May raise ValueError or OverflowError for a day that does not exist."""
    moment = datetime(year, month, day, hour, minute, min(int(second or 0), 59), tzinfo=UTC)
    return moment - timedelta(minutes=offset) if offset else moment


def _offset(zone: str) -> int | None:
    if zone[:1] in {"+", "-"}:
        digits = zone[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
        return -minutes if zone[0] == "-" else minutes
    return _ZONES.get(zone.lower())


def _read_rarely(value: str) -> datetime | None:
    try:
        parts = _parse_date(value)
        if not parts:
            return None
        year, month, day, hour, minute, second = parts[:6]
        return _moment(year, month, day, hour, minute, str(second), 0)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError, ArithmeticError):
        return None
