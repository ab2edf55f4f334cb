"""Rules that another process changed are in force here after the next look; packs that changed, too."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.keepup import KeepUp
from bot.app.rules import Rules, load_names
from bot.config import Settings
from bot.domain.entities import Catalog, Name
from bot.domain.models import Document, Topic
from bot.errors import PackError
from bot.services.rulebook import RuleBook
from bot.store.database import Database
from tests.support.clock import NOON
from tests.support.newsroom import Newsroom, place

ZEEHOND = Document("Zeehond ligt op de kade van Harlingen", "Een zeehond rust uit.", "nl", NOON, "Krant", "k")


def matched(rules: Rules) -> tuple[str, ...]:
    return rules.book.current.match(ZEEHOND).rules


async def test_a_rule_that_a_chat_follows_elsewhere_is_matched_here(db: Database, tmp_path: Path) -> None:
    room = Newsroom(tmp_path, url=db.url.render_as_string(hide_password=False))
    catalog, topics = load_names(Settings())
    rules = Rules(topics, RuleBook(catalog, {}))
    keepup = KeepUp(db, rules)
    await keepup.tick()
    assert matched(rules) == ()
    await room.manager.subscribe(place(), "zeehond*")
    await keepup.tick()
    assert matched(rules) == ("rule:zeehond*",)
    await room.manager.unsubscribe(place(), "zeehond*")
    await keepup.tick()
    assert matched(rules) == ()
    await room.close()


async def test_packs_that_lack_what_a_topic_needs_are_refused_and_the_rules_stay() -> None:
    catalog, topics = load_names(Settings())
    rules = Rules(topics, RuleBook(catalog, {}))
    await rules.follow(["zeehond*"])
    mark = rules.book.mark
    with pytest.raises(PackError, match="topics"):
        await rules.adopt(Catalog(), topics)
    assert (rules.book.mark, matched(rules)) == (mark, ("rule:zeehond*",))


async def test_a_rule_of_a_chat_that_names_a_new_entity_is_matched_and_rests_when_it_goes() -> None:
    catalog, topics = load_names(Settings())
    rules = Rules(topics, RuleBook(catalog, {}))
    text = "@pieterburen"
    seal = replace(
        next(iter(catalog.entities.values())), id="pieterburen", names=(Name("Harlingen"),), short=()
    )
    more = replace(catalog, entities={**catalog.entities, "pieterburen": seal})
    await rules.adopt(more, topics)
    await rules.follow([text])
    assert matched(rules) == (f"rule:{text}",)
    await rules.adopt(catalog, topics)
    assert matched(rules) == ()
    await rules.adopt(more, topics)
    assert matched(rules) == (f"rule:{text}",)


async def test_topics_that_changed_are_matched_and_seen_by_whoever_holds_them() -> None:
    catalog, topics = load_names(Settings())
    rules = Rules(topics, RuleBook(catalog, {}))
    held = rules.topics
    seals = Topic("seals", {"nl": "Zeehonden"}, "zeehond*")
    await rules.adopt(catalog, [*topics, seals])
    assert matched(rules) == ("topic:seals",)
    assert held[-1] == seals
    await rules.adopt(catalog, topics)
    assert matched(rules) == ()
    assert tuple(held) == topics


@pytest.mark.parametrize("rule", ["(zeehond", "@nobody"])
async def test_topics_with_a_rule_that_is_none_are_refused_by_name_and_those_before_stay(rule: str) -> None:
    catalog, topics = load_names(Settings())
    rules = Rules(topics, RuleBook(catalog, {}))
    await rules.adopt(catalog, topics)
    mark = rules.book.mark
    with pytest.raises(PackError, match=r"topic odd\.rule"):
        await rules.adopt(catalog, [Topic("good", {"nl": "Zeehonden"}, "zeehond*"), Topic("odd", {}, rule)])
    assert (rules.book.mark, tuple(rules.topics)) == (mark, topics)
