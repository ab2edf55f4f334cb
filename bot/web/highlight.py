"""Texts with their matches marked. Pure: offsets in, pieces out; what marks look like is the template's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.models import Match

AROUND = 90
WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. `why` says what was recognised in it; "" for plain text."""

    text: str
    why: str = ""


def marked(text: str, matches: Iterable[Match]) -> list[Piece]:
    """The whole text in pieces; of matches that overlap the first and longest is marked.

    Args:
        text: the field that the matches were found in.
        matches: offsets in characters; those outside of the text are left out.
    """
    return _pieces(text, _apart(text, matches), 0, len(text))


def excerpts(
    text: str, matches: Iterable[Match], around: int = AROUND, most: int = WINDOWS
) -> list[list[Piece]]:
    """The places of a long text where something was found, each in pieces.

    Args:
        text: the field that the matches were found in.
        matches: offsets in characters.
        around: characters shown before and after a match, to the nearest end of a word.
        most: so many places at most.
    """
    apart = _apart(text, matches)
    windows: list[tuple[int, int]] = []
    for match in apart:
        start, end = _widened(text, match.start - around, match.end + around)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        elif len(windows) < most:
            windows.append((start, end))
        else:
            break
    return [_cut(text, apart, start, end) for start, end in windows]


def _apart(text: str, matches: Iterable[Match]) -> list[Match]:
    """Matches that lie in the text and do not overlap, in order."""
    found: list[Match] = []
    for match in sorted(matches, key=lambda match: (match.start, -match.end)):
        at = found[-1].end if found else 0
        if at <= match.start < match.end <= len(text):
            found.append(match)
    return found


def _pieces(text: str, apart: Sequence[Match], start: int, end: int) -> list[Piece]:
    pieces, at = [], start
    for match in apart:
        if not start <= match.start < match.end <= end:
            continue
        pieces += [Piece(text[at : match.start]), Piece(text[match.start : match.end], match.why)]
        at = match.end
    return [piece for piece in (*pieces, Piece(text[at:end])) if piece.text]


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """A window that begins and ends between words."""
    start, end = max(start, 0), min(end, len(text))
    if start > 0:
        space = text.find(" ", start, start + 30)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", end - 30, end)
        end = space if space >= 0 else end
    return start, end


def _cut(text: str, apart: Sequence[Match], start: int, end: int) -> list[Piece]:
    pieces = _pieces(text, apart, start, end)
    before = [Piece("… ")] if start > 0 else []
    after = [Piece(" …")] if end < len(text) else []
    return [*before, *pieces, *after]
