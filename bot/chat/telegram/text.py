"""Runs of text for Telegram: cleaned, guarded, counted, cut, and written as its HTML. Pure.

Lengths are UTF-16 code units, as Telegram counts them (core.telegram.org/api/entities#entity-length).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape

from bot.domain.safelinks import safe_url, web_parts

JOINER = "\u2060"
"""WORD JOINER: no width, no line break, and no part of a name, so that no client sees a mention."""

ELLIPSIS = "…"
LONGEST_URL = 2048

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_MENTION = re.compile(r"[@＠](?=\S|\Z)|(?<=:)(?=//)")
_ACTIVE = re.compile(
    r"""[@＠\#＃/](?=\S|\Z)         # @name, #tag, /command
      | \$(?=[A-Z]{1,8}\b)          # $USD
      | (?<=:)(?=//)                # tg://resolve
      | (?<=\S)\.(?=[^\W\d_])       # nos.nl, t.me
      | (?<=\d)\.(?=\d+\.\d+\.\d)   # 192.0.2.1
    """,
    re.VERBOSE,
)
_UNSAFE_IN_URL = re.compile(
    r"[\s\x00-\x1f\x7f<>\"\\^`{|}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one look. `unix` makes it a time that the reader's client words itself."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    url: str | None = None
    unix: int | None = None

    @property
    def styles(self) -> int:
        """How many of Telegram's entities this run needs."""
        if not self.text.strip():
            return 0
        linked = self.url is not None
        if self.code and not linked:
            return 1
        return self.bold + self.italic + linked + (self.unix is not None)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, *, lines: bool = False) -> str:
    """Text without what can't be sent or would reorder its surroundings.

    Removes controls and bidirectional embeddings, overrides and isolates (a headline could otherwise show
    a link's words backwards; see Unicode TR 36, 2.5); right-to-left scripts need none of them here.
    Replaces lone surrogates. Folds all white space to single spaces, but keeps line breaks with `lines`.
    """
    text = _OVERRIDES.sub("", _SURROGATE.sub("\ufffd", text))
    text = _CONTROL.sub(" ", text)
    if not lines:
        return " ".join(text.split())
    return text.replace("\t", " ")


def quiet(text: str) -> str:
    """Feed text in which nothing can be tapped: no mention, tag, command, address or bare domain.

    Telegram's clients make all of these of plain text by themselves, and a mention notifies somebody. A
    WORD JOINER behind the first sign stops them and can't be seen.
    """
    return _ACTIVE.sub(lambda found: found.group() + JOINER, text)


def unmentioned(text: str) -> str:
    """Our own text, in which commands and tags may be tapped but nobody is mentioned and no tg:// acts."""
    return _MENTION.sub(lambda found: found.group() + JOINER, text)


def web_link(url: str) -> str | None:
    """The URL if it is safe to link: http or https, a real host, no credentials; else None."""
    parts = web_parts(url)
    if parts is None or _UNSAFE_IN_URL.search(url) or "." not in (parts.hostname or "").strip("."):
        return None
    return safe_url(url, LONGEST_URL)


def cut(text: str, limit: int) -> str:
    """At most `limit` units of the text, cut behind a word and ended with … when something was left out."""
    if units(text) <= limit:
        return text
    head = head_of(text, limit - 1)
    at_word = head.rstrip() if text[len(head)].isspace() else head[: head.rfind(" ") + 1].rstrip()
    if units(at_word) < limit // 2:
        at_word = whole_signs(head, text[len(head)])
    return at_word.rstrip(" ,;:-–—(") + ELLIPSIS if limit > 0 else ""


def head_of(text: str, limit: int) -> str:
    """The longest start of the text within `limit` units."""
    if units(text) <= limit:
        return text
    taken = 0
    for index, char in enumerate(text):
        taken += 2 if char > "\uffff" else 1
        if taken > limit:
            return text[:index]
    return text


def whole_signs(head: str, following: str) -> str:
    """The head without a last sign that the cut took apart (an emoji's joiner, an accent)."""
    while head and (_continues(following) or head[-1] == "\u200d"):
        following, head = head[-1], head[:-1]
    return head


def _continues(char: str) -> bool:
    return (
        unicodedata.combining(char) != 0
        or char in "\u200d\ufe0e\ufe0f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def fit(runs: Iterable[Run], limit: int) -> list[Run]:
    """The runs, cut so that their text is at most `limit` units."""
    fitted: list[Run] = []
    left = limit
    for run in runs:
        size = units(run.text)
        if size > left:
            fitted.append(replace(run, text=cut(run.text, left)))
            return fitted
        fitted.append(run)
        left -= size
    return fitted


def within_entities(runs: Sequence[Run], limit: int) -> list[Run]:
    """The runs with at most `limit` entities: looks go first, from the end on, then links.

    Telegram ignores every entity beyond the hundredth, silently, so that a long list would lose its links.
    """
    excess = sum(run.styles for run in runs) - limit
    kept = list(runs)
    for bare in (_without_looks, _plain):
        for index in range(len(kept) - 1, -1, -1):
            if excess <= 0:
                return kept
            barer = bare(kept[index])
            excess -= kept[index].styles - barer.styles
            kept[index] = barer
    return kept


def _without_looks(run: Run) -> Run:
    return replace(run, bold=False, italic=False, code=False)


def _plain(run: Run) -> Run:
    return Run(run.text)


def html(runs: Iterable[Run]) -> str:
    """The runs as Telegram's HTML (core.telegram.org/bots/api#html-style)."""
    return "".join(map(_markup, runs))


def _markup(run: Run) -> str:
    text = escape(run.text, quote=False)
    if run.styles == 0:
        return text
    if run.code and run.url is None:
        return f"<code>{text}</code>"
    if run.unix is not None:
        text = f'<tg-time unix="{run.unix}" format="r">{text}</tg-time>'
    if run.italic:
        text = f"<i>{text}</i>"
    if run.bold:
        text = f"<b>{text}</b>"
    if run.url is not None:
        text = f'<a href="{escape(run.url)}">{text}</a>'
    return text
