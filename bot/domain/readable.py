"""How a sentence reads on its own: whole or cut off, leaning on another one, asking, talking of the page.

Patterns for Dutch and English. Must not know the headline, nor what a reader follows.
"""

import re

from bot.domain.boilerplate import is_bait, is_boilerplate
from bot.domain.wording import FUNCTION_WORDS

_WORD = re.compile(r"[^\W_]+")
_WHOLE = re.compile(r"""[.!?]["'”’»“)\]]*\Z""")
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\"'”’»)\]]*\Z")
_ASKS = re.compile(r"\?[\"'”’»)\]]*\Z")
_QUOTED = re.compile(r"""["“„'‘«]|,,""")
_FIRST_PERSON = re.compile(r"(?:I|I'm|I’m|We|My|Our|Ik|Wij|Mijn|Onze)\b")
_HEADING = re.compile(
    r"[A-ZÀ-Þ][\w'’-]*(?: [\w'’-]+){0,4} (?:De|Het|Een|In|Op|Volgens|Ook|Na|Bij|The|It|He|She|They|According)"
    r" [a-zà-ÿ]"
)
_LEANS = re.compile(
    r"""["'“‘„,]{0,2}(?:
    (?:Hij|Zij|Ze|Hun|Haar|Hem|Dat|Dit|Deze|Die|Daar\w*|Hier\w*|Ook|Maar|En|Of|Toch|Want|Dus|Echter|Zo)\b
    |(?:Bovendien|Verder|Vervolgens|Toen|Wel|Eerder|Zelf|Beiden?|Inmiddels|Intussen|Daarnaast)\b
    |Volgens\s(?:hem|haar|hen)\b|Er\s(?!(?:zijn|is|was|waren|komen|komt)\b)
    |(?:He|She|They|It|His|Her|Their|Its|That|This|These|Those|There|But|And|Or|So|Yet|However|Also)\b
    |(?:Moreover|Then|Meanwhile|Still|Both|Instead|Such|Here|Another|Nor|Neither|Later)\b
    |(?:In\saddition|For\sexample|The\s(?:former|latter|two|pair|rest|others?)|De\s(?:rest|andere[n]?|overige))\b
    |(?:[^\s,]+\s){1,3}(?:die|dit|deze|diens|this|these|those|such)\s(?!(?:week|maand|jaar|year|month)\b))""",
    re.X,
)
_ATTRIBUTES = re.compile(
    r"(?:Dat|Dit|Daarover|Zo)\s(?:heeft|hebben|meldt|melden|zegt|zeggen|zei|blijkt|bleek|maakte|maakten|laat|schrijft"
    r"|schrijven|bevestigt|bevestigen|staat|stelt|verklaarde)\b|(?:That|This) (?:is|was) according to\b"
)


def is_whole(text: str, *, alone: bool = False) -> bool:
    """Whether a sentence was not cut off. Some publishers write a teaser of one sentence without its stop.

    Args:
        text: the sentence.
        alone: whether it is the whole text.
    """
    if _CUT_OFF.search(text):
        return False
    return bool(_WHOLE.search(text)) or (alone and _may_be_whole(text))


def is_prose(text: str) -> bool:
    """Whether a sentence is of words, and of the article."""
    letters = sum(map(str.isalpha, text))
    if 2 * letters < len(text) or text.count("http") > 1 or len(_WORD.findall(text)) < 3:
        return False
    return not is_boilerplate(text)


def leans(text: str) -> bool:
    """Whether a sentence leans on the one before it: *Hij zei*, *That*, *De deadline voor die steun*."""
    return bool(_LEANS.match(text))


def flaws(text: str) -> float:
    """What speaks against telling a sentence, about 0..2."""
    return (
        0.8 * bool(_ASKS.search(text))
        + 0.8 * is_bait(text)
        + 0.4 * bool(_HEADING.match(text))  # a heading without a stop ran into it
        + 0.35 * bool(_FIRST_PERSON.match(text))
        + 0.4 * bool(_ATTRIBUTES.match(text))
        + 0.3 * bool(_QUOTED.match(text))
        + 0.3 * text[:1].islower()
    )


def _may_be_whole(text: str) -> bool:
    words = _WORD.findall(text)
    return len(words) >= 8 and text[-1:].isalnum() and words[-1].lower() not in FUNCTION_WORDS
