"""Saying things in a language."""

from datetime import time, timedelta
from gettext import NullTranslations
from pickle import dumps, loads
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import Moment, Text
from bot.domain.tongue import ENGLISH, Tongue, pattern_of
from bot.errors import BadInput, CommandError, Phrase, RuleError
from tests.support.clock import NOON

TEMPLATE = "{host} answered {status} to {what}"


class Words(NullTranslations):
    """A small catalogue."""

    KNOWN: ClassVar = {
        "Follow {topic}": "{topic} volgen",
        "a rule": "een regel",
        "This chat now follows {label}.": "{label} volgt deze chat nu.",
        "the chat is paused: {reason}": "de chat is gepauzeerd: {reason}",
        "the account was deleted": "het account is verwijderd",
        "{n} story": "{n} verhaal",
        TEMPLATE: "op {what} antwoordde {host} {status}",
    }

    def gettext(self, message: str) -> str:
        return self.KNOWN.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "{n} verhaal" if n == 1 else "{n} verhalen"


DUTCH = Tongue("nl", Words(), tuple(text for text in Words.KNOWN if "{" in text))


def test_a_template_is_filled_in_the_language() -> None:
    assert DUTCH("Follow {topic}", topic="NAVO") == "NAVO volgen"
    assert ENGLISH("Follow {topic}", topic="NATO") == "Follow NATO"


def test_a_text_without_values_may_have_braces_and_what_is_unknown_stays_english() -> None:
    assert DUTCH("a { here") == "a { here"
    assert DUTCH("") == ""


def test_values_are_never_read_as_templates() -> None:
    assert DUTCH("Follow {topic}", topic="{0} {x} {{") == "{0} {x} {{ volgen"


def test_a_phrase_among_the_values_is_translated_too() -> None:
    assert DUTCH("Follow {topic}", topic=Phrase("a rule")) == "een regel volgen"
    assert ENGLISH("Follow {topic}", topic=Phrase("a rule")) == "Follow a rule"


def test_spans_keep_their_layout_and_take_the_places_of_the_language() -> None:
    label = Text("NAVO", bold=True)
    assert DUTCH.spans("This chat now follows {label}.", label=label) == [label, " volgt deze chat nu."]
    assert ENGLISH.spans("This chat now follows {label}.", label=label) == [
        "This chat now follows ",
        label,
        ".",
    ]
    assert ENGLISH.spans("read {moment}", moment=Moment(NOON)) == ["read ", Moment(NOON)]


def test_a_span_in_a_plain_text_is_its_words() -> None:
    assert ENGLISH("Follow {topic}", topic=Text("NATO", bold=True)) == "Follow NATO"


@pytest.mark.parametrize(("number", "said"), [(0, "0 verhalen"), (1, "1 verhaal"), (2, "2 verhalen")])
def test_a_number_decides_the_form(number: int, said: str) -> None:
    assert DUTCH.count(number, "{n} story", "{n} stories") == said
    assert DUTCH.count_spans(number, "{n} story", "{n} stories") == [str(number), said[1:]]


def test_numbers_and_times_are_written_as_the_language_does() -> None:
    assert DUTCH("{rate:.1f}", rate=2.5) == "2,5"
    assert ENGLISH("{rate:.1f}", rate=2.5) == "2.5"
    assert DUTCH("{rate:.2f}", rate=0.305) == "0,30"
    assert DUTCH("{at}", at=time(8)) == "08:00"
    assert DUTCH("#{id}", id=12345) == "#12345"


def test_lists_spans_and_days_are_said_in_the_language() -> None:
    assert DUTCH.listed(["08:00", "12:00", "18:00"]) == "08:00, 12:00 en 18:00"
    assert (DUTCH.span(timedelta(hours=8)), ENGLISH.span(timedelta(hours=8))) == ("8 uur", "8 hours")
    assert (DUTCH.weekday(6), ENGLISH.weekday(0)) == ("zondag", "Monday")


def test_an_error_brings_its_message_and_hint_into_the_language() -> None:
    error = CommandError("Follow {topic}", "a rule", topic="NAVO")
    assert (error.message, str(error)) == ("Follow NAVO", "Follow NAVO (a rule)")
    assert DUTCH.problem(error) == ("NAVO volgen", "een regel")


def test_an_error_whose_text_was_made_before_is_said_as_it_is() -> None:
    assert DUTCH.problem(BadInput("there is a { in it")) == ("there is a { in it", "")
    assert DUTCH.problem(RuleError("a rule", 3, "Follow {topic}", topic="@x")) == ("een regel", "@x volgen")


def test_a_phrase_is_its_english_text_and_survives_a_journey() -> None:
    phrase = Phrase("Follow {topic}", topic=Phrase("a rule"))
    assert phrase == "Follow a rule"
    back = loads(dumps(phrase))  # noqa: S301  our own bytes
    assert (back, back.template, DUTCH(back)) == (phrase, phrase.template, "een regel volgen")


def test_a_reason_that_was_kept_in_english_is_said_in_the_language() -> None:
    assert DUTCH.recall("the account was deleted") == "het account is verwijderd"
    assert DUTCH.recall("the chat is paused: the account was deleted") == (
        "de chat is gepauzeerd: het account is verwijderd"
    )
    assert DUTCH.recall("nos.nl answered 503 to a rule") == "op een regel antwoordde nos.nl 503"


def test_a_reason_behind_an_unknown_one_is_said_in_the_language() -> None:
    assert DUTCH.recall("timeout: the account was deleted") == "timeout: het account is verwijderd"


def test_a_reason_that_fits_no_template_stays_english() -> None:
    assert DUTCH.recall("something of its own") == "something of its own"
    assert DUTCH.recall("") == ""


@given(st.text(max_size=60))
def test_any_text_can_be_recalled(text: str) -> None:
    DUTCH.recall(text)
    assert ENGLISH.recall(text) == text


@given(st.tuples(*[st.from_regex(r"[a-z0-9.]{1,12}", fullmatch=True)] * 3))
def test_the_values_of_a_template_are_found_again(values: tuple[str, str, str]) -> None:
    given_ = dict(zip(("host", "status", "what"), values, strict=True))
    found = pattern_of(TEMPLATE).fullmatch(TEMPLATE.format(**given_))
    assert found is not None
    assert found.groupdict() == given_
