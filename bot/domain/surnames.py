"""The first-name rule: whose surname is it?

*Piet Rutte* is not Mark Rutte, and neither is *Wopkje Rutte*, whom no list knows; *Premier Rutte*,
*Waarom Rutte zwijgt* and *Court Sides With Trump* are who they seem. And when an item introduces Piet
Rutte, a bare *Rutte* in it is Piet's. Must not know any particular person.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.reading import Reading
from bot.domain.wording import CALLINGS, FUNCTION_WORDS, PERSONAL_TITLES, TITLES


class Whose(Enum):
    """What stands before a surname says whose it is."""

    OWN = auto()
    BARE = auto()
    DOUBTFUL = auto()
    OTHERS = auto()


_COUPLE = re.compile(r"([^\W_]+) (?:and|en|und|et|&) [\w-]+ \Z")
_REACH = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule needs.

    `first_names` are the entity's own, folded and without dots; `known_ends` are offsets where names of
    other entities end (*Amerikaanse*).
    """

    reading: Reading
    first_names: frozenset[str]
    given_names: frozenset[str]
    known_ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose the surname at `start` is, and the word before it that says so."""

    start: int
    whose: Whose
    word: str = ""


def judge(facts: Facts, start: int) -> Verdict:
    """Whose the surname at `start` is, by the word directly before it."""
    reading = facts.reading
    before = reading.previous_word(start)
    if before is None:
        return Verdict(start, Whose.BARE)
    begin, end = before
    gap, word, cased = reading.folded[end:start], reading.words[begin:end], reading.cased[begin:end]
    whose = Whose.BARE
    if gap == ". " and len(word) == 1 and cased.isupper():
        whose = _judge_initial(facts, begin, word)
    elif word in PERSONAL_TITLES and gap in (" ", ". ", "-"):
        whose = Whose.OWN
    elif gap == " ":
        whose = _judge_word(facts, begin, end, word, cased)
    return Verdict(start, whose, word if cased[0].isupper() else "")


def is_coupled(facts: Facts, start: int) -> bool:
    """Whether the surname at `start` is shared with its own first name: *Donald and Melania Trump*."""
    found = _COUPLE.search(facts.reading.folded[max(0, start - _REACH) : start])
    return found is not None and len(found[1]) > 1 and found[1] in facts.first_names


def own_ones(
    reading: Reading, verdicts: Sequence[Verdict], namesakes: Sequence[int], *, named: bool
) -> frozenset[int]:
    """Where the surname is the entity's own.

    Args:
        reading: the document.
        verdicts: what `judge` says of every mention of the surname.
        namesakes: where listed namesakes stand.
        named: whether the entity is surely named elsewhere (in full, by office).
    """
    names = _others_names(verdicts)
    others = {one.start for one in verdicts if one.whose is Whose.OTHERS or one.word in names}
    own = frozenset(one.start for one in verdicts if one.whose is Whose.OWN)
    bare = frozenset(one.start for one in verdicts if _is_bare(reading, one)) - others
    if own or named or not bare:
        return own | bare
    return frozenset() if namesakes or _introduces(reading, others, bare) else bare


def _others_names(verdicts: Sequence[Verdict]) -> frozenset[str]:
    """Words that are first names here: known ones, and unknown ones that stand before the surname twice."""
    counts = Counter(one.word for one in verdicts if one.word)
    return frozenset(
        one.word
        for one in verdicts
        if one.whose is Whose.OTHERS or (one.whose is Whose.DOUBTFUL and counts[one.word] > 1)
    )


def _is_bare(reading: Reading, one: Verdict) -> bool:
    return one.whose is Whose.BARE or (one.whose is Whose.DOUBTFUL and reading.in_title(one.start))


def _introduces(reading: Reading, others: Collection[int], bare: Collection[int]) -> bool:
    """Whether the item's text, or its headline when the text is silent, first has the other's full name.

    Headlines say a surname before anybody is introduced; texts introduce people.
    """
    in_text = [start for start in (*others, *bare) if not reading.in_title(start)]
    return min(in_text or (*others, *bare)) in others


def _judge_initial(facts: Facts, begin: int, letter: str) -> Whose:
    """*M. Rutte* and *Donald J. Trump*: by the initial, or the first name before it."""
    before = facts.reading.previous_word(begin)
    name = facts.reading.words[before[0] : before[1]] if before else ""
    return Whose.OWN if letter in facts.first_names or name in facts.first_names else Whose.OTHERS


def _judge_word(facts: Facts, begin: int, end: int, word: str, cased: str) -> Whose:
    if word in facts.first_names or word in PERSONAL_TITLES:
        return Whose.OWN
    if word in CALLINGS:
        return Whose.OTHERS
    if not cased[0].isupper() or word in FUNCTION_WORDS or word in TITLES or end in facts.known_ends:
        return Whose.BARE
    if word in facts.given_names:
        return Whose.OTHERS
    return Whose.BARE if _is_no_name(facts, begin, cased) else Whose.DOUBTFUL


def _is_no_name(facts: Facts, begin: int, cased: str) -> bool:
    """A capital that something else explains: an abbreviation, a compound, a sentence's start, a headline."""
    reading = facts.reading
    if not cased.isalpha() or (len(cased) > 1 and cased.isupper()):
        return True
    if reading.folded[begin - 1] in "-'" and not _after_given_name(facts, begin):
        return True
    return not reading.words[reading.sentence(begin)[0] : begin].strip() or reading.is_title_case(begin)


def _after_given_name(facts: Facts, begin: int) -> bool:
    before = facts.reading.previous_word(begin)
    return before is not None and facts.reading.words[before[0] : before[1]] in facts.given_names
