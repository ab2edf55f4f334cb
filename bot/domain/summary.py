"""One or two whole sentences that say what happened. They are always sentences of the article itself."""

import re

from bot.domain.text import fold

LIMIT = 280

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]*[A-ZÀ-Þ0-9])")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|dhr|mevr|mw|dr|drs|mr|mrs|ms|prof|ir|ing|st|gen|sen|rep|gov|jan|feb|mrt|apr|jun|jul|aug|sept?|okt|oct|nov|dec|"
    r"bijv|o\.a|d\.w\.z|ca|nr|no|vs|jr|sr|inc|ltd|co|U\.S|U\.K|U\.N)\.$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order."""
    found: list[str] = []
    start = 0
    for gap in _SENTENCE_END.finditer(text):
        sentence = text[start : gap.end()].strip()
        if _ABBREVIATION.search(sentence):
            continue
        found.append(sentence)
        start = gap.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def summarise(title: str, text: str, limit: int = LIMIT) -> str:
    """The first whole sentences that fit, without one that only repeats the headline; may be ""."""
    chosen = ""
    for sentence in sentences(" ".join(text.split())):
        if _repeats(sentence, title) or not sentence.endswith((".", "!", "?", "…", '"', "”", "’", "'")):
            continue
        longer = f"{chosen} {sentence}".strip()
        if len(longer) > limit:
            break
        chosen = longer
    return chosen


def _repeats(sentence: str, title: str) -> bool:
    said, known = (set(_WORD.findall(fold(part).text)) for part in (sentence, title))
    return len(said - known) <= len(said) // 5
