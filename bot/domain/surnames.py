"""The first-name rule: whose surname is it?

*Piet Rutte* is not Mark Rutte, though no list knows Piet; *Premier Rutte*, *Waarom Rutte zwijgt* and
*Court Sides With Trump* are. And when an item introduces Piet Rutte, a bare *Rutte* in it is Piet's.
Must not know any particular person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.reading import Reading
from bot.domain.text import fold
from bot.domain.wording import FUNCTION_WORDS, PERSONAL_TITLES, TITLES


class Whose(Enum):
    """What stands before a surname says whose it is."""

    OWN = auto()
    BARE = auto()
    OTHERS = auto()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule needs. `known_ends` are offsets where names of other entities end (*Amerikaanse*)."""

    reading: Reading
    first_names: frozenset[str]
    given_names: frozenset[str]
    known_ends: frozenset[int]


def judge(facts: Facts, start: int) -> Whose:
    """Whose the surname at `start` is, by the word directly before it."""
    reading = facts.reading
    before = reading.previous_word(start)
    if before is None:
        return Whose.BARE
    begin, end = before
    gap, word, cased = reading.folded[end:start], reading.words[begin:end], reading.cased[begin:end]
    if gap == ". " and len(word) == 1 and cased.isupper():
        return _judge_initial(facts, begin, word)
    if gap == ". " and word in TITLES:
        return Whose.OWN if word in PERSONAL_TITLES else Whose.BARE
    if gap == "-" and word in PERSONAL_TITLES:
        return Whose.OWN
    if gap != " ":
        return Whose.BARE
    return _judge_word(facts, begin, end, word, cased)


def bare_ones(
    reading: Reading, verdicts: Sequence[tuple[int, Whose]], namesakes: Sequence[int], *, named: bool
) -> frozenset[int]:
    """Which surnames are the entity's own.

    Args:
        reading: the document.
        verdicts: where the surname stands, and what `judge` says of it.
        namesakes: where listed namesakes stand.
        named: whether the entity is surely named elsewhere (in full, by office).
    """
    own = frozenset(start for start, whose in verdicts if whose is Whose.OWN)
    bare = frozenset(start for start, whose in verdicts if whose is Whose.BARE)
    others = [start for start, whose in verdicts if whose is Whose.OTHERS]
    if own or named or not bare:
        return own | bare
    if namesakes or (others and _introduces(reading, others, bare)):
        return own
    return bare


def _introduces(reading: Reading, others: Sequence[int], bare: frozenset[int]) -> bool:
    """Whether the item's text, or its headline when the text is silent, first has the other's full name.

    Headlines say a surname before anybody is introduced; texts introduce people.
    """
    in_text = [start for start in (*others, *bare) if not reading.in_title(start)]
    return min(in_text or (*others, *bare)) in others


def _judge_initial(facts: Facts, begin: int, letter: str) -> Whose:
    """*M. Rutte* and *Donald J. Trump*: by the initial, or the first name before it."""
    own = {fold(name).text.rstrip(".") for name in facts.first_names}
    if letter in own:
        return Whose.OWN
    before = facts.reading.previous_word(begin)
    if before and facts.reading.words[before[0] : before[1]] in own:
        return Whose.OWN
    return Whose.OTHERS


def _judge_word(facts: Facts, begin: int, end: int, word: str, cased: str) -> Whose:
    if word in {fold(name).text.rstrip(".") for name in facts.first_names}:
        return Whose.OWN
    if word in PERSONAL_TITLES:
        return Whose.OWN
    if not cased[0].isupper() or word in FUNCTION_WORDS or word in TITLES or end in facts.known_ends:
        return Whose.BARE
    if word in facts.given_names:
        return Whose.OTHERS
    if _is_no_name(facts, begin, cased):
        return Whose.BARE
    return Whose.OTHERS


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
