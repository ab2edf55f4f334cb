"""Whether a text says nothing that its source does not: every name, number, date and quotation stands there.

The gate before anything that a language model wrote. It judges words, not meaning, and it is strict: in doubt
a text is not grounded. A role is no name: whoever the text names must stand in the source, with the title
that the text gives them. Must not repair anything.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.numerals import number_of
from bot.domain.sentences import sentences
from bot.domain.text import fold
from bot.domain.wording import FUNCTION_WORDS

WINDOW = 3
"""Sentences of the source that stand together; from so many, one may be made."""
OVERLAP = 0.6
"""The least share of a sentence's words that stand in its window; faithful summaries have 0.64 to 0.88."""
NEAR = 0.4
"""The least share of a sentence's other words that stand in a sentence with the name."""
STEM = 5
"""Letters by which words are compared where only their endings may differ."""

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+\Z")
_MONEY = re.compile(r"([€$£])\s?(\d[\d.,]*(?:\s(?:miljoen|miljard|million|billion|mln|bn)\b)?)")
_CURRENCY = {"€": "euro", "$": "dollar", "£": "pond"}
_JOIN = re.compile(r"[ .’'-]{0,2}")
_QUOTE = re.compile(
    r"[\"“„«]([^\"“”„«»\n]{3,400})[\"”“»]"
    r"|(?<!\w)[‘']((?:[^‘’'\n]|[’'](?=\w)){3,400})[’'](?!\w)"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DATES = _words(
    """
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday
    saturday sunday januari februari maart april mei juni juli augustus september oktober november december
    january february march june july august october vandaag gisteren eergisteren morgen overmorgen vanavond
    vannacht vanochtend vanmorgen vanmiddag gisteravond gisterochtend gistermiddag today yesterday tomorrow
    tonight weekend
    """
)
_UNITS = _words(
    """
    honderd hundred duizend thousand miljoen million miljard billion biljoen trillion procent percent
    procentpunt euro dollar dollars pond pounds kilometer kilometers km meter metres meters graden degrees
    doden dead killed deaths gewonden injured wounded hurt gewond dood mensen people jaar years year maanden
    months weken weeks dagen days uur hours minuten minutes soldaten soldiers troops militairen stemmen votes
    zetels seats vermisten missing arrestaties arrests
    """
)
"""Words that belong to the number before them."""
_AMOUNTS = _words(
    """
    honderd hundred duizend thousand miljoen million miljard billion biljoen trillion dozijn dozen half helft
    tientallen tens dozens honderden hundreds duizenden thousands tienduizenden honderdduizenden miljoenen
    millions miljarden billions kwart quarter anderhalf anderhalve dubbele double eerste first tweede second
    derde third vierde fourth vijfde fifth zesde sixth zevende seventh achtste eighth negende ninth tiende
    tenth
    """
)
"""Words that are numbers by themselves."""
_WEEKDAY = re.compile("(?:maan|dins|woens|donder|vrij|zater|zon)dag")
"""With a part of the day behind it, a day is written as one word."""
_ROLES = _words(
    """
    president premier minister secretaris generaal secretary general chief chef baas leider leader voorzitter
    chairman chairwoman chair koning king koningin queen paus pope prins prince prinses princess kroonprins
    kanselier chancellor admiraal admiral commissaris commissioner burgemeester mayor senator gouverneur
    governor staatssecretaris woordvoerder spokesman spokeswoman directeur director ceo topman topvrouw
    ayatollah sjeik sheikh emir sultan ambassadeur ambassador rechter judge gezant envoy speaker supreme
    """
)
_PAST = _words("oud ex voormalig voormalige former then toenmalig toenmalige late wijlen vice acting deputy")
_JUNIOR = _words("jr sr junior senior")
_PARTICLES = _words("van de der den het ten ter von of the la le al bin ibn du di da")
_NEGATIONS = _words(
    "niet geen nooit niemand niets noch zonder not no never nobody nothing neither nor without cannot"
)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a text says and its source does not. `kind`: name, number, date, quote, words, negation."""

    kind: str
    what: str


def missing(text: str, source: str) -> tuple[Missing, ...]:
    """What a text says that its source does not; empty when it is grounded.

    Args:
        text: what was written.
        source: headline and text of the article, and nothing else.
    """
    known = _Source(source)
    return tuple(dict.fromkeys(gap for one in sentences(text) for gap in _gaps(one.text, known)))


class _Source:
    """A source, prepared: its words in order, its names, quotations and sentences."""

    def __init__(self, text: str) -> None:
        self.words = _joined(_tokens(text))
        self.names = [run for one in sentences(text) for run, _ in _names(one.text)]
        self.quotes = [_joined(_tokens(quote)) for quote in _quotes(text)]
        self.sentences = [frozenset(_tokens(one.text)) for one in sentences(text)]
        spans = range(max(len(self.sentences) - WINDOW + 1, 1))
        self.windows = [frozenset[str]().union(*self.sentences[at : at + WINDOW]) for at in spans]

    def has(self, *words: str) -> bool:
        """Whether these words follow each other in the source."""
        return _joined(words) in self.words


def _gaps(sentence: str, source: _Source) -> Iterator[Missing]:
    words = _tokens(sentence)
    for name, leads in _names(sentence):
        if not (_is_named(name, leads, source) and _is_told_of(name, words, source)):
            yield Missing("name", " ".join(name))
    for place, word in enumerate(words):
        number = _number(words, place)
        if number and not source.has(*number):
            yield Missing("number", " ".join(number))
        if (word in _DATES or _WEEKDAY.match(word)) and not source.has(word):
            yield Missing("date", word)
    for quote in _quotes(sentence):
        if not any(_joined(_tokens(quote)) in known for known in source.quotes):
            yield Missing("quote", quote)
    yield from _strays(sentence, words, source)


def _number(words: Sequence[str], place: int) -> Sequence[str]:
    """The number at a place, with what it counts, and with the number it is set against: *76 tegen 74*."""
    if not words[place][0].isdigit():
        return words[place : place + 1] if words[place] in _AMOUNTS else ()
    end = place + 1
    while end < len(words) and words[end] in _UNITS:
        end += 1
    for other in range(end, min(end + 2, len(words))):
        if words[other][0].isdigit():
            return words[place : other + 1]
    return words[place:end]


def _strays(sentence: str, words: Sequence[str], source: _Source) -> Iterator[Missing]:
    """Whether one place of the source says all of this, and says it rather than denies it."""
    fixed = {word for name, _ in _names(sentence) for word in name if source.has(word)}
    fixed |= {word for word in words if word[0].isdigit() and source.has(word)}
    if not any(fixed <= window and _overlap(words, window) >= OVERLAP for window in source.windows):
        yield Missing("words", sentence)
    nearest = max(source.sentences, key=lambda one: _overlap(words, one), default=frozenset())
    if bool(_NEGATIONS & set(words)) != bool(_NEGATIONS & nearest):
        yield Missing("negation", sentence)


def _overlap(words: Collection[str], known: Collection[str]) -> float:
    stems = {word[:STEM] for word in known}
    telling = [word for word in words if word not in FUNCTION_WORDS] or list(words)
    return sum(word[:STEM] in stems for word in telling) / max(len(telling), 1)


def _is_named(name: Sequence[str], leads: bool, source: _Source) -> bool:
    """Whether a name stands in the source, with at least the titles it has here, and none that are past."""
    if any(_is_part(name, known) and _kind(name) == _kind(known) for known in source.names):
        return True
    # The first word of a sentence has a capital whatever it is.
    if not leads or name[0] in _ROLES | _PAST or not source.has(name[0]):
        return False
    return len(name) == 1 or _is_named(name[1:], False, source)


def _is_told_of(name: Sequence[str], words: Sequence[str], source: _Source) -> bool:
    """Whether what is said with a name is said in a sentence of the source that has it, not of others."""
    rest = [word for word in words if word not in name]
    told = (known for known in source.sentences if any(_is_word(name[-1], word) for word in known))
    return not rest or any(_overlap(rest, known) >= NEAR for known in told)


def _is_part(name: Sequence[str], known: Sequence[str]) -> bool:
    """Whether the words of `name` stand in `known` in the same order."""
    rest = iter(known)
    return all(any(_is_word(word, other) for other in rest) for word in name)


def _is_word(word: str, other: str) -> bool:
    return word == other or (word + "s" == other) or (other + "s" == word)


def _kind(name: Sequence[str]) -> frozenset[str]:
    """What sets the bearer of a title or name apart: a former one, a deputy, a junior."""
    return _JUNIOR.intersection(name) | (_PAST.intersection(name) if _ROLES.intersection(name) else set())


def _names(sentence: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Runs of capitalised words with the titles before them, and whether the run begins the sentence."""
    run: list[tuple[str, bool]] = []
    leads, first, end = False, True, 0
    for found in _TOKEN.finditer(sentence):
        word, between = _token(found[0]), sentence[end : found.start()]
        named = found[0][0].isupper() and not word[0].isdigit() and not (first and word in FUNCTION_WORDS)
        part = named or word in _ROLES or word in _PAST or (bool(run) and word in _PARTICLES)
        if run and not (part and _JOIN.fullmatch(between)):
            yield from _run(run, leads)
            run = []
        if part:
            leads = leads if run else first
            run.append((word, named))
        first, end = False, found.end()
    yield from _run(run, leads)


def _run(run: list[tuple[str, bool]], leads: bool) -> Iterator[tuple[tuple[str, ...], bool]]:
    """A run as a name: up to its last capital, when it has one."""
    while run and not run[-1][1]:
        run.pop()
    if run:
        yield tuple(word for word, _ in run), leads


def _quotes(text: str) -> Iterator[str]:
    for found in _QUOTE.finditer(text):
        yield found[1] or found[2]


def _tokens(text: str) -> list[str]:
    """The words and numbers of a text, folded; a sum of money ends in its currency."""
    text = _MONEY.sub(lambda found: f"{found[2]} {_CURRENCY[found[1]]} ", text).replace("%", " procent ")
    return [_token(word) for word in _TOKEN.findall(text)]


def _token(word: str) -> str:
    if word[0].isdigit():
        return re.sub("[.,]", "", word) if _THOUSANDS.fullmatch(word) else word.replace(",", ".")
    plain = fold(word).text
    number = number_of(plain)
    return plain if number is None else str(number)


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "
