"""The tables. Changes to them need a migration in `migrations/versions`; a test compares the two."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy import String as AnyString
from sqlalchemy import Text as AnyText


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused, as it would silently mean another hour."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """SQLite's text for a moment is what Python writes by itself, in a fifth of the time."""
        return super().bind_processor(dialect) if dialect.name != "sqlite" else _sqlite_text

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _sqlite_text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone cannot be stored")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class String(TypeDecorator[str]):
    """A short text. PostgreSQL refuses one that is too long, or holds a NUL; it gets what it can keep.

    What publishers send has no limits that anybody keeps to, and one odd tag must not lose an item.
    """

    impl = AnyString
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        if dialect.name == "sqlite":
            return None
        most: int | None = getattr(self.impl_instance, "length", None)

        def keep(value: str | None) -> str | None:
            return None if value is None else value.replace("\0", "")[:most]

        return keep


class Text(String):
    """A text of any length, with the same care for NUL."""

    impl = AnyText
    cache_ok = True


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# An index is used only where a query repeats these words; a bound value would not do.
PENDING = "state = 'pending'"
READY = "state = 'pending' AND NOT held"
HELD = "state = 'pending' AND held"
SENDING = "state = 'sending'"
FOLDED = "state = 'folded'"
FAILED = "state = 'failed'"


def _partial(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String(2048), nullable=False, unique=True),
    Column("outlet", String(200), nullable=False),
    Column("owner", String(100), nullable=False),
    Column("language", String(8)),
    Column("title", String(300), nullable=False, server_default=""),
    Column("headers", JSON, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("created_at", UtcDateTime, nullable=False),
    Column("etag", String(1024)),
    Column("last_modified", String(200)),
    Column("body_hash", LargeBinary),
    Column("interval_seconds", Float, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_error", String(500)),
    Column("last_success_at", UtcDateTime),
    Column("retired", Boolean, nullable=False, server_default=false()),
    Column("skip_hours", JSON, nullable=False),
    Column("next_poll_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("origin", String(10), nullable=False, server_default="config"),
    Column("stopped", Boolean, nullable=False, server_default=false()),
    Column("moved_to", String(2048)),
    Column("proxy", String(2048)),
    Column("backup", String(2048)),
    Column("article", Boolean, nullable=False, server_default=true()),
    Column("silent_after", UtcDateTime),
    Column("words", Text, nullable=False, server_default=""),
    Index(None, "enabled", "retired", "next_poll_at"),
    _partial("ix_feeds_moved_to", "moved_to IS NOT NULL", "moved_to"),
)

# What happened to a feed that people should know: it broke, came back, fell silent, has a gap.
feed_events = Table(
    "feed_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", String(500), nullable=False, server_default=""),
    Index(None, "feed_id", "kind", "at"),
    Index(None, "at"),
)

items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(100), nullable=False),
    Column("key", String(300), nullable=False),
    Column("feed_id", ForeignKey("feeds.id", ondelete="SET NULL")),
    Column("outlet", String(200), nullable=False),
    Column("url", String(2048), nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(8)),
    Column("image", String(2048)),
    Column("authors", JSON, nullable=False),
    Column("published", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("analysis", JSON),
    Column("brief", Text),
    Column("paywalled", Boolean, nullable=False, server_default=false()),
    Column("shortened", Boolean, nullable=False, server_default=false()),
    Column("was", Text),
    Column("gone_at", UtcDateTime),
    Index(None, "url"),
    Index(None, "seen_at"),
    Index(None, "feed_id", "id"),
    _partial("ix_items_edited", "edited_at IS NOT NULL", "edited_at"),
)

# Every key an item was ever known by within its publisher: it is recognised when one of them changes.
item_keys = Table(
    "item_keys",
    metadata,
    Column("owner", String(100), primary_key=True),
    Column("key", String(300), primary_key=True),
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
    Index(None, "item_id"),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # Not a reference: the earlier story may be removed first.
    Column("follows", Integer),
    Index(None, "updated_at"),
)

story_items = Table(
    "story_items",
    metadata,
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("why", Text, nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Index(None, "story_id"),
)

story_rules = Table(
    "story_rules",
    metadata,
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("rule_key", String(600), primary_key=True),
    Column("salience", Float, nullable=False),
    Index(None, "rule_key", "story_id"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane", String(100), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("chat", String(100), nullable=False),
    Column("thread", String(100), nullable=False, server_default=""),
    Column("title", String(300), nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default="en"),
    Column("timezone", String(64), nullable=False, server_default="Europe/Amsterdam"),
    Column("state", String(10), nullable=False, server_default="active"),
    Column("paused_why", String(300), nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("manner", JSON),
    Column("digested_at", UtcDateTime),
    UniqueConstraint("lane", "chat", "thread"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("target", String(10), nullable=False),
    Column("value", Text, nullable=False),
    Column("rule_key", String(600), nullable=False),
    Column("threshold", Float, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("muted_until", UtcDateTime),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("digest", Boolean, nullable=False, server_default=false()),
    Column("mention", String(100), nullable=False, server_default=""),
    UniqueConstraint("chat_id", "rule_key"),
    Index(None, "rule_key", "chat_id"),
)

# What is managed from which private chat.
chat_links = Table(
    "chat_links",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("target_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index(None, "target_id"),
)

# `held` keeps a row out of the pump's way until its `not_before`, or until its chat returns; the index that
# the pump claims from holds only what may go now. `version` counts the changes of what a row has to say.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane", String(100), nullable=False),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE")),
    Column("state", String(10), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("not_before", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("payload", Text),
    Column("message_id", String(100)),
    Column("detail", String(500), nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("gather", String(10), nullable=False, server_default=""),
    Column("folded_into", Integer),
    Column("lost_answers", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="0"),
    UniqueConstraint("lane", "chat_id", "story_id", "kind"),
    _partial("ix_deliveries_ready", READY, "lane", "priority", "id", "chat_id", "state", "held"),
    _partial("ix_deliveries_held", HELD, "lane", "not_before"),
    _partial("ix_deliveries_sending", SENDING, "lane"),
    _partial("ix_deliveries_expiring", PENDING, "lane", "expires_at"),
    _partial("ix_deliveries_owed", PENDING, "chat_id", "kind", "id"),
    _partial("ix_deliveries_folded", FOLDED, "folded_into"),
    _partial("ix_deliveries_failed", FAILED, "id"),
    Index(None, "chat_id", "id"),
    Index(None, "story_id"),
    Index(None, "updated_at", "state"),
)

# Why a chat did not hear of a story at once; the last reason counts.
holdbacks = Table(
    "holdbacks",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("why", String(500), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "story_id"),
    Index(None, "at"),
)

story_mutes = Table(
    "story_mutes",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Index(None, "story_id"),
)

# Words that somebody said are not what was asked for. With an entity, and once accepted, they block its names
# in them; without one they are left out of a rule of the chat.
amendments = Table(
    "amendments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="SET NULL")),
    Column("subscription_id", Integer),
    Column("entity", String(100), nullable=False, server_default=""),
    Column("phrase", String(200), nullable=False),
    Column("title", String(300), nullable=False, server_default=""),
    Column("state", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Index(None, "state", "id"),
    Index(None, "chat_id"),
)

# Whether an account is held back as a whole, and why; no row means that it is not.
lanes = Table(
    "lanes",
    metadata,
    Column("lane", String(100), primary_key=True),
    Column("held_until", UtcDateTime, nullable=False),
    Column("reason", String(500), nullable=False),
)

# The last slot of each scheduled job that was taken, so that a slot is worked on once.
job_slots = Table(
    "job_slots",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("slot", UtcDateTime, nullable=False),
)

# What a platform brought in by itself, by its own number. Handled ones are kept for a while without their
# words, so that what is brought again is known.
inbox = Table(
    "inbox",
    metadata,
    Column("lane", String(100), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("handled_at", UtcDateTime),
    _partial("ix_inbox_waiting", "handled_at IS NULL", "lane", "number"),
    Index(None, "received_at"),
)

# When the people who run the bot were last told of a trouble, so that they are told seldom.
alarms = Table(
    "alarms",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
)

web_messages = Table(
    "web_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", String(100), nullable=False),
    Column("author", String(10), nullable=False),
    Column("body", Text, nullable=False),
    Column("key", String(40), unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Index(None, "room", "id"),
)

# Who is signed in to the pages, by the hash of what their cookies say.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ends_at", UtcDateTime, nullable=False),
    Index(None, "ends_at"),
)

# The items that the full-text index holds, and the edit of each that it knows (`bot.store.search`).
searched = Table(
    "searched",
    metadata,
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("edited_at", UtcDateTime),
)

# The stories that chats follow for a while, and how many of their further reports each was told.
story_follows = Table(
    "story_follows",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("told", Integer, nullable=False, server_default="0"),
    Index(None, "story_id"),
    Index(None, "until"),
)

# Who changed what, and where. No reference to the chat: what was done to a chat outlives it.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("lane", String(100), nullable=False),
    Column("chat", String(100), nullable=False),
    Column("who", String(200), nullable=False),
    Column("what", String(40), nullable=False),
    Column("detail", String(500), nullable=False, server_default=""),
    Index(None, "at"),
    Index(None, "lane", "chat", "id"),
    Index(None, "who"),
)

# The chats that the owners allowed or denied; `told_at` is when a chat that is not served was told so.
chat_access = Table(
    "chat_access",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("chat", String(100), primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("reason", String(300), nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    Column("told_by", Text, nullable=False, server_default=""),
)

FULL_TEXT = ("item_search", "item_vectors")
"""How the tables of the full-text index begin: each database has its own, made by migrations."""


def comparable(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares a table with what is declared here."""
    return not (kind == "table" and name and name.startswith(FULL_TEXT))
