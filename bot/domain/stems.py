"""The stems of words, so that who searches for *verkiezing* finds *verkiezingen* and *election* elections.

Dutch is stemmed as Kraaij and Pohlmann do, English as Porter's second algorithm does
(https://snowballstem.org/algorithms/). Words of other languages stay as they are folded.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import snowballstemmer

from bot.domain.text import fold, tokens

LANGUAGES = ("nl", "en")
"""What can be stemmed."""

_ALGORITHMS: Mapping[str, str] = {"nl": "dutch", "en": "english"}
# The algorithm takes "havens" for a plural of "haven", and "haven" for one of "haaf".
_PLURAL = re.compile(r"(?<=\w\w\w)(?<![mw])(?<!gr)ens$")
_IRREGULAR: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "grenzen": "grens",
        "leden": "lid",
        "mensen": "mens",
        "oorlogen": "oorlog",
        "schepen": "schip",
        "steden": "stad",
        "europees": "europese",
    },
    "en": {},
}


def stemmed(text: str, language: str) -> list[str]:
    """The words of a text, folded and stemmed, in their order.

    Args:
        text: as people wrote it.
        language: ISO 639-1; words of a language that is not in `LANGUAGES` are folded only.
    """
    words = tokens(fold(text).text).words
    return [stem(word, language) for word in words] if language in _ALGORITHMS else list(words)


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word of one of `LANGUAGES`."""
    word = _IRREGULAR[language].get(word, word)
    if language == "nl" and len(word) > 5:
        word = _PLURAL.sub("en", word)
    found: str = _stemmer(language).stemWord(word)
    return found or word


@lru_cache(maxsize=len(LANGUAGES))
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_ALGORITHMS[language])
