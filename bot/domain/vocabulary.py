"""Words as keys that are equal across Dutch and English and across spellings, and how common keys are.

*Oekraïense* and *Ukrainian* are the key ``ukraine``, *Poetin* and *Putin* are ``putin``, *vier* and *four*
are ``4``. A word that no list knows becomes its stem, spelt as it sounds. Must not know what a story is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer

from bot.domain.text import fold

LANGUAGES = ("nl", "en")
RAREST = 1e-5
"""The share of reports that is assumed to have a key no table knows."""
PLACES = "places"
"""The section of a word list that names places and their people."""

_STEMMERS = {"nl": snowballstemmer.stemmer("dutch"), "en": snowballstemmer.stemmer("english")}
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:\.[^\W_]\b)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}\b)")
_LONGEST_PHRASE = 4
_SHORTEST_HEAD, _SHORTEST_TAIL = 4, 5
_FARTHEST_PARTICLE = 10
_SOUNDS = [
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        ("tsch|tsj|tch|ch(?=[ei])", "c"),
        ("sch|sh|sj|zh|zj", "s"),
        ("kh|ch|ck|q", "k"),
        ("oe|ou", "u"),
        ("ij|y|j|ie|ee", "i"),
        ("ph|v|w", "f"),
        ("aa", "a"),
        ("oo", "o"),
        ("z", "s"),
        ("c(?=[aou])", "k"),
        (r"([a-z])\1+", r"\1"),
        ("(?<=...)[ie]+$", ""),
    )
]


@dataclass(frozen=True, slots=True)
class WordList:
    """Which key a word of one language has.

    `plain` and `stems` are by folded word and by stem, `capital` by words that count in capitals only.
    Phrases are words joined by hyphens, `longest` is how many words the longest has; `starts` holds the
    words that begin one. `apart` is by verbs that stand apart from a particle, and has the keys by particle.
    """

    plain: Mapping[str, str] = field(default_factory=dict)
    stems: Mapping[str, str] = field(default_factory=dict)
    capital: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    starts: frozenset[str] = frozenset()
    longest: int = 1


@dataclass(frozen=True, slots=True)
class Words:
    """A word list for every language, and the keys that name places."""

    lists: Mapping[str, WordList] = field(default_factory=dict)
    places: frozenset[str] = frozenset()


def read_words(text: str) -> Words:
    """Read a list of ``key: Dutch words | English words`` lines.

    Args:
        text: the list; "#" begins a comment line, "[section]" a section.

    Raises:
        ValueError: a line of another form; the message has its number.
    """
    plain: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    places = set()
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[] ")
            continue
        key, columns = _columns(number, line)
        if section == PLACES:
            places.add(key)
        for language, words in zip(LANGUAGES, columns, strict=True):
            plain[language] |= dict.fromkeys(words, key)
    return Words(
        {language: _word_list(language, plain[language]) for language in LANGUAGES}, frozenset(places)
    )


def read_rates(text: str) -> dict[str, float]:
    """Read a table of ``key count`` lines: in how many of 100,000 reports a key stands."""
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {key: int(count) / 100_000 for key, count in rows}


class Vocabulary:
    """Reads words as keys.

    Args:
        words: the word lists.
        rates: the share of all reports, 0..1, that have a key; missing keys are rare.
    """

    def __init__(self, words: Words | None = None, rates: Mapping[str, float] | None = None) -> None:
        self._words = words or Words()
        self._rates = dict(rates or {})
        self._keys_of_word = lru_cache(maxsize=20_000)(self._read_word)

    @property
    def places(self) -> frozenset[str]:
        """The keys that name places and their people."""
        return self._words.places

    def rate(self, key: str) -> float:
        """The share of all reports that have `key`, 0..1."""
        return self._rates.get(key, RAREST)

    def keys(self, text: str, language: str) -> list[str]:
        """The keys of a text, in its order, as often as they stand there.

        Args:
            text: any text.
            language: ISO 639-1; for others than Dutch and English both word lists are tried.
        """
        return [key for _, keys in self.read(text, language) for key in keys]

    def read(self, text: str, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The words of a text as they are written, each with its keys; a known phrase is one word."""
        folded = fold(text)
        cased = folded.cased
        found = [(word[0], cased[word.start() : word.end()]) for word in _WORD.finditer(folded.text)]
        lists = self._lists(language)
        at = 0
        while at < len(found):
            word, written = found[at]
            key, length = None, 1
            if any(word in words.starts for words in lists):
                key, length = _phrase(lists, found, at)
                written = " ".join(each for _, each in found[at : at + length])
            if key is None and written.isupper():
                key = next((words.capital[written] for words in lists if written in words.capital), None)
            if key is None and any(word in words.apart for words in lists):
                key = _apart(lists, found, at)
            yield written, self._keys_of_word(word, language) if key is None else (key,)
            at += length

    def _lists(self, language: str) -> list[WordList]:
        tried = (language,) if language in LANGUAGES else LANGUAGES
        return [self._words.lists[known] for known in tried if known in self._words.lists]

    def _read_word(self, word: str, language: str) -> tuple[str, ...]:
        """The key of one word; a compound has the keys of its parts besides."""
        if word[0].isdigit():
            return (number(word),)
        if len(word) == 1:
            return ()
        key = self._listed(word, language)
        if key is not None:
            return (key,)
        return (sound(_stem(word, language)), *self._parts(word, language))

    def _listed(self, word: str, language: str) -> str | None:
        for words in self._lists(language):
            key = words.plain.get(word) or words.stems.get(_stem(word, language))
            if key is not None:
                return key
        return None

    def _parts(self, word: str, language: str) -> tuple[str, ...]:
        """What a Dutch compound is made of: *munitiedepot* is about ammunition, *NAVO-top* a summit."""
        if language == "en":
            return ()
        for at in range(_SHORTEST_HEAD, len(word) - _SHORTEST_TAIL + 1):
            tail = self._listed(word[at:], language)
            if tail is not None:
                head = self._listed(word[:at], language) or self._listed(
                    word[:at].removesuffix("s"), language
                )
                return (tail, head) if head else (tail,)
        for at in range(len(word) - _SHORTEST_HEAD, _SHORTEST_TAIL, -1):
            head = self._listed(word[:at], language)
            if head is not None:
                return (head,)
        return ()


def number(text: str) -> str:
    """A number as a key: *1.000* and *1,000* are one, *7,5* and *7.5* too."""
    return _THOUSANDS.sub("", text).replace(",", ".")


@lru_cache(maxsize=4_096)
def sound(word: str) -> str:
    """A folded word spelt as it sounds, so that transliterations meet: *Soerkov*, *Surkov*."""
    for pattern, spelling in _SOUNDS:
        word = pattern.sub(spelling, word)
    return word


def _phrase(lists: Sequence[WordList], found: Sequence[tuple[str, str]], at: int) -> tuple[str | None, int]:
    """The key of the longest phrase that begins at a word, and its length in words; else None and 1."""
    longest = max((words.longest for words in lists), default=1)
    for length in range(min(longest, len(found) - at), 1, -1):
        phrase = "-".join(word for word, _ in found[at : at + length])
        for words in lists:
            if phrase in words.plain:
                return words.plain[phrase], length
    return None, 1


def _apart(lists: Sequence[WordList], found: Sequence[tuple[str, str]], at: int) -> str | None:
    """The key of a verb whose particle stands behind it: *wijst* in *wijst het voorstel af*."""
    following = [word for word, _ in found[at + 1 : at + 1 + _FARTHEST_PARTICLE]]
    for words in lists:
        for particle, key in words.apart.get(found[at][0], {}).items():
            if particle in following:
                return key
    return None


@lru_cache(maxsize=4_096)
def _stem(word: str, language: str) -> str:
    stemmer = _STEMMERS.get(language)
    return str(stemmer.stemWord(word)) if stemmer else word


def _columns(number: int, line: str) -> tuple[str, list[list[str]]]:
    key, colon, rest = line.partition(":")
    columns = rest.split("|")
    if not colon or not key.strip() or len(columns) != len(LANGUAGES):
        raise ValueError(f"line {number}: expected 'key: Dutch words | English words'")
    return key.strip(), [column.split() for column in columns]


def _word_list(language: str, words: Mapping[str, str]) -> WordList:
    plain: dict[str, str] = {}
    capital: dict[str, str] = {}
    apart: dict[str, dict[str, str]] = {}
    for word, key in words.items():
        verb, tilde, particle = word.partition("~")
        if tilde:
            apart.setdefault(verb, {})[particle] = key
        elif word.isupper():
            capital[word] = key
        else:
            plain[word] = key
    return WordList(
        plain=plain,
        stems={_stem(word, language): key for word, key in plain.items() if "-" not in word},
        capital=capital,
        apart=apart,
        starts=frozenset(word.partition("-")[0] for word in plain if "-" in word),
        longest=min(max((word.count("-") + 1 for word in plain), default=1), _LONGEST_PHRASE),
    )
