"""The words of the pages in the language of the browser, and ages: those of the catalogues.

Heraut's own messages bring their own words.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, partial

from starlette.requests import Request

from bot.errors import Phrase
from bot.services.tongues import languages, tongue_of

Words = Callable[[str], str]
KEPT = 4096
"""So many phrases are kept in the languages in which they were shown."""

NAMED = {
    "state pending": Phrase("pending"),
    "state sending": Phrase("sending"),
    "state sent": Phrase("sent"),
    "state failed": Phrase("failed"),
    "state dropped": Phrase("dropped"),
    "state folded": Phrase("folded"),
    "kind alert": Phrase("Alert"),
    "kind update": Phrase("Update"),
    "kind digest": Phrase("Digest"),
    "kind notice": Phrase("Notice"),
    "feed well": Phrase("well"),
    "feed failing": Phrase("failing"),
    "feed silent": Phrase("silent"),
    "feed retired": Phrase("retired"),
    "feed new": Phrase("new"),
    "event broken": Phrase("broken"),
    "event back": Phrase("back again"),
    "event retired": Phrase("retired"),
    "event silent": Phrase("silent"),
    "event gap": Phrase("gap"),
    "lost resend": Phrase("send again"),
    "preview picture": Phrase("its picture"),
    "preview page": Phrase("its page"),
    "preview none": Phrase("nothing"),
    "lost skip": Phrase("leave out"),
    "span hour": Phrase("an hour"),
    "span day": Phrase("a day"),
    "span week": Phrase("a week"),
}
"""Phrases that stand in the templates as keys."""

ELSEWHERE = (
    *(Phrase("Today"), Phrase("Yesterday"), Phrase("live"), Phrase("just now")),
    *(Phrase("Not sent. Try again."), Phrase("A little slower, please.")),
    *(Phrase("Dutch"), Phrase("English")),
    *(Phrase("This page does not exist"), Phrase("This did not work")),
    *(Phrase("Story"), Phrase("Rule lab"), Phrase("Subscriptions"), Phrase("Settings")),
    *(
        Phrase("paused by hand"),
        Phrase("no longer in the settings"),
        Phrase("set, and kept secret"),
        Phrase("not set"),
    ),
    *(Phrase("it names no older page"), Phrase("{what} does not reach back far enough")),
)
"""Phrases that stand in scripts and tables, where no search for templates would come by them."""


def words(language: str) -> Words:
    """A function from an English phrase to the same in a language; English when it has none."""
    return partial(_recalled, language)


@lru_cache(KEPT)
def _recalled(language: str, phrase: str) -> str:
    """Finding out of which template a text was made takes a millisecond, and a page has hundreds of them."""
    return tongue_of(language).recall(NAMED.get(phrase, phrase))


def preferred(accept_language: str) -> str:
    """The language of ours that a browser likes best (RFC 9110 section 12.5.4); English when none."""
    ranked = sorted(_ranked(accept_language.split(",")[:20]), reverse=True)
    return next((tag for _, _, tag in ranked if tag in languages()), "en")


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
    return tongue_of(language).age(at, now)
