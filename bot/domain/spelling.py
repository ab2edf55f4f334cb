"""Whether an alias is really written where its letters were seen: signs, endings, capitals, accents.

Must not know what stands elsewhere in the document, or whom an alias means.
"""

from dataclasses import dataclass

from bot.domain.aliases import Alias, Role
from bot.domain.entities import Case
from bot.domain.reading import Reading
from bot.domain.wording import FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class Seen:
    """An alias at folded offsets; `end` includes its ending."""

    alias: Alias
    start: int
    end: int


def verify(reading: Reading, language: str, alias: Alias, start: int, end: int) -> Seen | None:
    """`alias` at `start`..`end` (its letters, without the leading space) if it is really written there."""
    if not all(_sign_fits(char, reading.folded[start + at]) for at, char in alias.signs):
        return None
    stop = reading.word_end(end)
    if stop > end and not _tail_fits(reading, language, alias, reading.words[end:stop], start):
        return None
    if alias.strict and alias.language != language:
        return None
    if not _case_fits(reading, alias, start, end) or _has_foreign_accent(reading, alias, start, end):
        return None
    return Seen(alias, start, _with_genitive(reading, stop))


def _sign_fits(wanted: str, found: str) -> bool:
    return found in " -" if wanted in " -" else found == wanted


def _tail_fits(reading: Reading, language: str, alias: Alias, tail: str, start: int) -> bool:
    if alias.open_end or tail in alias.tails:
        return True
    if tail in alias.endings and not (tail == "s" and _may_be_verb(reading, language, alias, start)):
        return True
    return any(tail.startswith(open_tail) for open_tail in alias.open_tails)


def _may_be_verb(reading: Reading, language: str, alias: Alias, start: int) -> bool:
    """*Health Trumps Wealth*: English *Trumps* after a noun in a headline; not *the Trumps*, *at Trumps*."""
    if not alias.word or language in ("nl", "de"):
        return False
    before = reading.previous_word(start)
    noun_before = before is not None and reading.words[before[0] : before[1]] not in FUNCTION_WORDS
    return noun_before and reading.is_title_case(start)


def _case_fits(reading: Reading, alias: Alias, start: int, end: int) -> bool:
    if alias.case is Case.ANY:
        return True
    if reading.folded[start - 1] == "#":
        return True
    surface = reading.cased[start:end]
    if alias.case is Case.EXACT:
        return surface == alias.text
    if alias.case is Case.UPPER and alias.word and reading.is_shouted(start):
        return False
    if alias.case is Case.UPPER:
        return surface.upper() == surface
    if not reading.has_capitals:
        return not alias.word
    return all(surface[at].isupper() for at in alias.capitals[:1])


def _has_foreign_accent(reading: Reading, alias: Alias, start: int, end: int) -> bool:
    """*Rütte* is not *Rutte*: a surname may lack its accents, but not have others."""
    surface = reading.cased[start:end]
    if alias.role is not Role.SHORT or surface.isascii():
        return False
    own = f"{alias.text:{len(surface)}}"
    return any(
        char.isalpha() and not char.isascii() and char.lower() != own[at].lower()
        for at, char in enumerate(surface)
    )


def _with_genitive(reading: Reading, end: int) -> int:
    """`end`, with an apostrophe-s behind it."""
    if reading.folded.startswith("'s", end) and reading.words[end + 2] == " ":
        return end + 2
    return end
