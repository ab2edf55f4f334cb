"""The use cases beyond subscribing, together: what the chat commands are given besides `Manager`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.models import Topic
from bot.domain.salience import DEFAULT_THRESHOLD
from bot.ports import Clock
from bot.services.alarm import Notify
from bot.services.backups import Backups
from bot.services.blockers import Blockers
from bot.services.broadcast import Broadcast
from bot.services.charting import Painter
from bot.services.drafts import Drafts
from bot.services.exchange import Exchange
from bot.services.feedback import Feedback
from bot.services.following import Following
from bot.services.gate import Gate, Quotas
from bot.services.linking import Linking
from bot.services.manage import Follow, Manager
from bot.services.privacy import Privacy
from bot.services.rulebook import RuleBook
from bot.services.search import Searcher
from bot.services.storybook import Storybook
from bot.services.tastes import Tastes
from bot.services.trends import Trends
from bot.services.tuning import Tuning
from bot.store.database import Database

OPEN = Quotas()
"""Every chat is served, at a usual pace."""


@dataclass(frozen=True, slots=True)
class UseCases:
    """Each is described where it is defined."""

    backups: Backups
    broadcast: Broadcast
    drafts: Drafts
    exchange: Exchange
    feedback: Feedback
    following: Following
    gate: Gate
    linking: Linking
    privacy: Privacy
    searcher: Searcher
    storybook: Storybook
    tastes: Tastes
    trends: Trends
    tuning: Tuning


@dataclass(frozen=True, slots=True)
class Footing:
    """What following and feedback stand on.

    Args:
        book: the rules in force.
        topics: what can be followed by name.
        follow: told the texts of all rules that chats follow whenever these change.
        notify: tells those who run the bot.
        usual: the threshold of a new subscription, 0..1.
    """

    book: RuleBook
    topics: Sequence[Topic]
    follow: Follow
    notify: Notify
    usual: float = DEFAULT_THRESHOLD


def use_cases(
    database: Database,
    clock: Clock,
    manager: Manager,
    painter: Painter,
    footing: Footing,
    *,
    folder: Path,
    quotas: Quotas = OPEN,
    timezone: str = "Europe/Amsterdam",
) -> UseCases:
    """All of them on one database.

    Args:
        database: where everything is.
        clock: the time.
        manager: subscribes.
        painter: draws charts.
        footing: what following and feedback stand on.
        folder: where backups go.
        quotas: what a chat may ask, and which chats are served.
        timezone: of a chat that is new.
    """
    return UseCases(
        backups=Backups(database, clock, folder),
        broadcast=Broadcast(database, clock),
        drafts=Drafts(clock),
        exchange=Exchange(manager, Tuning(database, clock, footing.usual)),
        feedback=_feedback(database, clock, footing),
        following=Following(database, clock, timezone),
        gate=Gate(database, clock, quotas),
        linking=Linking(database, clock, timezone),
        privacy=Privacy(database, clock),
        searcher=Searcher(database, clock),
        storybook=Storybook(database),
        tastes=Tastes(database, footing.book, clock, footing.usual),
        trends=Trends(database, clock, painter),
        tuning=Tuning(database, clock, footing.usual),
    )


def _feedback(database: Database, clock: Clock, on: Footing) -> Feedback:
    blockers = Blockers(database, on.book, clock, on.notify)
    return Feedback(database, on.book, on.topics, on.follow, blockers, clock)
