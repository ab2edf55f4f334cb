"""The language of an item: the feed's word for it, checked against the text.

Feeds lie about their language (an English newsletter of a Dutch paper), and headlines are too short to
be sure of. So the feed's word is the prior and the text overrules it only when it is clearly another
of the languages we know.
"""

import re
from array import array
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

DEFAULT_LANGUAGES = ("nl", "en", "de", "fr")

_SAMPLE = 300
_WORD = re.compile(r"[a-zà-ÿ]+")
_OWN_WORDS = {
    "nl": "aan bij deze een heeft het hij maar met naar niet om ook op te uit van voor werd wordt ze zijn",
    "en": "and are at but by for from has have he his it its not that the they this to were which who with",
    "de": "auch auf aus dem den der ein eine für im ist mit nach nicht sich sind und von wird zu zum",
    "fr": "au aux avec ce est et il la le les par pour que qui sur un une",
}
"""Common words that are written in one of these languages only."""
_OWNERS = {word: code for code, words in _OWN_WORDS.items() for word in words.split()}
_TELLING = 2
"""Of 48,000 items under a right or a wrong claim none had so many words of another language than its own."""
_LATIN_BYTES = [*range(0x80), *range(0x80, 0xC0), *range(0xC2, 0xC6), 0xE2]
"""The bytes of Latin letters with all their accents, and of quotes and dashes, in UTF-8."""
_LETTERS_TO_OVERRULE = 40
_SURE = 0.9


class LanguageGuesser:
    """Guesses among a fixed set of languages.

    Args:
        languages: ISO 639-1 codes; the first is the answer when there is neither text nor prior.
    """

    def __init__(self, languages: Sequence[str] = DEFAULT_LANGUAGES) -> None:
        self._languages = tuple(languages)
        self._identifier = _identifier(self._languages)
        self._plain = _OWN_WORDS.keys() >= set(self._languages)

    def language_of(self, text: str, prior: str | None = None) -> str:
        """The language of `text`, ISO 639-1.

        Args:
            text: headline and lead; only the first 300 characters are read.
            prior: what the feed or the item says, such as ``nl`` or ``en-GB``.
        """
        claimed = (prior or "").strip().lower().replace("_", "-").partition("-")[0]
        if len(self._languages) == 1:
            return claimed or self._languages[0]
        sample = text[:_SAMPLE]
        if claimed and self._plain and _speaks(claimed, sample):
            return claimed
        letters = sum(map(str.isalpha, sample))
        if not letters or (claimed and (letters < _LETTERS_TO_OVERRULE or claimed not in self._languages)):
            return claimed or self._languages[0]
        guess, certainty = self._identifier.classify(sample)
        return claimed if claimed and certainty < _SURE else guess


def _speaks(claimed: str, sample: str) -> bool:
    """Whether a text has several words of the language it claims to be in, and none of another.

    That is so of most, and takes a tenth of the time of a guess.
    """
    whole = sample.rpartition(" ")[0] if len(sample) == _SAMPLE else sample  # half a word may be another one
    words = set(_WORD.findall(whole.lower()))
    owners = [_OWNERS[word] for word in words if word in _OWNERS]
    return len(owners) >= _TELLING and all(owner == claimed for owner in owners)


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> "LanguageIdentifier":
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(languages)
    latin = _OWN_WORDS.keys() >= set(languages)
    moves, rows = _latin_part(whole) if latin else (whole.tk_nextmove, whole.tk_row)
    # The whole one keeps its weights for all languages, some 60 MB; this one has only ours.
    return LanguageIdentifier(
        whole.nb_ptc, whole.nb_pc, whole.nb_classes, moves, whole.tk_output, norm_probs=True, tk_row=rows
    )


def _latin_part(whole: "LanguageIdentifier") -> tuple["array[int]", "array[int]"]:
    """The part of the model's table of states that text in Latin letters can reach, half of its 40 MB.

    Other scripts say nothing about our languages; where they would lead out of the part, they lead to its
    start.

    Returns:
        The rows, 256 states each, one behind the other; and for each state the number of its row.
    """
    moves = np.frombuffer(whole.tk_nextmove, whole.tk_nextmove.typecode).reshape(-1, 256)
    rows = np.frombuffer(whole.tk_row, whole.tk_row.typecode)
    reached = np.zeros(len(rows), bool)
    front = np.zeros(1, np.intp)
    while len(front):
        reached[front] = True
        following = np.zeros(len(rows), bool)
        following[moves[rows[front]][:, _LATIN_BYTES]] = True
        front = np.flatnonzero(following & ~reached)
    used = np.unique(rows[reached])
    kept = moves[used]
    kept[~reached[kept]] = 0
    places = np.zeros(len(moves), rows.dtype)
    places[used] = np.arange(len(used))
    return (
        array(whole.tk_nextmove.typecode, kept.tobytes()),
        array(whole.tk_row.typecode, places[rows].tobytes()),
    )
