"""Outgoing feeds, read by the readers that we use ourselves."""

from dataclasses import replace
from datetime import timedelta

import aiohttp
import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.domain.models import Item, Outlet
from bot.store.items import StoredItem
from bot.store.reports import Joined, StoryFile
from bot.web.feedformat import Channel, Entry, atom, entry_of_item, entry_of_story, json_feed
from tests.support.clock import NOON
from tests.support.press import HOSTILE, LEAD

pytestmark = pytest.mark.slow

CHANNEL = Channel(
    "Heraut: NAVO", "https://news.example/", "topics/nato/feed.atom", "topics/nato", "topic/nato", NOON
)
ITEM = Item("k", 1, Outlet("Kustbode", "kust"), "https://kust.example/1", LEAD, "Kort.", "", "nl", NOON, NOON)


def story(item: Item = ITEM, later: timedelta = timedelta(minutes=5)) -> Entry:
    joined = Joined(StoredItem(1, item, None), "first", NOON, None)
    return entry_of_story(StoryFile(7, NOON, NOON + later, (joined,), {"nato": 0.8}))


async def test_an_atom_feed_of_a_topic_is_read_without_complaint(client: aiohttp.ClientSession) -> None:
    async with client.get("/topics/nato/feed.atom") as answer:
        assert answer.content_type == "application/atom+xml"
        read = feedparser.parse(await answer.read())
    assert not read.bozo
    assert [entry.title for entry in read.entries][1].startswith("Rutte belooft")
    assert {entry.link for entry in read.entries} >= {"https://kust.example/artikel/1"}
    assert "Harbour Gazette" in read.entries[1].summary


async def test_a_json_feed_says_the_same(client: aiohttp.ClientSession) -> None:
    async with client.get("/topics/nato/feed.json") as answer:
        assert answer.content_type == "application/feed+json"
        feed = await answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"][0]["title"] == HOSTILE
    assert feed["items"][1]["tags"] == ["rutte", "nato"]
    assert feed["feed_url"].endswith("/topics/nato/feed.json")


async def test_a_reader_that_has_it_all_is_told_so(client: aiohttp.ClientSession) -> None:
    async with client.get("/topics/nato/feed.atom") as answer:
        tag = answer.headers["etag"]
    async with client.get("/topics/nato/feed.atom", headers={"if-none-match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")


async def test_there_is_no_feed_of_a_topic_that_is_not_there(client: aiohttp.ClientSession) -> None:
    for kind in ("atom", "json"):
        async with client.get(f"/topics/none/feed.{kind}") as answer:
            assert answer.status == 404


def test_an_entry_keeps_its_id_when_the_story_changes() -> None:
    later = story(replace(ITEM, title="Anders"), timedelta(hours=3))
    ids = {feedparser.parse(atom(CHANNEL, [each])).entries[0].id for each in (story(), later)}
    assert ids == {"tag:news.example,2026:story/7"}


def test_an_address_that_is_none_of_ours_to_give_is_left_out() -> None:
    bad = story(replace(ITEM, url="javascript:alert(1)"))
    assert b"javascript" not in atom(CHANNEL, [bad])
    assert json_feed(CHANNEL, [bad])["items"][0]["external_url"] == "https://news.example/stories/7"


def test_an_item_without_an_address_of_its_own_leads_to_the_page_of_the_feed_or_nowhere_bad() -> None:
    alone = entry_of_item(StoredItem(5, replace(ITEM, url="javascript:alert(1)"), None))
    assert b"javascript" not in atom(CHANNEL, [alone])
    assert json_feed(CHANNEL, [alone])["items"][0]["url"] == "https://news.example/"


async def test_a_rule_has_a_feed_of_what_it_would_tell(client: aiohttp.ClientSession) -> None:
    rule = {"rule": "@rutte AND luchtafweer"}
    async with client.get("/feeds/rule.atom", params=rule) as answer:
        assert (answer.status, answer.content_type) == (200, "application/atom+xml")
        read = feedparser.parse(await answer.read())
    assert not read.bozo
    assert [entry.link for entry in read.entries] == ["https://kust.example/artikel/1"]
    assert read.feed.title == "Heraut: @rutte AND luchtafweer"
    async with client.get("/feeds/rule.json", params=rule) as answer:
        assert (answer.status, answer.content_type) == (200, "application/feed+json")
        feed = await answer.json()
    assert [item["id"] for item in feed["items"]] == [entry.id for entry in read.entries]
    async with client.get(URL(feed["feed_url"], encoded=True)) as answer:
        assert (await answer.json()) == feed


async def test_a_rule_that_matches_nothing_has_an_empty_feed(client: aiohttp.ClientSession) -> None:
    async with client.get("/feeds/rule.json", params={"rule": "walvis"}) as answer:
        assert (await answer.json())["items"] == []


@pytest.mark.parametrize("kind", ["atom", "json"])
@pytest.mark.parametrize(
    ("rule", "position"), [("@rutte AND (", 12), ("", 0), ("@nobody-known", 0), ("AND", 0)]
)
async def test_a_rule_with_a_mistake_has_no_feed_but_its_place_and_a_hint(
    client: aiohttp.ClientSession, kind: str, rule: str, position: int
) -> None:
    async with client.get(f"/feeds/rule.{kind}", params={"rule": rule}) as answer:
        assert answer.status == 400
        wrong = await answer.json()
    assert wrong["position"] == position
    assert wrong["error"]
    assert isinstance(wrong["hint"], str)


@pytest.mark.parametrize("rule", ["x" * 1001, "a\0b"])
async def test_what_cannot_be_a_rule_has_no_feed(client: aiohttp.ClientSession, rule: str) -> None:
    async with client.get("/feeds/rule.atom", params={"rule": rule}) as answer:
        assert answer.status == 400


@given(st.text(max_size=40))
def test_no_title_breaks_the_document(title: str) -> None:
    read = feedparser.parse(atom(CHANNEL, [story(replace(ITEM, title=title, summary=title))]))
    assert not read.bozo
    assert len(read.entries) == 1
