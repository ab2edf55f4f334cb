"""The form of how a chat is told: what it shows, and reading what comes back. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from bot.domain.manner import LostAnswer, Manner, Preview
from bot.domain.mannerwords import MOST_TIMES, read_time
from bot.errors import CommandError

MOST = 9999
_BETWEEN = re.compile(r"[,;\s]+")


def read_manner(fields: Mapping[str, str], was: Manner) -> Manner:
    """The wishes of a form; what the form has no field for stays as it was.

    Raises:
        CommandError: a field holds what it cannot.
    """
    begin, end = fields.get("quiet_from", ""), fields.get("quiet_until", "")
    if bool(begin) != bool(end):
        raise CommandError("Quiet hours have a begin and an end.", "leave both empty for none")
    times = tuple(
        sorted({read_time(each) for each in _BETWEEN.split(fields.get("digest_times", "")) if each})
    )
    if len(times) > MOST_TIMES:
        raise CommandError("There are at most {n} digest times.", n=MOST_TIMES)
    only = fields.get("digest_only") == "on"
    if only and not times:
        raise CommandError("Stories that come in the digest only need a time for it.")
    return replace(
        was,
        quiet_from=read_time(begin) if begin else None,
        quiet_until=read_time(end) if end else None,
        breaking=_number(fields.get("breaking", "")),
        digest_times=times,
        digest_day=_day(fields.get("digest_day", "")) if times else None,
        digest_only=only,
        hourly_cap=_number(fields.get("hourly_cap", "")),
        lost_answer=_lost(fields.get("lost_answer", "")),
        silent=fields.get("silent") == "on",
        preview=_preview(fields.get("preview", Preview.PICTURE)),
    )


def fields_of(manner: Manner) -> dict[str, str]:
    """The fields of the form as they are filled for these wishes: what `read_manner` reads."""
    return {
        "quiet_from": shown_times((manner.quiet_from,)) if manner.quiet_from else "",
        "quiet_until": shown_times((manner.quiet_until,)) if manner.quiet_until else "",
        "breaking": str(manner.breaking),
        "digest_times": shown_times(manner.digest_times),
        "digest_day": "" if manner.digest_day is None else str(manner.digest_day),
        "digest_only": "on" if manner.digest_only else "",
        "hourly_cap": str(manner.hourly_cap),
        "lost_answer": str(manner.lost_answer),
        "silent": "on" if manner.silent else "",
        "preview": str(manner.preview),
    }


def shown_times(times: tuple[time, ...]) -> str:
    """Times of day as the form takes them."""
    return " ".join(f"{each:%H:%M}" for each in times)


def _number(text: str) -> int:
    text = text.strip() or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST))):
        raise CommandError("“{text}” is no number.", "write 0 to {most}", text=text[:20], most=MOST)
    return int(text)


def _day(text: str) -> int | None:
    if not text:
        return None
    if text not in {str(day) for day in range(7)}:
        raise CommandError("That is no day of the week.")
    return int(text)


def _lost(text: str) -> LostAnswer:
    try:
        return LostAnswer(text)
    except ValueError:
        raise CommandError("A message without an answer is sent again or left out.") from None


def _preview(text: str) -> Preview:
    try:
        return Preview(text)
    except ValueError:
        raise CommandError("Under an alert stands a picture, a page or nothing.") from None
