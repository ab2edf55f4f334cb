"""The feed list and the topics file that are shipped in `config/`."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.config import FeedEntry, FeedsFile
from bot.domain.rules import parse_rule
from bot.domain.topics import read_topics

CONFIG = Path(__file__).parent.parent / "config"
ASKED_FOR = {
    *("NOS", "Nieuwsuur", "NU.nl", "AD", "de Volkskrant", "Trouw", "NRC", "De Telegraaf", "RTL Nieuws"),
    *("VRT NWS", "De Standaard", "BBC News", "The Guardian", "Politico Europe", "Euractiv", "DW"),
    *("France 24", "Al Jazeera", "NATO", "The White House", "Rijksoverheid", "The Kyiv Independent"),
    *("Defense News", "RFE/RL", "Council of the EU", "European Commission"),
}


def host(feed: FeedEntry) -> str:
    return urlsplit(feed.url).hostname or ""


def outlet(feed: FeedEntry) -> str:
    return feed.outlet


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((CONFIG / name).read_text(encoding="utf8"))


@pytest.fixture(scope="module")
def feeds() -> tuple[FeedEntry, ...]:
    return FeedsFile.model_validate(table("feeds.toml")).feed


def test_at_least_25_feeds_are_watched_in_dutch_and_english(feeds: tuple[FeedEntry, ...]) -> None:
    watched = [feed for feed in feeds if feed.enabled]
    assert len(watched) >= 25
    languages = Counter(feed.language for feed in watched)
    assert min(languages["nl"], languages["en"]) >= 12


def test_the_outlets_people_expect_are_there(feeds: tuple[FeedEntry, ...]) -> None:
    assert {feed.outlet for feed in feeds} >= ASKED_FOR


def test_every_address_is_encrypted_and_stands_once(feeds: tuple[FeedEntry, ...]) -> None:
    addresses = Counter(feed.url.rstrip("/") for feed in feeds)
    assert addresses.most_common(1)[0][1] == 1
    assert {urlsplit(url).scheme for url in addresses} == {"https"}


@pytest.mark.parametrize("key", [outlet, host])
def test_an_outlet_has_one_owner_and_so_has_a_host(
    feeds: tuple[FeedEntry, ...], key: Callable[[FeedEntry], str]
) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for feed in feeds:
        owners[key(feed)].add(feed.owner)
    assert not {name: found for name, found in owners.items() if len(found) > 1}


def test_companies_with_several_outlets_count_as_one_owner(feeds: tuple[FeedEntry, ...]) -> None:
    outlets: dict[str, set[str]] = defaultdict(set)
    for feed in feeds:
        outlets[feed.owner].add(feed.outlet)
    assert {"AD", "de Volkskrant", "Trouw", "NU.nl", "RTL Nieuws"} <= outlets["dpg"]
    assert {"NRC", "De Telegraaf", "De Standaard", "Euractiv"} <= outlets["mediahuis"]


def test_two_feeds_of_one_outlet_can_be_told_apart(feeds: tuple[FeedEntry, ...]) -> None:
    names = Counter(feed.title or feed.outlet for feed in feeds)
    assert max(names.values()) == 1


def test_the_topics_file_is_empty_and_its_examples_would_be_read() -> None:
    text = (CONFIG / "topics.toml").read_text(encoding="utf8")
    assert read_topics("topics.toml", tomllib.loads(text)) == ()
    example = "\n".join(line[4:] for line in text.splitlines() if line.startswith("#   "))
    topics = read_topics("topics.toml", tomllib.loads(example))
    assert [topic.slug for topic in topics] == ["drones", "nato"]
    for topic in topics:
        parse_rule(topic.rule, {"nato"})


def test_the_example_of_the_feed_list_would_be_read() -> None:
    text = (CONFIG / "feeds.toml").read_text(encoding="utf8")
    example = "\n".join(line[4:] for line in text.splitlines() if line.startswith("#   "))
    [feed] = FeedsFile.model_validate(tomllib.loads(example)).feed
    assert feed.spec().outlet.owner == "example"
    assert not feed.enabled
