"""Messages survive being stored, and nothing else is taken for one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messagecodec import from_json, to_json
from bot.domain.messages import AlertCard, Button, Message, Moment, Text, say
from bot.errors import BadInput

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))])
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001  zones= is aware
MAYBE = st.none() | st.text()
TEXTS = st.builds(Text, st.text(), st.booleans(), st.booleans(), st.booleans(), MAYBE)
SPANS = st.text() | TEXTS | st.builds(Moment, MOMENTS)
BUTTONS = st.builds(Button, st.text(), st.text(), st.text())
CARDS = st.builds(
    AlertCard,
    title=st.text(),
    url=st.text(),
    outlet=st.text(),
    published=MOMENTS,
    summary=st.text(),
    topics=st.lists(st.text(), max_size=3).map(tuple),
    language=st.text(max_size=3),
    image=MAYBE,
    sources=st.lists(st.tuples(st.text(), st.text()), max_size=3).map(tuple),
    was=MAYBE,
    paywalled=st.booleans(),
    shortened=st.booleans(),
)


def rows_of(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.lists(cells, max_size=3).map(tuple), max_size=3).map(tuple)


MESSAGES = st.builds(
    Message,
    lines=rows_of(SPANS),
    card=st.none() | CARDS,
    buttons=rows_of(BUTTONS),
    private=st.booleans(),
    silent=st.booleans(),
    language=st.sampled_from(["nl", "en"]),
)


@given(MESSAGES)
def test_every_message_comes_back_equal(message: Message) -> None:
    assert from_json(to_json(message)) == message


@given(MESSAGES)
def test_the_text_is_canonical_ascii(message: Message) -> None:
    text = to_json(message)
    assert text.isascii()
    assert to_json(from_json(text)) == text


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_garbage_is_refused_as_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        from_json(text)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["lines", "card", "buttons", "private", "silent", "language"]), JSON_VALUES)
def test_a_damaged_field_is_read_as_a_message_or_refused(field: str, value: object) -> None:
    stored = json.loads(to_json(say("goedemorgen")))
    stored[field] = value
    try:
        message = from_json(json.dumps(stored))
    except BadInput:
        return
    assert from_json(to_json(message)) == message


@pytest.mark.parametrize(
    "text",
    [
        '{"language":"nl","lines":"abc"}',
        '{"language":"nl","html":"<b>"}',
        '{"language":1}',
        "{}",
        "[]",
        '{"language":"nl","silent":1}',
        '{"language":"nl","lines":[[{"at":"2026-03-01T10:00:00"}]]}',
        '{"language":"nl","lines":[[{"at":"2026-03-01T10:00:00Z","text":"x"}]]}',
        '{"language":"nl","card":{"title":"x"}}',
        '{"language":"nl","buttons":[[{"action":"/help"}]]}',
        "[" * 100_000,
    ],
)
def test_a_near_miss_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        from_json(text)


def test_a_plain_line_and_a_text_without_style_stay_what_they_were() -> None:
    message = say(["a", Text("a")])
    assert from_json(to_json(message)).lines == (("a", Text("a")),)


def test_a_moment_without_a_zone_is_not_stored() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_json(say([Moment(datetime(2026, 3, 1))]))  # noqa: DTZ001  the mistake under test
