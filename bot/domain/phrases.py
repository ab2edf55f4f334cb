"""The words around a word, in which it may mean something else: *Arno Rutte* for *Rutte*. Pure."""

import re

from bot.domain.text import fold
from bot.domain.wording import FUNCTION_WORDS

MOST_WORDS = 4
_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
_JOINED = re.compile(r"[ \u00a0-]{1,3}")
_PARTICLES = frozenset({"van", "der", "den", "de", "ten", "ter", "von", "zu", "du", "la", "le", "di", "da"})


def phrases(text: str, start: int, end: int) -> list[str]:
    """Phrases around the words at `start`..`end`, the likeliest first; none when nothing stands beside them.

    The likeliest is the whole name: neighbours with a capital belong to it. Then the word before, then the
    word after.
    """
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    inside = [number for number, (begin, stop) in enumerate(words) if begin < end and stop > start]
    if not inside:
        return []
    first, last = inside[0], inside[-1]
    name = _name(text, words, first, last)
    found = [name] if name != (first, last) else []
    if first and _beside(text, words, first - 1):
        found.append((first - 1, last))
    if last + 1 < len(words) and _beside(text, words, last):
        found.append((first, last + 1))
    if (words[first][0], words[last][1]) != (start, end):
        found.insert(0, (first, last))  # a part of a compound, such as NAVO in NAVO-straat
    spans = dict.fromkeys((words[left][0], words[right][1]) for left, right in found)
    return [" ".join(text[begin:stop].split()) for begin, stop in spans]


def _name(text: str, words: list[tuple[int, int]], first: int, last: int) -> tuple[int, int]:
    """The words of the name that stands there, at most `MOST_WORDS` of them."""
    while last - first + 1 < MOST_WORDS:
        left = _left(text, words, first)
        right = last + 1 < len(words) and _beside(text, words, last) and _is_name(text, words[last + 1])
        if left < first:
            first = left
        elif right:
            last += 1
        else:
            break
    return first, last


def _left(text: str, words: list[tuple[int, int]], first: int) -> int:
    """Where the name begins further to the left, over particles as in *Jan van der Rutte*."""
    at = first
    while at and _beside(text, words, at - 1):
        at -= 1
        begin, stop = words[at]
        if _is_name(text, words[at]):
            return at
        if text[begin:stop] not in _PARTICLES:
            break
    return first


def _is_name(text: str, word: tuple[int, int]) -> bool:
    shown = text[word[0] : word[1]]
    return shown[0].isupper() and fold(shown).text not in FUNCTION_WORDS


def _beside(text: str, words: list[tuple[int, int]], number: int) -> bool:
    """Whether nothing but a space or hyphen stands between a word and the next."""
    return bool(_JOINED.fullmatch(text[words[number][1] : words[number + 1][0]]))
