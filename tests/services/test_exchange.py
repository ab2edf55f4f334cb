"""Subscriptions as text: what is written is read again, and what is no list is refused."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CommandError
from bot.services import exchange
from bot.services.exchange import FORMAT, LARGEST, Exchange, read_thresholds, read_wishes
from tests.support.newsroom import Newsroom, place

pytestmark = pytest.mark.slow

RULE = 'haven* OR "open <zee> & lucht"'


async def filled(room: Newsroom) -> Exchange:
    for wish in ("nato", RULE):
        await room.manager.subscribe(place("anna"), wish)
    return Exchange(room.manager)


@pytest.mark.parametrize("form", ["json", "OPML "])
async def test_what_one_chat_follows_another_can_take_over(room: Newsroom, form: str) -> None:
    lists = await filled(room)
    text = await lists.export(place("anna"), form)
    done = await lists.take_in(place("bo"), text)
    assert (done.added, done.known, done.refused) == (2, 0, ())
    _, wishes = await room.manager.subscriptions(place("bo"))
    assert [wish.value for wish in wishes] == ["nato", RULE]
    assert (await lists.take_in(place("bo"), text.encode())).known == 2


async def test_what_cannot_be_understood_is_named_and_the_rest_taken_in(room: Newsroom) -> None:
    entries = [{"target": "rule", "value": value} for value in ("(((", "@nobody_knows", "rutte")]
    text = json.dumps({"format": FORMAT, "version": 1, "subscriptions": entries})
    done = await Exchange(room.manager).take_in(place("bo"), text)
    assert (done.added, done.failed, [value for value, _ in done.refused]) == (1, 2, ["(((", "@nobody_knows"])


async def test_the_limit_of_a_chat_holds_for_lists_too(room: Newsroom) -> None:
    entries = [{"target": "rule", "value": f"woord{number}"} for number in range(120)]
    text = json.dumps({"format": FORMAT, "version": 1, "subscriptions": entries})
    done = await Exchange(room.manager).take_in(place("bo"), text)
    assert (done.added, done.failed, len(done.refused)) == (100, 20, 20)


@pytest.mark.parametrize("form", ["xml", "", "\x00"])
async def test_another_format_is_refused(room: Newsroom, form: str) -> None:
    with pytest.raises(CommandError, match="JSON and OPML"):
        await (await filled(room)).export(place("anna"), form)


async def test_a_chat_that_follows_nothing_has_no_list(room: Newsroom) -> None:
    with pytest.raises(CommandError, match="nothing yet"):
        await Exchange(room.manager).export(place("bo"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hallo",
        "[]",
        "null",
        "{}",
        '{"format": "heraut-subscriptions"}',
        '{"format": "heraut-subscriptions", "subscriptions": [{"target": "moon", "value": "x"}]}',
        '{"format": "heraut-subscriptions", "subscriptions": [{"target": "rule", "value": 5}]}',
        '{"format": "heraut-subscriptions", "subscriptions": []}',
        "[" * 50_000,
        "<opml/>",
        "<opml><body><outline text='a' xmlUrl='https://a.example/rss'/></body></opml>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml><body>"
        "<outline type='heraut-subscriptions'>&a;</outline></body></opml>",
        b"\xff\xfe\x00",
        b"<\xff",
    ],
)
def test_what_is_no_list_is_refused(text: str | bytes) -> None:
    with pytest.raises(CommandError, match="no list of subscriptions"):
        read_wishes(text)


def test_a_list_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too long"):
        read_wishes("x" * (LARGEST + 1))
    monkeypatch.setattr(exchange, "MOST_WISHES", 1)
    entries = [{"target": "topic", "value": value} for value in ("nato", "rutte")]
    with pytest.raises(CommandError, match="2 entries"):
        read_wishes(json.dumps({"format": FORMAT, "subscriptions": entries}))


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    with contextlib.suppress(CommandError):
        assert read_wishes(text)


async def test_parts_are_lists_of_their_own_that_together_are_the_whole(room: Newsroom) -> None:
    lists = await filled(room)
    for number in range(9):
        await room.manager.subscribe(place("anna"), f"haven{number}* AND kade")
    for form in ("json", "opml"):
        parts = await lists.parts(place("anna"), form, 500)
        assert len(parts) > 1
        assert all(len(part) <= 500 for part in parts)
        whole = await lists.export(place("anna"), form)
        assert [wish for part in parts for wish in read_wishes(part)] == read_wishes(whole)


async def test_a_wish_that_is_longer_than_a_part_has_one_to_itself(room: Newsroom) -> None:
    parts = await (await filled(room)).parts(place("anna"), "json", 10)
    assert [read_wishes(part) for part in parts] == [["nato"], [RULE]]


async def test_a_preview_says_what_would_change_and_changes_nothing(room: Newsroom) -> None:
    lists = await filled(room)
    text = await lists.export(place("anna"))
    await room.manager.subscribe(place("bo"), "nato")
    found = await lists.preview(place("bo"), text)
    assert ([wish.value for wish in found.new], found.known, found.refused) == ([RULE], 1, ())
    assert [wish.value for wish in (await room.manager.subscriptions(place("bo")))[1]] == ["nato"]


async def test_how_strict_a_subscription_is_goes_with_it(room: Newsroom) -> None:
    await filled(room)
    lists, tuning = room.cases.exchange, room.cases.tuning
    (nato, _) = (await room.manager.subscriptions(place("anna")))[1]
    await tuning.threshold(place("anna"), nato, 0.7)
    await lists.take_in(place("bo"), await lists.export(place("anna")))
    taken = (await room.manager.subscriptions(place("bo")))[1]
    assert [(wish.value, wish.threshold) for wish in taken] == [("nato", 0.7), (RULE, tuning.usual)]


async def test_what_is_followed_already_keeps_how_strict_it_is(room: Newsroom) -> None:
    await filled(room)
    text = (await room.cases.exchange.export(place("anna"))).replace(f"{room.cases.tuning.usual}", "0.9")
    await room.cases.exchange.take_in(place("anna"), text)
    taken = (await room.manager.subscriptions(place("anna")))[1]
    assert {wish.threshold for wish in taken} == {room.cases.tuning.usual}


@pytest.mark.parametrize("said", ["true", '"x"', "null", "-1", "1.5", "NaN", "1e999", "[]", "{}"])
def test_a_threshold_that_is_none_counts_for_nothing(said: str) -> None:
    entry = f'{{"target": "topic", "value": "nato", "threshold": {said}}}'
    assert read_thresholds(f'{{"subscriptions": [{entry}]}}') == {}


@pytest.mark.parametrize("text", ["", "[]", "<opml/>", "{" * 9_000, '{"subscriptions": [1]}', b"\xff"])
def test_a_text_that_is_no_list_has_no_thresholds(text: str | bytes) -> None:
    assert read_thresholds(text) == {}
