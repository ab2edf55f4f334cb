"""Rules that another process changed are in force here after the next look."""

from pathlib import Path

from bot.app.keepup import KeepUp
from bot.app.rules import Rules, load_names
from bot.config import Settings
from bot.domain.models import Document
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
    rules = Rules(catalog, topics, RuleBook(catalog, {}))
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
