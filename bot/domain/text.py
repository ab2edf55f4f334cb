"""Folding and tokens: done once per item and shared by matching, rules, grouping and language.

Folded text is lower case, without accents, with plain quotes, hyphens and spaces (other signs beyond
ASCII become "|"), so that *Oekraïne*,
*OEKRAINE* and a decomposed *Oekraïne* are one string. Offsets always lead back to the original. Must
not know what a name or a rule is.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TO_DROP = re.compile(r"(?<= )[ \x00]+|\x00+")
_DROPPED = re.compile(
    r"[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_SPACES = re.compile(r" {2,}")
_TOKEN = re.compile(r"[^\W_]+")
_NOT_WORD = re.compile(r"[\W_]")
_ASCII_WORDS = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})

_PLAIN = {
    **dict.fromkeys("‘’‚‛`´ʼʹ′＇", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒⁃−﹣－–—―", "-"),
    **dict(zip("øłđðıħŧŋſ", "olddihtns", strict=True)),
    "ß": "s",
    "æ": "a",
    "œ": "o",
    "þ": "t",
    "…": ".",
}


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and `cased`: the original's characters at the folded offsets.

    `origins` is None where every folded character stands at its original offset. Otherwise it holds,
    for each folded character and for the end, the offset in the original.
    """

    original: str
    text: str
    cased: str
    origins: tuple[int, ...] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that folded `start`..`end` came from, without trailing space.

        Combining marks belong to the character before them and are inside the span.
        """
        if self.origins is None:
            return start, end
        if end <= start:
            return self.origins[start], self.origins[start]
        return self.origins[start], _after_marks(self.original, self.origins[end - 1] + 1)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a folded text, in order: word `i` is ``words[i]`` at ``starts[i]``."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    places: dict[str, list[int]] = field(repr=False)

    def index_at(self, offset: int) -> int:
        """The number of the word that holds `offset`, or of the first word after it."""
        at = bisect_right(self.starts, offset) - 1
        if at >= 0 and offset < self.starts[at] + len(self.words[at]):
            return at
        return bisect_left(self.starts, offset)


def fold(text: str) -> Folded:
    """Fold `text` for comparison.

    Length-preserving for all common text. Only combining marks, zero-width characters and repeated
    spaces are dropped, and then offsets are kept in a table.
    """
    plain = text.lower()
    if len(plain) != len(text):  # 'İ' is the one character that grows
        plain = "".join(char.lower()[:1] or char for char in text)
    plain = _CONTROL.sub(" ", plain)
    needs_table = "  " in plain
    if not plain.isascii():
        plain = _NOT_ASCII.sub(_plain_match, plain)
        needs_table = needs_table or "  " in plain or "\x00" in plain
    if not needs_table:
        return Folded(text, plain, text)
    return _compact(text, plain)


def tokens(text: str) -> Tokens:
    """Split a folded text into words: runs of letters and digits."""
    words: list[str] = []
    starts: list[int] = []
    places: dict[str, list[int]] = {}
    for number, found in enumerate(_TOKEN.finditer(text)):
        word = found[0]
        words.append(word)
        starts.append(found.start())
        places.setdefault(word, []).append(number)
    return Tokens(tuple(words), tuple(starts), places)


def whole_words(text: str, most: int) -> str:
    """The text, or its beginning of at most so many characters, not cut within a word if that can be."""
    return text if len(text) <= most else text[:most].rpartition(" ")[0] or text[:most]


def words_only(folded: str) -> str:
    """A folded text with every sign made a space: same length, so the same offsets."""
    return folded.translate(_ASCII_WORDS) if folded.isascii() else _NOT_WORD.sub(" ", folded)


def _plain_match(found: re.Match[str]) -> str:
    return _plain_char(found[0])


@lru_cache(maxsize=4096)
def _plain_char(char: str) -> str:
    """One folded character for one character; NUL marks what is dropped.

    A lone surrogate is a sign like others: nothing below may choke on it.
    """
    if char in _PLAIN:
        return _PLAIN[char]
    if _DROPPED.match(char) or unicodedata.combining(char):
        return "\x00"
    if char.isspace():
        return " "
    if not char.isalnum():
        return "|"
    base, *marks = tuple(unicodedata.normalize("NFKD", char))
    only_marks = base.isalnum() and len(base.lower()) == 1 and all(map(unicodedata.combining, marks))
    return base.lower() if only_marks else char


def _compact(original: str, plain: str) -> Folded:
    """Drop marks and repeated spaces, keeping where each remaining character came from."""
    spans = []
    start = 0
    for dropped in _TO_DROP.finditer(plain):
        spans.append((start, dropped.start()))
        start = dropped.end()
    spans.append((start, len(plain)))
    text = "".join([plain[begin:end] for begin, end in spans])
    origins = chain.from_iterable(range(begin, end) for begin, end in spans)
    cased = "".join([original[begin:end] for begin, end in spans])
    return Folded(original, text, cased, (*origins, len(original)))


def _after_marks(text: str, offset: int) -> int:
    while offset < len(text) and unicodedata.combining(text[offset]):
        offset += 1
    return offset
