"""The language of an item: the feed's word for it, checked against the text.

Feeds lie about their language (an English newsletter of a Dutch paper), and headlines are too short to
be sure of. So the feed's word is the prior and the text overrules it only when it is clearly another
of the languages we know.
"""

from collections.abc import Sequence
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

DEFAULT_LANGUAGES = ("nl", "en", "de", "fr")

_SAMPLE = 300
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
        letters = sum(map(str.isalpha, sample))
        if not letters or (claimed and (letters < _LETTERS_TO_OVERRULE or claimed not in self._languages)):
            return claimed or self._languages[0]
        guess, certainty = self._identifier.classify(sample)
        return claimed if claimed and certainty < _SURE else guess


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> "LanguageIdentifier":
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(languages)
    # The whole one keeps its weights for all languages, some 60 MB; this one has only ours.
    return LanguageIdentifier(
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
