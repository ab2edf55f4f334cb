"""Sentences of Dutch and English text (German and French do no harm), as exact slices with offsets.

A sentence is never broken at an abbreviation, initial, number, address or time, nor inside a quotation or
parentheses that end on the same line. Where it is unclear whether a sentence ends, it does not: two sentences
taken for one read well, half a sentence does not. Must not judge what a sentence is worth.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.abbreviations import (
    AFTER_HOURS,
    CAPITALISED,
    HOURS,
    MONTHS,
    NEVER_LAST,
    NUMBERED,
    PARTICLES,
    SELDOM_LAST,
    STARTERS,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands: ``source[start:end] == text``."""

    text: str
    start: int
    end: int


_CLOSERS = "\"'”’»“)\\]"
_END = re.compile(
    rf"(?P<mark>[.!?…]++)[{_CLOSERS}]*+(?=\s|\Z)"
    r"|(?:(?<=[a-zß-ÿ]{3})|(?<=[A-Z]{3})|(?<=\d\d)|(?<=[”)]))(?P<glued>[.!?])(?=[A-ZÀ-Þ][a-zß-ÿ]++[\s,])"
)
_NEXT = re.compile(r"\s*(?P<open>[\"'“‘„«(\[,]*)(?P<word>\S*)(?:\s+(?P<then>\S))?")
_LAST_WORD = re.compile(r"[^\s\"'“”‘’„«»()\[\]/]+\Z")
_SMALL_START = re.compile(r"['’‘`][stnk]\s+[A-ZÀ-Þ]|[a-z][A-Z]")
"""Sentences that begin with a small letter: *'s Avonds*, *iPhone*."""
_INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.-?)*[A-ZÀ-Þ]")
_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]{1,3}")
_SAYS = re.compile(
    r"\s*(?:[^\s.!?]+ ){0,4}(?:said|says|told|asked|asks|wrote|tweeted|shouted"
    r"|zei|zegt|riep|roept|vroeg|vraagt|schreef|schrijft|aldus|twitterde)\b"
)
_BULLET = re.compile(r"\s*(?:[-–—•*·▪►>]|\d{1,3}[.)])\s")
_CLOSED = re.compile(rf"[.!?…:][{_CLOSERS}]*\s*\Z")
_MOST = 400
NEAR = 60
_ENCLOSED = re.compile(
    rf"""(?<!\w)"(?=\S)[^"\n]{{1,{_MOST}}}+(?<=\S)"(?!\w)
    |“[^“”\n]{{1,{_MOST}}}+”
    |„[^„“”"\n]{{1,{_MOST}}}+[”“"]
    |(?<!\S),,(?=\w)(?:[^,'’”"\n]|,(?!,)|['’](?=\w)){{1,{_MOST}}}+(?:''|’’|’'|'’|”|")
    |«[^«»\n]{{1,{_MOST}}}+»
    |‘(?:[^‘’\n]|’(?=\w)){{1,{_MOST}}}+’
    |(?<![\w'])'(?![stnk]\s|\d|\s)(?:[^'\n]|(?<=\w)'(?=\w)){{1,{_MOST}}}+(?<=\S)'(?!\w)
    |\([^()\n]{{1,{_MOST}}}+\)""",
    re.X,
)
_WRAP = range(40, 101)


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, in order. Nothing but whitespace stands between them.

    A line break ends a sentence, unless the text is wrapped at a fixed width or the next line goes on in
    small letters. What has no full stop, such as a heading, is a sentence of its own.
    """
    return [
        sentence
        for start, end in _blocks(text)
        for sentence in _trimmed(text, _cuts(text, start, end), start, end)
    ]


def _trimmed(text: str, cuts: Iterator[int], start: int, end: int) -> Iterator[Sentence]:
    for cut in (*cuts, end):
        piece = text[start:cut]
        if kept := piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            yield Sentence(kept, begin, begin + len(kept))
        start = cut


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of text over which a sentence may run: a line, or lines that were wrapped."""
    lines = list(_lines(text))
    wrapped = _is_wrapped(text, lines)
    start = 0
    for (begin, end), (following, stop) in pairwise(lines):
        if not _goes_on(text[begin:end], text[following:stop], wrapped):
            yield start, end
            start = following
    yield start, len(text)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield start, end
        start = end + 1
    yield start, len(text)


def _is_wrapped(text: str, lines: list[tuple[int, int]]) -> bool:
    """Whether the text is broken at a fixed width, as in mail: no long line, few short, few that close."""
    full = [(start, end) for start, end in lines if text[start:end].strip()]
    if len(full) < 3 or max(end - start for start, end in full) >= _WRAP.stop:
        return False
    broken = sum(
        end - start in _WRAP and not _CLOSED.search(text, max(start, end - 12), end) for start, end in full
    )
    return 2 * broken > len(full)


def _goes_on(line: str, following: str, wrapped: bool) -> bool:
    """Whether `following` is in the same sentence as `line`, or may be."""
    first = following.lstrip()[:1]
    if not line.strip() or not first or _BULLET.match(following):
        return False
    if _CLOSED.search(line[-12:]):
        return False
    return first.islower() or (wrapped and len(line) in _WRAP)


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets inside a block at which a sentence ends."""
    enclosed = _ENCLOSED.finditer(text, start, end)
    inside = next(enclosed, None)
    for found in _END.finditer(text, start, end):
        while inside is not None and inside.end() <= found.start():
            inside = next(enclosed, None)
        if inside is not None and inside.start() < found.start() and found.end() < inside.end():
            continue
        if found.end() < end and _ends(text, start, end, found):
            start = found.end()
            yield start


def _ends(text: str, start: int, end: int, found: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends at the punctuation `found`."""
    if found["glued"]:
        return not re.search(r"[./@:]", _last_word(text, start, found.start()))
    following = _NEXT.match(text, found.end(), end)
    if following is None or not following["word"]:
        return False  # nothing but space follows: the end of the block, which is a cut anyway
    word = following["word"]
    if not (_begins(word) or _SMALL_START.match(text, following.start("open"))):
        return False
    mark = found["mark"]
    if mark == ".":
        last = _last_word(text, start, found.start())
        begun = text[max(start, found.start() - len(last) - NEAR) : found.start() - len(last)].strip()
        return _period_ends(last, word, starts=_starts(following), at_start=not begun)
    if found.end() - found.start() > len(mark) and mark[0] in "!?":
        return not _SAYS.match(text, found.end(), end)
    return not (mark == "!" and text.endswith(("Yahoo", "Jeopardy"), start, found.start()))


def _begins(word: str) -> bool:
    return not word[0].islower() and word[0] not in ",;:"


def _last_word(text: str, start: int, end: int) -> str:
    found = _LAST_WORD.search(text[max(start, end - 40) : end])
    return found[0] if found else ""


def _starts(following: re.Match[str]) -> bool:
    """Whether a word is one that sentences begin with: *De regering*, and not *De Vries*."""
    word, then = following["word"].rstrip(","), following["then"] or ""
    if following["open"]:
        return True
    return word in STARTERS and not (word in PARTICLES and then.isupper())


def _period_ends(last: str, following: str, *, starts: bool, at_start: bool) -> bool:
    """Whether a full stop behind the word `last` ends the sentence.

    Args:
        last: the word before it.
        following: the word after it.
        starts: whether that one looks like the first of a sentence.
        at_start: whether nothing stands before `last` in its sentence.
    """
    small = last.lower().rpartition("-")[2]
    if last.isdigit():
        return not at_start and following.rstrip(",.") not in MONTHS
    if (small in NEVER_LAST and last != "VS") or (small in NUMBERED and following[0].isdigit()):
        return False
    if small in HOURS:
        return following.rstrip(",.") not in AFTER_HOURS
    if (
        small in SELDOM_LAST
        or _INITIALS.fullmatch(last)
        or _DOTTED.fullmatch(small)
        or (last[:1].isupper() and small in CAPITALISED)
    ):
        return starts and not at_start
    return True
