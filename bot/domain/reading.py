"""A document prepared once for everything that reads it: folded, joined, and with its words marked.

Must not decide what anything means.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from bot.domain.models import Document
from bot.domain.text import Folded, fold, words_only
from bot.domain.wording import FUNCTION_WORDS

FIELD_BREAK = "\x01"
_GAP = f" {FIELD_BREAK} "
_SENTENCE_END = re.compile(r"[.!?:;]['\")]* | - |[|\x01]")
_WORD = re.compile(r"[^\W_]+")
_MIN_SHOUTED = 8
_FAR = 1000
_MOST = 0.85


@dataclass(frozen=True)
class Span:
    """Where something stands in the original: field ("title" or "text"), and offsets into it."""

    field: str
    start: int
    end: int
    surface: str


class Reading:
    """A folded document.

    `folded` is title and text joined; `words` is the same with a space for every sign, so that
    ``" nato "`` is found exactly where the word stands; `cased` has the original letters. All three
    have the same offsets.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._places: dict[str, list[int]] = {}
        self._title, self._text = fold(document.title), fold(document.text)
        self.title_end = 1 + len(self._title.text)
        self.text_start = self.title_end + len(_GAP)
        self.folded = f" {self._title.text}{_GAP}{self._text.text} "
        self.words = f" {words_only(self._title.text)}{_GAP}{words_only(self._text.text)} "

    @cached_property
    def cased(self) -> str:
        """The original letters at the folded offsets."""
        return f" {self._title.cased}{_GAP}{self._text.cased} "

    @cached_property
    def word_starts(self) -> list[int]:
        """The offset of every word, in order."""
        return [found.start() for found in _WORD.finditer(self.words)]

    def word_number(self, offset: int) -> int:
        """The number of the word at `offset`; text is numbered far from title, so never near it."""
        return bisect_right(self.word_starts, offset) + (0 if self.in_title(offset) else _FAR)

    def word_numbers(self, literal: str) -> list[int]:
        """The numbers of the words at which `literal`, which starts with a space, stands; ascending."""
        found = self._places.get(literal)
        if found is None:
            places = (place.start() + 1 for place in re.finditer(f"(?={re.escape(literal)})", self.words))
            found = self._places[literal] = [self.word_number(place) for place in places]
        return found

    @cached_property
    def has_capitals(self) -> bool:
        """Whether the item uses capital letters at all."""
        return self.cased != self.cased.lower()

    def in_title(self, offset: int) -> bool:
        """Whether `offset` is in the title."""
        return offset < self.title_end

    def span(self, start: int, end: int) -> Span:
        """The original span of folded `start`..`end`, which must not cross fields."""
        if self.in_title(start):
            return _span("title", self._title, start - 1, end - 1)
        return _span("text", self._text, start - self.text_start, end - self.text_start)

    def word_end(self, offset: int) -> int:
        """Where the word that `offset` is in, or stands right behind, ends."""
        return self.words.index(" ", offset)

    def previous_word(self, start: int) -> tuple[int, int] | None:
        """The word before `start`, in the same field."""
        end = (
            len(self.words[:start].rstrip(" "))
            if start < 64
            else start - 64 + len(self.words[start - 64 : start].rstrip(" "))
        )
        if end <= 0 or self.words[end - 1] in (FIELD_BREAK, " "):
            return None
        begin = self.words.rindex(" ", 0, end) + 1
        return begin, end

    def next_word(self, end: int) -> tuple[int, int] | None:
        """The word after `end`, in the same field."""
        begin = end
        while begin < len(self.words) and self.words[begin] == " ":
            begin += 1
        if begin == len(self.words) or self.words[begin] == FIELD_BREAK:
            return None
        return begin, self.words.index(" ", begin)

    def sentence(self, offset: int) -> tuple[int, int]:
        """The start and end of the sentence around `offset`, roughly."""
        low, high = (1, self.title_end) if self.in_title(offset) else (self.text_start, len(self.folded))
        start = max(
            (found.end() for found in _SENTENCE_END.finditer(self.folded, max(low, offset - 300), offset)),
            default=max(low, offset - 300),
        )
        after = _SENTENCE_END.search(self.folded, offset, min(high, offset + 300))
        return start, after.start() if after else min(high, offset + 300)

    def is_title_case(self, offset: int) -> bool:
        """Whether the sentence around `offset` Capitalises Its Words, so that a capital says nothing."""
        start, end = self.sentence(offset)
        words = [found.span() for found in _WORD.finditer(self.words, start, end)][1:]
        telling = [
            self.cased[begin]
            for begin, stop in words
            if stop - begin > 2 and self.words[begin:stop] not in FUNCTION_WORDS
        ]
        return len(telling) > 1 and sum(map(str.isupper, telling)) >= _MOST * len(telling)

    def is_shouted(self, offset: int) -> bool:
        """Whether the sentence around `offset` is ALL CAPS."""
        start, end = self.sentence(offset)
        if self.in_title(offset) and end - start < 2 * _MIN_SHOUTED:
            start, end = 0, self.title_end
        letters = [char for char in self.cased[start:end] if char.isalpha()]
        return len(letters) >= _MIN_SHOUTED and sum(map(str.isupper, letters)) >= _MOST * len(letters)


def _span(field: str, folded: Folded, start: int, end: int) -> Span:
    begin, stop = folded.original_span(start, end)
    return Span(field, begin, stop, folded.original[begin:stop])
