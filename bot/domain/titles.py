"""Whether a title means its present holder.

*former NATO chief*, *vice president*, *premier candidate* do not; *NATO chief Jens Stoltenberg* is
Jens Stoltenberg, whoever holds the office on that day. Must not know any particular office.
"""

from collections.abc import Mapping, Set

from bot.domain.entities import Entity
from bot.domain.reading import Reading
from bot.domain.text import fold
from bot.domain.wording import (
    BECOMING,
    BECOMING_BARE,
    BETWEEN_BECOMING,
    FUNCTION_WORDS,
    NEW,
    NO_HOLDER_AFTER,
    NO_HOLDER_BEFORE,
)

_LOOK_BACK = 6


def means_holder(
    reading: Reading,
    start: int,
    end: int,
    holder: Entity,
    names_at: Mapping[int, str],
    others: Set[str],
    given_names: frozenset[str],
) -> bool:
    """Whether the title at `start`..`end` is said of `holder`.

    Args:
        reading: the document.
        start, end: folded offsets of the title.
        holder: who has the office on the item's date.
        names_at: which entities' names start at which offsets.
        others: the entities that held the office on other days.
        given_names: common first names, folded.
    """
    before = reading.previous_word(start)
    if before and (_denies(reading, before, start) or _is_becoming(reading, start)):
        return False
    after = reading.next_word(end)
    if after is None or reading.folded[end : after[0]] not in (" ", "-", ", "):
        return True
    word = reading.words[after[0] : after[1]]
    if word in NO_HOLDER_AFTER or _is_to_become(reading, after, word):
        return reading.folded[end] == ","
    if reading.folded[end] == ",":
        return names_at.get(after[0]) not in others
    return not _names_another(reading, after, holder, names_at, given_names)


def _denies(reading: Reading, before: tuple[int, int], start: int) -> bool:
    """Whether the word before a title says that its present holder is not meant."""
    word = reading.words[before[0] : before[1]]
    touching = reading.folded[before[1] : start] in (" ", "-", " '")
    return touching and (word in NO_HOLDER_BEFORE or word[0].isdigit())


def _is_to_become(reading: Reading, after: tuple[int, int], word: str) -> bool:
    """Whether a title is followed by *te worden*, *zu werden*."""
    following = reading.next_word(after[1]) if word in ("te", "zu") else None
    return following is not None and reading.words[following[0] : following[1]] in ("worden", "werden")


def _is_becoming(reading: Reading, start: int) -> bool:
    """Whether somebody is said to want, get or leave the title: *elected as*, *candidate for the job of*."""
    passed: set[str] = set()
    for _ in range(_LOOK_BACK):
        before = reading.previous_word(start)
        if before is None or reading.folded[before[1] : start] != " ":
            return False
        word = reading.words[before[0] : before[1]]
        if word in BECOMING or _is_role(word, passed):
            return True
        if word not in BETWEEN_BECOMING:
            return False
        passed.add(word)
        start = before[0]
    return False


def _is_role(word: str, passed: Set[str]) -> bool:
    """*als nieuwe NAVO-chef*, *wordt NAVO-chef*, *as new NATO chief*; not *als de president*."""
    if word in BECOMING_BARE:
        return passed <= NEW or bool(passed & NEW)
    return word == "as" and bool(passed & NEW)


def _names_another(
    reading: Reading,
    after: tuple[int, int],
    holder: Entity,
    names_at: Mapping[int, str],
    given_names: frozenset[str],
) -> bool:
    """Whether the words directly after a title are somebody else's name."""
    word, cased = reading.words[after[0] : after[1]], reading.cased[after[0] : after[1]]
    named = names_at.get(after[0])
    if named is not None:
        return named != holder.id
    if word in _own_words(holder):
        return False
    if not cased[0].isupper() or word in FUNCTION_WORDS:
        return False
    if word in given_names:
        return True
    return not reading.is_title_case(after[0]) and not reading.is_shouted(after[0]) and cased.isalpha()


def _own_words(holder: Entity) -> frozenset[str]:
    texts = [name.text for name in (*holder.names, *holder.short)] + list(holder.first_names)
    return frozenset(word.strip(".") for text in texts for word in fold(text).text.split())
