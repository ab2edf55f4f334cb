"""Numbers written as words, Dutch and English: *drieëntwintig*, *tweehonderdvijftig*, *forty*.

Pure. A lone *een* is an article, and the powers of ten that count something else (*20 duizend*) are units:
neither is a number here.
"""

from functools import lru_cache

_ONES = "een/one twee/two drie/three vier/four vijf/five zes/six zeven/seven acht/eight negen/nine"
_TEENS = (
    "tien/ten elf/eleven twaalf/twelve dertien/thirteen veertien/fourteen vijftien/fifteen zestien/sixteen "
    "zeventien/seventeen achttien/eighteen negentien/nineteen"
)
_TENS = (
    "twintig/twenty dertig/thirty veertig/forty vijftig/fifty zestig/sixty zeventig/seventy tachtig/eighty "
    "negentig/ninety"
)


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {
        word: first + step * place for place, both in enumerate(words.split()) for word in both.split("/")
    }


_UNITS = _numbered(_ONES, 1)
_BELOW_100 = {"nul": 0, "zero": 0} | _UNITS | _numbered(_TEENS, 10) | _numbered(_TENS, 20, 10)
_BELOW_100 |= {
    f"{one}en{ten}": value + tens
    for one, value in _UNITS.items()
    for ten, tens in _numbered(_TENS, 20, 10).items()
}
_NO_NUMBER = frozenset({"een", "one", "honderd", "duizend"})


@lru_cache(maxsize=4_096)
def number_of(word: str) -> int | None:
    """The number that a single word is, None for any other word.

    Args:
        word: folded: small letters, without accents.
    """
    return None if word in _NO_NUMBER else _value(word)


def _value(word: str) -> int | None:
    for power, factor in (("duizend", 1000), ("honderd", 100)):
        before, found, after = word.partition(power)
        if found:
            times = _value(before) if before else 1
            rest = _value(after.removeprefix("en")) if after else 0
            return None if times is None or rest is None else times * factor + rest
    return _BELOW_100.get(word)
