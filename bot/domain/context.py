"""Whether an ambiguous name has the context it needs: the conditions of a pack, evaluated."""

from bisect import bisect_left
from collections.abc import Collection
from functools import lru_cache

from bot.domain.entities import Context
from bot.domain.reading import Reading
from bot.domain.text import fold, words_only

_REACH = 60


def holds(
    context: Context, reading: Reading, start: int, end: int, owner: str, sure: Collection[str]
) -> bool:
    """Whether `context` holds for the name at `start`..`end` of `reading`.

    Args:
        owner: whose name it would be; being surely named elsewhere is context enough.
        sure: the entities that are surely named in the item.
    """
    if owner in sure:
        sure = {*sure, "self"}
    if any(_stands(reading, term, sure) for term in context.without):
        return False
    if any(_stands_after(reading, end, term) for term in context.not_before):
        return False
    if any(_stands_before(reading, start, term) for term in context.not_after):
        return False
    if not context.needs:
        return True
    if context.within is None:
        return owner in sure or any(_stands(reading, term, sure) for term in context.needs)
    return any(_stands_near(reading, start, term, context.within, sure) for term in context.needs)


def _stands(reading: Reading, term: str, sure: Collection[str]) -> bool:
    if term.startswith("@"):
        return term[1:] in sure
    return bool(reading.word_numbers(_literal(term)))


def _stands_after(reading: Reading, end: int, term: str) -> bool:
    following = " " + reading.words[end : end + _REACH].lstrip(" ")
    return following.startswith(_literal(term))


def _stands_before(reading: Reading, start: int, term: str) -> bool:
    preceding = reading.words[max(0, start - _REACH) : start].rstrip(" ") + " "
    if term.endswith("*"):
        return preceding[:-1].rpartition(" ")[2].startswith(_literal(term)[1:])
    return preceding.endswith(_literal(term))


def _stands_near(reading: Reading, start: int, term: str, within: int, sure: Collection[str]) -> bool:
    if term.startswith("@"):
        return term[1:] in sure
    here, places = reading.word_number(start), reading.word_numbers(_literal(term))
    nearest = bisect_left(places, here - within)
    return nearest < len(places) and places[nearest] <= here + within


@lru_cache(maxsize=4096)
def _literal(term: str) -> str:
    """How a term looks in a reading's words: a space before it, and behind it unless it is a prefix."""
    words = words_only(fold(term.removesuffix("*")).text).strip(" ")
    return f" {words}" if term.endswith("*") else f" {words} "
