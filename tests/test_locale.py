"""Every text that a chat can see is translated, and every translation is of a text that there is.

To add a text, write it as `bot.domain.tongue` tells and put what the first test prints into each catalogue.
"""

from functools import cache
from string import Formatter

import pytest
from babel import Locale
from babel.messages.catalog import Message as Entry

from bot.services.tongues import languages, read_catalogue, tongue_of
from tests.support.templates import Template, templates, unmarked, unreadable

OTHERS = [language for language in languages() if language != "en"]


@cache
def there() -> dict[tuple[str, str], Template]:
    """Reads all sources: done by the first test that asks, not by every process that only looks for tests."""
    return {template.key: template for template in templates()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def key_of(entry: Entry) -> tuple[str, str]:
    return entry.context or "", entry.id if isinstance(entry.id, str) else entry.id[0]


def entries(language: str) -> dict[tuple[str, str], Entry]:
    return {key_of(entry): entry for entry in read_catalogue(language) if entry.id}


def stub(template: Template) -> str:
    """An entry to be filled, as it stands in a catalogue."""
    lines = [f"# {template.where}"]
    lines += [f'msgctxt "{template.context}"'] if template.context else []
    lines += ["msgid {}".format('"' + template.text.replace('"', '\\"') + '"')]
    if template.plural:
        return "\n".join([*lines, f'msgid_plural "{template.plural}"', 'msgstr[0] ""', 'msgstr[1] ""'])
    return "\n".join([*lines, 'msgstr ""'])


def test_there_is_something_to_translate_and_a_language_to_do_it_in() -> None:
    assert len(there()) > 300
    assert "nl" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    known = entries(language)
    lacking = [
        stub(template) for key, template in there().items() if key not in known or not all(texts(known[key]))
    ]
    assert not lacking, f"bot/locale/{language}.po lacks:\n\n" + "\n\n".join(lacking)


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_of_a_text_that_is_gone(language: str) -> None:
    assert sorted(entries(language).keys() - there().keys()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    wrong = []
    for key, entry in entries(language).items():
        template = there().get(key)
        wanted = placeholders(f"{key[1]}{template.plural if template else ''}")
        # One thing need not be counted aloud.
        found = [placeholders(text) for text in texts(entry)]
        wrong += [key[1] for each in found if each - wanted or wanted - each - {"n"}]
        wrong += [key[1]] if found and found[-1] != wanted else []
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_begins_and_ends_as_its_text_does(language: str) -> None:
    """With the same blanks, and a sentence stays one."""
    assert [
        key[1]
        for key, entry in entries(language).items()
        for text in texts(entry)
        if (text[:1].isspace(), text[-1:].isspace()) != (key[1][:1].isspace(), key[1][-1:].isspace())
        or text.endswith(".") != key[1].endswith(".")
    ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_counts_as_its_language_does(language: str) -> None:
    tongue, rule = tongue_of(language), Locale.parse(language).plural_form
    for number in range(25):
        said = tongue.count(number, "{n} item", "{n} items")
        alike = tongue.count(1 if rule(number) == "one" else 2, "{n} item", "{n} items")
        assert said.replace(str(number), "") == alike.replace("1" if rule(number) == "one" else "2", "")


def test_no_text_is_said_without_a_translation() -> None:
    assert unmarked() == []


def test_no_template_is_put_together_while_running() -> None:
    """No catalogue can know such a one."""
    assert unreadable() == []


def texts(entry: Entry) -> tuple[str, ...]:
    """The translation, or its forms."""
    return entry.string if isinstance(entry.string, tuple) else (str(entry.string),)
