"""A language to speak in: English templates said in it, with its plurals, numbers, dates and ages. Pure.

English is the source text. Write what a chat sees as a literal template at the place where it is said:

- ``tongue("There is no topic “{topic}”.", topic=name)`` for a text;
- ``tongue.spans("This chat now follows {label}.", label=Text(name, bold=True))`` for a line of spans;
- ``tongue.count(number, "{n} story", "{n} stories")`` where a number decides the form;
- ``Phrase("…{x}…", x=value)`` (of `bot.errors`) or a `CommandError` where no language is known yet.

Then add the same template with its translation to every file in ``bot/locale``; `tests/test_locale.py` names
the templates that a file lacks. A new language is one more ``.po`` file there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from gettext import NullTranslations
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date, format_timedelta, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.domain.messages import Moment, Span, Text
from bot.errors import BadInput, Phrase

SOURCE = "en"
WEEK = timedelta(days=7)
UNITS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
_DEEP = 4


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language, with its catalogue.

    Args:
        language: ISO 639-1, one that Babel knows.
        catalogue: its translations of the English templates.
        templates: the English templates with placeholders that it can recognise in a finished text.
    """

    language: str = SOURCE
    catalogue: NullTranslations = field(default_factory=NullTranslations, repr=False)
    templates: Sequence[str] = field(default=(), repr=False)

    @property
    def locale(self) -> Locale:
        """The same for Babel."""
        return Locale.parse(self.language)

    def __call__(self, template: str, /, **values: object) -> str:
        """A template in this language, filled. A `Phrase` brings its own values."""
        if isinstance(template, Phrase):
            return self._filled(self._translated(template.template), {**template.values, **values})
        return self._filled(self._translated(template), values)

    def spans(self, template: str, /, **values: object) -> list[Span]:
        """The same as a line: values that are spans keep their layout."""
        return list(self._pieces(self._translated(template), values))

    def count(self, number: int, one: str, many: str, /, **values: object) -> str:
        """The form for a number, which the template may name as ``{n}``."""
        return self._filled(self.catalogue.ngettext(one, many, number), {"n": number, **values})

    def count_spans(self, number: int, one: str, many: str, /, **values: object) -> list[Span]:
        """The form for a number, as a line."""
        return list(self._pieces(self.catalogue.ngettext(one, many, number), {"n": number, **values}))

    def meant(self, context: str, text: str) -> str:
        """A word that has several translations, by what it is about: ``meant("state", "sent")``."""
        return self.catalogue.pgettext(context, text)

    def problem(self, error: BadInput) -> tuple[str, str]:
        """What is wrong and what to do instead, in this language."""
        return self(error.message), self(error.hint)

    def recall(self, text: str) -> str:
        """A finished English text, such as a reason from the ledger, in this language.

        Where the text was made from a template, its values are found again in it; a text that was made
        from none stays English.
        """
        return self._recalled(text, _DEEP)

    def listed(self, parts: Sequence[str]) -> str:
        """``a, b and c``."""
        return format_list(list(parts), locale=self.locale)

    def span(self, span: timedelta) -> str:
        """A length of time in words, in its largest unit."""
        return format_timedelta(span, threshold=1.5, locale=self.locale)

    def age(self, at: datetime, now: datetime) -> str:
        """How long ago, in whole units, so that it never claims more than has passed; after a week a date."""
        passed = now - at
        if passed < UNITS[-1]:
            return self("just now")
        if passed >= WEEK:
            return self.day(at)
        unit = next(unit for unit in UNITS if passed >= unit)
        whole = passed // unit * unit
        return self("{span} ago", span=format_timedelta(whole, threshold=1, locale=self.locale))

    def day(self, day: date, pattern: str = "d MMM y") -> str:
        """A date, by a pattern of Unicode TR 35."""
        return format_date(day, pattern, locale=self.locale)

    def weekday(self, number: int) -> str:
        """The name of a day of the week, Monday being 0."""
        return str(get_day_names("wide", locale=self.locale)[number])

    def _translated(self, template: str) -> str:
        # The empty template is where a catalogue keeps its own particulars.
        return self.catalogue.gettext(template) if template else ""

    def _filled(self, template: str, values: Mapping[str, object]) -> str:
        if not values:
            return template
        return "".join(_bare(piece) for piece in self._pieces(template, values))

    def _pieces(self, template: str, values: Mapping[str, object]) -> "list[Span]":
        pieces: list[Span] = []
        for literal, name, layout, _ in Formatter().parse(template):
            if literal:
                pieces.append(literal)
            if name is not None:
                value = values[name]
                pieces.append(value if isinstance(value, Text | Moment) else self._shown(value, layout or ""))
        return pieces

    def _shown(self, value: object, layout: str) -> str:
        match value:
            case Phrase():
                return self(value)
            case time():
                return format(value, layout or "%H:%M")
            case float() if places := re.fullmatch(r"\.(\d)f", layout):
                pattern = "0." + "0" * int(places[1])
                return format_decimal(value, format=pattern.rstrip("."), locale=self.locale)
        return format(value, layout)

    def _recalled(self, text: str, depth: int) -> str:
        known = self._translated(text)
        if known != text or not depth or not text:
            return known
        for template in self.templates:
            if found := pattern_of(template).fullmatch(text):
                values: dict[str, Any] = {
                    name: self._recalled(value, depth - 1) for name, value in found.groupdict().items()
                }
                return self._filled(re.sub(r"\{(\w+)[^}]*\}", r"{\1}", self._translated(template)), values)
        head, colon, tail = text.partition(": ")
        return f"{self._recalled(head, depth - 1)}: {self._recalled(tail, depth - 1)}" if colon else text


ENGLISH = Tongue()


def pattern_of(template: str) -> re.Pattern[str]:
    """What matches a text that was made from a template, with a group for each placeholder."""
    parts, seen = [], set()
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)


def own_signs(template: str) -> int:
    """How many letters and signs a template has beside its placeholders."""
    return sum(len("".join(literal.split())) for literal, *_ in Formatter().parse(template))


def _bare(span: Span) -> str:
    match span:
        case str():
            return span
        case Text():
            return span.text
        case Moment():
            return span.at.isoformat(timespec="minutes")
