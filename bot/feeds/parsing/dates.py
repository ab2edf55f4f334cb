"""Dates as feeds write them to aware UTC datetimes. The rarest forms are left to feedparser's own reader."""

import re
from collections.abc import Mapping
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
_CLOCK = (
    r"(?:(?:,|T|\s)\s*(?:om\s+|at\s+|-\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\b\.?)?(?:\s*uur\b)?"
    r"(?:\s*(?P<zone>(?:GMT|UTC?)?[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,5}))?(?:\s*\([A-Za-z ]{1,40}\))?)?$"
)
_ODD = tuple(
    re.compile(rf"(?:[A-Za-zé]{{2,9}}(?:\.?,\s*|\.?\s+))?{day}{_CLOCK}")
    for day in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th|e)?[\s-]+(?P<month>[A-Za-zäéû]{3,9})\.?,?[\s-]+(?P<year>\d{4})",
        r"(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})(?P<mark>[-.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})",
        r"(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d{1,2})/(?P<year>\d{4})",
        r"(?P<month>\d{1,2})/(?P<day>1[3-9]|2\d|3[01])/(?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<mark>[./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
    )
)
_SHORT_ISO = re.compile(
    r"(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})?(?:\.\d{1,9})?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$"
)
_EPOCH = re.compile(r"([12]\d{9})(?:\d{3})?(?:\.\d{1,9})?$")
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

    A date without a zone, or with one nobody knows, is taken as UTC. *04-05-2026* is the fourth of May, as
    it is where dates are written so; *04/05/2026* is a day in April or in May, and so unreadable. Nothing is
    said about whether the date is plausible: a feed may claim the year 2099.
    """
    value = (value or "").strip()
    if not value or len(value) > _MAX_LENGTH:
        return None
    try:
        return _read_rfc822(value) or _read_iso(value) or _read_oddly(value) or _read_rarely(value)
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


def _read_oddly(value: str) -> datetime | None:
    """What people write, and what programs write who were not told how: feedparser misreads these."""
    if found := _EPOCH.match(value):
        return datetime.fromtimestamp(int(found[1]), UTC)
    if found := _SHORT_ISO.match(value):
        year, month, day, hour, minute = map(int, found.groups()[:5])
        return _moment(year, month, day, hour, minute, found[6], _offset(found[7] or "") or 0)
    found = next(filter(None, (form.match(value) for form in _ODD)), None)
    return _of_parts(found.groupdict()) if found else None


def _of_parts(part: Mapping[str, str | None]) -> datetime | None:
    name, zone = part["month"] or "", part["zone"] or ""
    month = int(name) if name.isdigit() else _MONTHS.get(name.lower()) or _MONTHS.get(name[:3].lower())
    offset = _offset(re.sub("^(?:GMT|UTC?)(?=[+-])", "", zone))
    if month is None or offset is None:
        return None
    hour = int(part["hour"] or 0)
    if part["half"]:
        hour = hour % 12 + 12 * (part["half"] in "pP")
    year, day, minute = (int(part[name] or 0) for name in ("year", "day", "minute"))
    return _moment(year, month, day, hour, minute, part["second"], offset)


def _moment(
    year: int, month: int, day: int, hour: int, minute: int, second: str | None, offset: int
) -> datetime:
    """May raise ValueError or OverflowError for a day that does not exist."""
    moment = datetime(year, month, day, hour, minute, min(int(second or 0), 59), tzinfo=UTC)
    return moment - timedelta(minutes=offset) if offset else moment


def _offset(zone: str) -> int | None:
    if zone[:1] in {"+", "-"}:
        digits = zone[1:].replace(":", "")
        hours = len(digits) - 2 if len(digits) > 2 else 2
        minutes = int(digits[:hours]) * 60 + int(digits[hours:] or 0)
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
