"""What people write of how they want to be told: hours, digests, spans of time. Pure."""

import re
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import available_timezones

from bot.domain.manner import Manner, Preview
from bot.errors import CommandError

DAYS = {
    "mo": 0, "mon": 0, "monday": 0, "ma": 0, "maandag": 0,
    "tu": 1, "tue": 1, "tuesday": 1, "di": 1, "dinsdag": 1,
    "we": 2, "wed": 2, "wednesday": 2, "wo": 2, "woensdag": 2,
    "th": 3, "thu": 3, "thursday": 3, "do": 3, "donderdag": 3,
    "fr": 4, "fri": 4, "friday": 4, "vr": 4, "vrijdag": 4,
    "sa": 5, "sat": 5, "saturday": 5, "za": 5, "zaterdag": 5,
    "su": 6, "sun": 6, "sunday": 6, "zo": 6, "zondag": 6,
}  # fmt: skip
ON = frozenset({"on", "yes", "aan", "ja"})
OFF = frozenset({"off", "none", "uit", "geen", "nooit", "never"})
PREVIEWS = {
    **dict.fromkeys(("picture", "pictures", "plaatje", "foto", "on", "aan"), Preview.PICTURE),
    **dict.fromkeys(("page", "link", "pagina"), Preview.PAGE),
    **dict.fromkeys(OFF, Preview.NONE),
}
MOST_TIMES = 6
LONGEST = timedelta(days=365)

_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?:\s*(?:u|uur|h))?")
_RANGE = re.compile(r"(\d{1,2}(?:[:.h]\d{2})?)\s*(?:-|–|to|tot)\s*(\d{1,2}(?:[:.h]\d{2})?)")
_SPAN = re.compile(r"(\d{1,4})\s*(m|min|h|hour|hours|u|uur|d|day|days|dag|dagen|w|week|weeks|weken)")
_TAIL = re.compile(rf"(?:^|\s)({_SPAN.pattern})\s*$")
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "u": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def read_quiet(text: str, manner: Manner) -> tuple[Manner, str | None]:
    """Quiet hours from ``23:00-07:00``, with ``breaking 4`` and a timezone behind it, or ``off``.

    Returns:
        The wishes, and the timezone if one was named.

    Raises:
        CommandError: it cannot be read.
    """
    words = text.lower().strip()
    if words in OFF:
        return replace(manner, quiet_from=None, quiet_until=None), None
    found = _RANGE.match(words)
    if found is None:
        raise CommandError("I cannot read “{text}”.", "write /quiet 23:00-07:00, or /quiet off", text=text)
    begin, end = read_time(found[1]), read_time(found[2])
    rest = words[found.end() :].split()
    breaking, zone = manner.breaking, None
    while rest:
        word = rest.pop(0)
        if word == "breaking" and rest:
            breaking = _number(rest.pop(0))
        elif zone is None:
            zone = read_zone(word)
        else:
            raise CommandError("I cannot read “{text}”.", "write /quiet 23:00-07:00 breaking 4", text=word)
    return replace(manner, quiet_from=begin, quiet_until=end, breaking=breaking), zone


def read_digest(text: str, manner: Manner) -> Manner:
    """Digest times from ``08:00 18:00``, ``weekly sun 18:00``, with ``only`` for no alerts, or ``off``.

    Raises:
        CommandError: it cannot be read.
    """
    words = text.lower().replace(",", " ").split()
    if not words or words[0] in OFF:
        return replace(manner, digest_times=(), digest_day=None, digest_only=False)
    times: list[time] = []
    day, only = None, False
    for word in words:
        if word in ("only", "alleen"):
            only = True
        elif word in DAYS:
            day = DAYS[word]
        elif word not in ("daily", "weekly", "at", "om", "dagelijks", "wekelijks", "and", "en"):
            times.append(read_time(word))
    if not times or len(times) > MOST_TIMES or ("weekly" in words and day is None):
        raise CommandError("When shall the digest come?", "write /digest 08:00 18:00 or /digest sun 18:00")
    return replace(manner, digest_times=tuple(sorted(set(times))), digest_day=day, digest_only=only)


def read_limit(text: str, manner: Manner) -> Manner:
    """Alerts an hour, or ``off``.

    Raises:
        CommandError: it is no number.
    """
    return replace(manner, hourly_cap=_number(text.strip().lower()))


def read_sound(text: str, manner: Manner) -> Manner:
    """Whether alerts make a sound: ``on`` or ``off``.

    Raises:
        CommandError: it is neither.
    """
    word = text.strip().lower()
    if word not in ON | OFF:
        raise CommandError("I cannot read “{text}”.", "write /sound on or /sound off", text=text)
    return replace(manner, silent=word in OFF)


def read_preview(text: str, manner: Manner) -> Manner:
    """What stands under an alert: ``picture``, ``page``, or ``off``.

    Raises:
        CommandError: it is none of them.
    """
    found = PREVIEWS.get(text.strip().lower())
    if found is None:
        raise CommandError("I cannot read “{text}”.", "write /preview picture, page or off", text=text)
    return replace(manner, preview=found)


def read_span(text: str) -> timedelta:
    """A span of time: ``3 hours``, ``2d``, ``1 week``.

    Raises:
        CommandError: it is none, or longer than a year.
    """
    found = _SPAN.fullmatch(text.strip().lower())
    span = int(found[1]) * _UNITS[found[2][0]] if found else None
    if span is None or not timedelta(0) < span <= LONGEST:
        raise CommandError("I cannot read “{text}” as a time.", "write 3 hours, 2 days or 1 week", text=text)
    return span


def split_span(text: str) -> tuple[str, timedelta | None]:
    """What comes before a span of time at the end of a text, and the span if there is one."""
    found = _TAIL.search(text.lower())
    return (text[: found.start()].strip(), read_span(found[1])) if found else (text.strip(), None)


def read_time(text: str) -> time:
    """A time of day: ``8``, ``8:30``, ``08.30``.

    Raises:
        CommandError: it is none.
    """
    found = _TIME.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        return time(int(found[1]) % 24 if found[1] == "24" else int(found[1]), int(found[2] or 0))
    except ValueError as error:
        raise CommandError("“{text}” is no time of day.", "write it as 08:00", text=text) from error


def _number(word: str) -> int:
    if word in OFF:
        return 0
    if not (word.isascii() and word.isdecimal() and len(word) <= 4):
        raise CommandError("“{text}” is no number.", "write a number, or off", text=word)
    return int(word)


def zones_like(typed: str, limit: int = 25) -> list[str]:
    """The timezones whose names have what was typed, those first in which a part begins with it."""
    wanted = typed.strip().lower().replace(" ", "_")
    found = [zone for zone in available_timezones() if wanted in zone.lower()]
    begins = {zone: any(part.startswith(wanted) for part in zone.lower().split("/")) for zone in found}
    return sorted(found, key=lambda zone: (not begins[zone], zone))[:limit]


def read_zone(word: str) -> str:
    """A timezone by its name, however it is capitalised: ``Europe/Amsterdam``.

    Raises:
        CommandError: there is none of that name.
    """
    wanted = word.strip().lower().replace(" ", "_")
    found = next((zone for zone in available_timezones() if zone.lower() == wanted), None)
    if found is None:
        raise CommandError("I know no timezone “{text}”.", "write it as Europe/Amsterdam", text=word)
    return found
