"""The languages Heraut speaks: English, and one for each file in ``bot/locale``, read when first needed."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.domain.text import fold
from bot.domain.tongue import ENGLISH, SOURCE, Tongue, own_signs


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, ISO 639-1, English first."""
    found = (entry.name.removesuffix(".po") for entry in _folder().iterdir() if entry.name.endswith(".po"))
    return (SOURCE, *sorted(found))


def tongue_of(language: str) -> Tongue:
    """The language of a code such as ``nl`` or ``nl-BE``; English where we have no other words."""
    code = language.replace("_", "-").partition("-")[0].lower()
    return _load(code) if code in languages() else ENGLISH


def own_name(language: str) -> str:
    """What a language calls itself: Nederlands."""
    return str(Locale.parse(language).display_name or language).capitalize()


def language_named(text: str) -> str | None:
    """The code of a language that is called so in any of ours, or by its code; None when we have none."""
    wanted = fold(text.strip()).text
    for code in languages():
        names = {code, *(Locale.parse(code).get_display_name(other) or "" for other in languages())}
        if wanted in {fold(name).text for name in names}:
            return code
    return None


def spoken_names() -> str:
    """What our languages call themselves."""
    return ", ".join(map(own_name, languages()))


def read_catalogue(language: str) -> Catalog:
    """The translations into a language as they stand in its file."""
    with (_folder() / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


TELLING = 4
"""Signs that a template has of its own to be found again in a finished text: *“not at all”* names no time."""


@cache
def _load(language: str) -> Tongue:
    if language == SOURCE:
        return ENGLISH
    catalogue = read_catalogue(language)
    written = [str(entry.id) for entry in catalogue if isinstance(entry.id, str) and "{" in entry.id]
    templates = [template for template in written if own_signs(template) >= TELLING]
    # A text that fits several templates was made from the one that says the most.
    ranked = sorted(templates, key=len, reverse=True)
    return Tongue(language, _compiled(catalogue), tuple(ranked))


def _compiled(catalogue: Catalog) -> NullTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _folder() -> Traversable:
    return files("bot") / "locale"
