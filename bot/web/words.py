"""The words of the pages in Dutch and English, and ages. Heraut's own messages bring their own words."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from babel.dates import format_date, format_timedelta
from starlette.requests import Request

from bot.web.dutch import DUTCH, ENGLISH

LANGUAGES = ("en", "nl")

Words = Callable[[str], str]


def words(language: str) -> Words:
    """A function from an English phrase to the same in a language; English when it has none."""
    table = DUTCH if language == "nl" else ENGLISH
    return lambda phrase: table.get(phrase, phrase)


def preferred(accept_language: str) -> str:
    """The language of ours that a browser likes best (RFC 9110 section 12.5.4); English when none."""
    ranked = sorted(_ranked(accept_language.split(",")[:20]), reverse=True)
    return next((tag for _, _, tag in ranked if tag in LANGUAGES), "en")


def language_of(request: Request) -> str:
    """The language the browser asks for, of those we have."""
    return preferred(request.headers.get("accept-language", ""))


def _ranked(parts: Iterable[str]) -> Iterable[tuple[float, int, str]]:
    for position, part in enumerate(parts):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            yield (float(weight) if weight else 1.0, -position, tag.partition("-")[0])
        except ValueError:
            continue


def age(at: datetime, now: datetime, language: str) -> str:
    """How long ago, in words; a date after a week. `chat.js` keeps it fresh with the same steps."""
    locale = language if language in LANGUAGES else "en"
    passed = now - at
    if passed < timedelta(minutes=1):
        return words(locale)("just now")
    if passed >= timedelta(days=7):
        return format_date(at, "d MMM y", locale=locale)
    # Whole units, rounded down: an age never claims more than has passed.
    unit = next(unit for unit in UNITS if passed >= unit)
    return (
        format_timedelta(passed // unit * unit, threshold=1, add_direction=False, locale=locale) + AGO[locale]
    )


UNITS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
AGO = {"en": " ago", "nl": " geleden"}
