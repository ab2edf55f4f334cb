"""Words as keys that are equal across Dutch and English and across spellings, and how common keys are.

*Oekraïense* and *Ukrainian* are the key ``ukraine``, *Poetin* and *Putin* are ``putin``, *vier* and *four*
are ``4``. A word that no list knows becomes its stem, spelt as it sounds. Must not know what a story is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from bot.domain.text import fold

LANGUAGES = ("nl", "en")
RAREST = 1e-5
"""The share of reports that is assumed to have a key no table knows."""
_STEMMERS = {"nl": snowballstemmer.stemmer("dutch"), "en": snowballstemmer.stemmer("english")}
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:\.[^\W_]\b)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}\b)")
_LONGEST_PHRASE = 4
_HEAD, _TAIL = 4, 5
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
    """Which key a word or phrase of one language has. Phrases are words joined by hyphens."""

    plain: Mapping[str, str]
    capital: Mapping[str, str]
    longest: int = 1


def read_words(text: str) -> dict[str, WordList]:
    """Read a list of ``key: Dutch words | English words`` lines.

    Args:
        text: the list; lines that begin with "#" are comments, words in capitals count only so.

    Raises:
        ValueError: a line of another form; the message has its number.
    """
    plain: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    capital: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, rest = line.partition(":")
        columns = rest.split("|")
        if not colon or not key.strip() or len(columns) != len(LANGUAGES):
            raise ValueError(f"line {number}: expected 'key: Dutch words | English words'")
        for language, column in zip(LANGUAGES, columns, strict=True):
            for word in column.split():
                (capital if word.isupper() else plain)[language][word] = key.strip()
    return {language: _word_list(language, plain[language], capital[language]) for language in LANGUAGES}


def read_rates(text: str) -> dict[str, float]:
    """Read a table of ``key count`` lines: in how many of 100,000 reports a key stands."""
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {key: int(count) / 100_000 for key, count in rows}


class Vocabulary:
    """Reads words as keys.

    Args:
        words: the word list per language.
        rates: the share of all reports, 0..1, that have a key; missing keys are rare.
    """

    def __init__(
        self, words: Mapping[str, WordList] | None = None, rates: Mapping[str, float] | None = None
    ) -> None:
        self._words = dict(words or {})
        self._rates = dict(rates or {})
        self._plain_key = lru_cache(maxsize=65_536)(self._single)

    def rate(self, key: str) -> float:
        """The share of all reports that have `key`, 0..1."""
        return self._rates.get(key, RAREST)

    def keys(self, text: str, language: str) -> list[str]:
        """The keys of a text, in its order, repeated as often as they stand there.

        Args:
            text: any text.
            language: ISO 639-1; for others than Dutch and English both word lists are tried.
        """
        folded = fold(text)
        cased = folded.cased
        spans = [(found[0], cased[found.start() : found.end()]) for found in _WORD.finditer(folded.text)]
        return list(self._read(spans, language))

    def _read(self, spans: list[tuple[str, str]], language: str) -> Iterator[str]:
        lists = [self._words[known] for known in _tried(language) if known in self._words]
        longest = max((words.longest for words in lists), default=1)
        at = 0
        while at < len(spans):
            for length in range(min(longest, len(spans) - at), 1, -1):
                phrase = "-".join(word for word, _ in spans[at : at + length])
                key = next((words.plain[phrase] for words in lists if phrase in words.plain), None)
                if key is not None:
                    yield key
                    at += length
                    break
            else:
                word, cased = spans[at]
                at += 1
                if cased.isupper():
                    key = next((words.capital[cased] for words in lists if cased in words.capital), None)
                    if key is not None:
                        yield key
                        continue
                yield from self._plain_key(word, language)

    def _single(self, word: str, language: str) -> tuple[str, ...]:
        """The key of one word; a compound has the keys of its parts besides."""
        if word[0].isdigit():
            return (number(word),)
        if len(word) == 1:
            return ()
        key = self._known(word, language)
        if key is not None:
            return (key,)
        return (sound(_stem(word, language)), *self._parts(word, language))

    def _known(self, word: str, language: str) -> str | None:
        for known in _tried(language):
            words = self._words.get(known)
            if words is None:
                continue
            if word in words.plain:
                return words.plain[word]
            stem = f"~{_stem(word, known)}"
            if stem in words.plain:
                return words.plain[stem]
        return None

    def _parts(self, word: str, language: str) -> tuple[str, ...]:
        """What a Dutch compound is made of: *gevangenenruil* is about a swap, and about prisoners."""
        if language == "en" or len(word) < _HEAD + _TAIL:
            return ()
        for at in range(_HEAD, len(word) - _TAIL + 1):
            tail = self._known(word[at:], language)
            if tail is not None:
                head = word[:at]
                first = self._known(head, language) or self._known(head.removesuffix("s"), language)
                return (tail, first) if first else (tail,)
        return ()


def number(text: str) -> str:
    """A number as a key: *1.000* and *1,000* are one, *7,5* and *7.5* too."""
    return _THOUSANDS.sub("", text).replace(",", ".")


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """A folded word spelt as it sounds, so that transliterations meet: *Zelenskyy*, *Zelenski*."""
    for pattern, spelling in _SOUNDS:
        word = pattern.sub(spelling, word)
    return word


@lru_cache(maxsize=65_536)
def _stem(word: str, language: str) -> str:
    stemmer = _STEMMERS.get(language)
    return str(stemmer.stemWord(word)) if stemmer else word


def _tried(language: str) -> Iterable[str]:
    return (language,) if language in LANGUAGES else LANGUAGES


def _word_list(language: str, plain: dict[str, str], capital: Mapping[str, str]) -> WordList:
    stems = {f"~{_stem(word, language)}": key for word, key in plain.items() if "-" not in word}
    longest = max((phrase.count("-") + 1 for phrase in plain), default=1)
    return WordList({**stems, **plain}, capital, min(longest, _LONGEST_PHRASE))
